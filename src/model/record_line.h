/*
 * What is asked of single lines of hosts.ndjson and certs.ndjson without
 * parsing them: a run may hold millions.  As result_write and
 * certificate_write print them; false where a line is none of theirs.
 */
#ifndef MODEL_RECORD_LINE_H
#define MODEL_RECORD_LINE_H

#include <stdbool.h>

#include "base/bytes.h"

/*
 * Which record of its target it is, where a target has several: the order in
 * which they are listed.  All zero where it has one.
 */
struct record_part {
	uint64_t host;	  /* of a domain's MX: by preference */
	uint64_t address; /* IPv4 by value, then IPv6 */
};

struct record_part record_line_part(struct bytes line);
int record_part_compare(const struct record_part *, const struct record_part *);

/* `digits` (or NULL): where the ordinal stands. */
bool record_line_ordinal(
    struct bytes line, uint64_t *ordinal, struct bytes *digits);

bool record_line_is_of_site(struct bytes line, const char *site);

bool record_line_has_tag(struct bytes line, const char *tag);

/* Anywhere: received, on the path, missing. */
bool record_line_names_certificate(struct bytes line, const struct digest *);

bool certificate_line_digest(struct bytes line, struct digest *);
/* Its SHA-256, and where the base64 of its DER stands. */
bool certificate_line_der(
    struct bytes line, struct digest *, struct bytes *base64);
bool certificate_line_is_authority(struct bytes line);

#endif
