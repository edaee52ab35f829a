/* Colours of severities on a terminal. */
#ifndef REPORT_COLORS_H
#define REPORT_COLORS_H

#include "base/text.h"
#include "model/words.h"

/* Starts the colour of a severity; appends nothing where colours are off. */
void color_begin(struct text *, enum severity, bool colors);
void color_end(struct text *, bool colors);

#endif
