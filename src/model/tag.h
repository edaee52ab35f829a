/* A tag of a list, as the name of a folder. */
#ifndef MODEL_TAG_H
#define MODEL_TAG_H

#include "base/arena.h"

/*
 * ASCII letters and digits, "-", "_" and inner dots stay; what changes gets a
 * hash of the tag behind it, so that no two tags share a folder.
 */
const char *tag_folder(struct arena *, const char *tag);

#endif
