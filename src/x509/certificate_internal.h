/*
 * What the files that read a certificate share; nobody else includes this
 * but signature.c, which wants the signature's parameters.
 */
#ifndef X509_CERTIFICATE_INTERNAL_H
#define X509_CERTIFICATE_INTERNAL_H

#include "x509/der.h"
#include "base/text.h"
#include "x509/certificate.h"

/* The content octets of an object identifier, for tables of them. */
#define OID(literal)                                            \
	{                                                       \
		(const uint8_t *)(literal), sizeof(literal) - 1 \
	}

/* Of a Name: one AttributeTypeAndValue, and which RDN it is in. */
struct attribute {
	struct bytes type_whole, type;
	struct der_item value;
	size_t rdn;
};

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

/* As certificate_new, for a caller who has the digest already. */
struct certificate *certificate_new_known(
    struct bytes der, const struct digest *sha256);

/* Memory that goes with the certificate; zeroed, aligned for any. */
void *storage_take(struct certificate *, size_t size);

/* A copy of what is in reader->text, which is empty afterwards. */
const char *reader_keep_string(struct certificate_reader *);
struct bytes reader_keep_bytes(struct certificate_reader *);

/* Notes the damage unless some was noted before. */
void reader_damage(struct certificate_reader *, const char *sentence);

static inline void
append_hex_octet(struct text *text, uint8_t octet)
{
	text_append_char(text, "0123456789abcdef"[octet >> 4]);
	text_append_char(text, "0123456789abcdef"[octet & 15]);
}

/* certificate_names.c: false, and nothing set, when it is not a Name. */
struct certificate_name {
	struct bytes canonical;
	const char *text;
	const char *common_name;
};
bool reader_name(
    struct certificate_reader *, struct bytes whole, struct certificate_name *);

/* certificate_key.c: the fields from `spki`. */
void reader_key(struct certificate_reader *, struct bytes whole);

/* An AlgorithmIdentifier as far as signatures need it. */
struct signature_scheme {
	enum signature_kind kind;
	enum hash_kind hash;
	const char *name; /* NULL: not known */
	struct bytes oid;
	uint32_t salt_size;	/* RSA-PSS, RFC 4055 3.1 */
	bool mask_hash_differs; /* RSA-PSS: MGF1 over another hash */
};

/* False when it is not an AlgorithmIdentifier, or PSS without its own. */
bool signature_scheme_parse(struct bytes whole, struct signature_scheme *);

/* certificate_extensions.c: the content of [3], the list of extensions. */
void reader_extensions(struct certificate_reader *, struct bytes explicit);

/* All GeneralNames in the reader; false when one cannot be read. */
bool reader_general_names(
    struct certificate_reader *, struct der, struct name_list *);

/* certificate_scts.c: seconds since the epoch; 0: none can be read. */
int64_t scts_earliest(struct bytes list);

#endif
