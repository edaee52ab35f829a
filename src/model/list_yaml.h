/* Prometheus' file_sd in YAML: a sequence of groups with `targets`. */
#ifndef MODEL_LIST_YAML_H
#define MODEL_LIST_YAML_H

#include "model/list_reader.h"

/* The next target. */
enum list_step list_yaml_read(struct list_reader *);

/* Frees reader->state. */
void list_yaml_end(struct list_reader *);

#endif
