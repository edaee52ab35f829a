/* Rows that the members of a whole record are made of (record_fields.h). */
#ifndef MODEL_OBSERVATION_FIELDS_H
#define MODEL_OBSERVATION_FIELDS_H

#include "model/record_fields.h"

extern const struct record_field observation_fields[]; /* struct observation */
extern const struct record_field face_fields[];	       /* struct face */

#endif
