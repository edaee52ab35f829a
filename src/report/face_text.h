/* A face of a host in words: what was offered, what of it, and who gets it. */
#ifndef REPORT_FACE_TEXT_H
#define REPORT_FACE_TEXT_H

#include "model/result.h"

/* "offered RSA keys alone, TLS1.2: missing intermediate; go, git get it" */
const char *face_text(struct arena *, const struct face_verdict *);

/* The name of a certificate that is sent there. */
const char *face_received_text(
    struct arena *, const struct face_verdict *, size_t at);

#endif
