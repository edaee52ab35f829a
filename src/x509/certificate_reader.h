/*
 * A certificate while it is read: its memory, and what the files that read
 * names, keys and extensions fill it with.
 */
#ifndef X509_CERTIFICATE_READER_H
#define X509_CERTIFICATE_READER_H

#include "base/text.h"
#include "x509/certificate_fields.h"

/*
 * Blocks of memory that are freed with the certificate.  The last of the list
 * holds the certificate and its DER, and nearly always all the rest too: a run
 * keeps thousands of these, so an arena's large blocks would not do.
 */
struct storage {
	struct storage *next;
	size_t used, size;
	max_align_t octets[];
};

/* Of a Name, see certificate_names.c. */
struct attribute_list {
	struct attribute *list;
	size_t count, capacity;
};

/* One reading: the certificate that grows, and buffers used again. */
struct certificate_reader {
	struct certificate *certificate;
	struct text text, value;
	struct attribute_list attributes;
};

/* One extension of RFC 5280 4.2, not read yet. */
struct extension {
	struct bytes oid;
	bool critical;
	struct bytes value; /* of the OCTET STRING */
};

/* An empty certificate with a copy of the DER. */
struct certificate *reader_place(struct bytes der);

/* Memory that goes with the certificate; zeroed, aligned for any. */
void *reader_take(struct certificate_reader *, size_t size);

/* A copy of what is in reader->text, which is empty afterwards. */
const char *reader_keep_string(struct certificate_reader *);
struct bytes reader_keep_bytes(struct certificate_reader *);

/* Notes the damage unless some was noted before. */
void reader_damage(struct certificate_reader *, const char *sentence);
/* The same for what leaves the rest readable, and that some do read. */
void reader_odd_damage(struct certificate_reader *, const char *sentence);

#endif
