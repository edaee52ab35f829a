/* A host's TLSA records in a sentence, for people. */
#ifndef REPORT_DANE_TEXT_H
#define REPORT_DANE_TEXT_H

#include "model/observation.h"

const char *dane_text(struct arena *, const struct observation *);

#endif
