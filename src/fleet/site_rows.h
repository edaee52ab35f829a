/*
 * What siblings are compared by, a row of fixed size a host, in a temporary
 * file: a million hosts are compared in the memory of their order alone.
 * Strings are compared by fingerprints; the strings are in a second file.
 */
#ifndef FLEET_SITE_ROWS_H
#define FLEET_SITE_ROWS_H

#include "model/result.h"

/* What siblings are compared by; all but the last have a usual value. */
enum site_field {
	SITE_FIELD_ISSUER,
	SITE_FIELD_ROOT,
	SITE_FIELD_RECEIVED,
	SITE_FIELD_KEY,
	SITE_FIELD_TLS,
	SITE_FIELD_EXPIRY,
	SITE_FIELDS
};

enum { SITE_VALUES = SITE_FIELD_EXPIRY };

/* What a row is made from. */
enum {
	SITE_ROW_PARTS =
	    RESULT_FINDINGS | RESULT_LEAF | RESULT_PATH | RESULT_CLIENTS,
};

struct site_row {
	uint64_t site;		      /* fingerprints, of this process alone */
	uint64_t values[SITE_VALUES]; /* 0: the host has none */
	uint64_t words;		      /* where the strings are */
	int64_t not_after;
	uint32_t record; /* its place in the archive */
	uint8_t class_id;
	uint8_t failing; /* how many clients refuse it */
	bool good;	 /* result_is_good */
	bool delivered;	 /* a certificate came */
	bool dated;	 /* and says until when */
	bool odd;	 /* unlike the other addresses of its name */
};

struct site_words {
	const char *site;
	const char *values[SITE_VALUES]; /* NULL: none */
};

struct site_rows;

struct site_rows *site_rows_new(void);
void site_rows_free(struct site_rows *);

void site_rows_add(
    struct site_rows *, size_t record, const struct result *, struct arena *);
uint32_t site_rows_count(const struct site_rows *);

/* After the last one was added, and before the first is read. */
void site_rows_settle(struct site_rows *);

/* A row that cannot be read is all zero. */
void site_rows_read(struct site_rows *, uint32_t at, struct site_row *);

/* In the arena; all NULL when they cannot be read. */
void site_rows_words(struct site_rows *, const struct site_row *,
    struct arena *, struct site_words *);

/* The errno of the first thing that failed, here or before; 0: nothing. */
int site_rows_error(const struct site_rows *);

#endif
