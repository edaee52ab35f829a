/* A mail as it is handed to sendmail: header, empty line, body (RFC 5322). */
#ifndef REPORT_MAIL_H
#define REPORT_MAIL_H

#include "base/text.h"

/*
 * The subject is cleaned, and encoded where it is not ASCII; lines of the body
 * that are too long for a mail are broken.
 */
void mail_append(struct text *, const char *subject, const struct text *body);

/* "LABEL/full/path/to/NAME" as a line, where this file of the directory is
   there: a mail must not name one that is not. */
bool mail_append_place(
    struct text *, const char *label, const char *directory, const char *name);

#endif
