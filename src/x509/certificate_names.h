/*
 * Distinguished names (RFC 5280 4.1.2.4): a form to compare by and a form to
 * show.
 */
#ifndef X509_CERTIFICATE_NAMES_H
#define X509_CERTIFICATE_NAMES_H

#include "base/arena.h"
#include "x509/certificate_reader.h"

/* Of a certificate; false, and nothing set, when it is not a Name. */
struct certificate_name {
	struct bytes canonical;
	const char *text;
	const char **common_names; /* in order; clean */
	size_t common_name_count;
	size_t attribute_count;
	struct name_list mailboxes;   /* emailAddress attributes */
	bool mailbox_of_other_string; /* one is no IA5String, 4.1.2.6 */
};
bool reader_name(
    struct certificate_reader *, struct bytes whole, struct certificate_name *);

/*
 * A Name by itself (a directoryName in a constraint): the form that
 * subject_key has, RFC 5280 7.1.  A name is within a subtree exactly when
 * its octets begin with the subtree's.  False when it is not a Name.
 */
bool name_canonical(struct arena *, struct bytes name, struct bytes *out);

#endif
