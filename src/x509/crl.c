/*
 * A state for each part of a list, in their order.  What has come and is no
 * whole element yet waits in `rest`: at most one element and one push.
 */
#include "x509/crl.h"

#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"

enum { LONGEST_HEADER = 6 };

enum crl_part {
	PART_LIST, /* CertificateList's header */
	PART_TBS,  /* TBSCertList's header */
	PART_VERSION,
	PART_ALGORITHM,
	PART_ISSUER,
	PART_THIS_UPDATE,
	PART_NEXT_UPDATE,
	PART_REVOKED, /* the header of revokedCertificates */
	PART_ENTRY,
	PART_EXTENSIONS,
	PART_END_OF_TBS,
	PART_OUTER_ALGORITHM,
	PART_SIGNATURE,
	PART_END
};

struct crl_reader {
	void (*tell)(void *context, const struct crl_entry *);
	void *context;
	enum crl_part part;
	struct text rest;
	size_t at;	  /* of `rest`, what was taken */
	uint64_t in_list; /* octets that these still have to have */
	uint64_t in_tbs, in_entries;
	bool is_version_2;
	gnutls_hash_hd_t hash; /* NULL: not hashed */
	struct text signed_octets;
	struct arena *arena;
	struct crl crl;
};

struct crl_reader *
crl_reader_new(
    void (*tell)(void *context, const struct crl_entry *), void *context)
{
	struct crl_reader *reader = memory_new(sizeof(*reader));

	reader->tell = tell;
	reader->context = context;
	reader->arena = arena_new();
	return reader;
}

void
crl_reader_free(struct crl_reader *reader)
{
	if (reader == NULL)
		return;
	if (reader->hash != NULL)
		gnutls_hash_deinit(reader->hash, NULL);
	text_free(&reader->rest);
	text_free(&reader->signed_octets);
	arena_free(reader->arena);
	free(reader);
}

/* Always false: there is no going on. */
static bool
damage(struct crl_reader *reader, const char *sentence)
{
	if (reader->crl.damage == NULL)
		reader->crl.damage = sentence;
	return false;
}

static struct bytes
waiting(const struct crl_reader *reader)
{
	return bytes_of(
	    reader->rest.data + reader->at, reader->rest.size - reader->at);
}

/* What is signed is hashed, or kept as long as it is not known how. */
static bool
absorb(struct crl_reader *reader, struct bytes octets)
{
	if (reader->hash != NULL)
		return gnutls_hash(reader->hash, octets.data, octets.size) >=
			   0 ||
		       damage(reader, "it cannot be hashed");
	if (octets.size > CRL_MOST_UNHASHED - reader->signed_octets.size)
		return damage(
		    reader, "it is larger than 8 MiB and signed as a whole");
	text_append_bytes(&reader->signed_octets, octets);
	return true;
}

static bool
consume(struct crl_reader *reader, size_t size)
{
	bool in_tbs =
	    reader->part >= PART_TBS && reader->part < PART_END_OF_TBS;

	if (in_tbs && !absorb(reader, bytes_of(waiting(reader).data, size)))
		return false;
	reader->at += size;
	if (reader->part > PART_LIST)
		reader->in_list -= size;
	if (in_tbs && reader->part > PART_TBS)
		reader->in_tbs -= size;
	if (reader->part == PART_ENTRY)
		reader->in_entries -= size;
	return true;
}

/* How much of the structure that it is in is to come. */
static uint64_t
left(const struct crl_reader *reader)
{
	switch (reader->part) {
	case PART_LIST:
		return UINT64_MAX;
	case PART_TBS:
	case PART_OUTER_ALGORITHM:
	case PART_SIGNATURE:
		return reader->in_list;
	case PART_ENTRY:
		return reader->in_entries;
	default:
		return reader->in_tbs;
	}
}

/* Tag and length, once they are there; false: not yet, or never (damage). */
static bool
look(struct crl_reader *reader, uint8_t *tag, size_t *header, size_t *content)
{
	struct bytes octets = waiting(reader);

	if (!der_header(octets, tag, header, content)) {
		if (octets.size >= LONGEST_HEADER)
			damage(reader, "it is not DER");
		return false;
	}
	if (*header + *content > left(reader))
		return damage(reader, "its lengths do not fit");
	return true;
}

/* Steps into a structure whose content comes piece by piece. */
static bool
enter(struct crl_reader *reader, enum crl_part next, uint64_t *inside)
{
	size_t header, content;
	uint8_t tag;

	if (!look(reader, &tag, &header, &content))
		return false;
	if (tag != DER_SEQUENCE)
		return damage(reader, "it is no list of revoked certificates");
	if (!consume(reader, header))
		return false;
	*inside = content;
	reader->part = next;
	return true;
}

/* A whole element, which still is to be consumed. */
static bool
view(struct crl_reader *reader, struct der_item *item)
{
	struct der der = der_of(waiting(reader));
	size_t header, content;
	uint8_t tag;

	if (!look(reader, &tag, &header, &content))
		return false;
	if (content > CRL_MOST_ELEMENT)
		return damage(reader, "an element is larger than 64 KiB");
	return der_next(&der, item);
}

static bool
pass(struct crl_reader *reader, const struct der_item *item, enum crl_part next)
{
	if (!consume(reader, item->whole.size))
		return false;
	reader->part = next;
	return true;
}

/* From here on it is known how to hash. */
static bool
take_algorithm(struct crl_reader *reader)
{
	struct der_item item;
	int digest;

	if (!view(reader, &item))
		return false;
	if (item.tag != DER_SEQUENCE)
		return damage(reader, "it names no signature algorithm");
	reader->crl.algorithm = arena_bytes(reader->arena, item.whole);
	if (!pass(reader, &item, PART_ISSUER))
		return false;
	digest = signature_digest(reader->crl.algorithm);
	if (digest == GNUTLS_DIG_UNKNOWN)
		return true;
	if (gnutls_hash_init(&reader->hash, (gnutls_digest_algorithm_t)digest) <
	    0) {
		reader->hash = NULL;
		return damage(reader, "it cannot be hashed");
	}
	reader->crl.hash_size =
	    gnutls_hash_get_len((gnutls_digest_algorithm_t)digest);
	absorb(reader,
	    bytes_of(reader->signed_octets.data, reader->signed_octets.size));
	text_free(&reader->signed_octets);
	return true;
}

static bool
take_time(struct crl_reader *reader, int64_t *time, enum crl_part next)
{
	struct der_item item;
	unsigned forms;

	if (!view(reader, &item))
		return false;
	if (!der_time(item.tag, item.content, time, &forms))
		return damage(reader, "a date in it cannot be read");
	return pass(reader, &item, next);
}

/* RFC 5280 4.1: Extension; false at the end, and *whole where it is one. */
static bool
next_extension(struct der *list, struct bytes *oid, bool *critical,
    struct bytes *value, bool *whole)
{
	struct der extension;
	struct der_item item;

	*critical = false;
	if (der_at_end(list))
		return false;
	*whole = der_enter(list, DER_SEQUENCE, &extension) &&
		 der_take(&extension, DER_OID, &item);
	if (!*whole)
		return false;
	*oid = item.content;
	if (der_take(&extension, DER_BOOLEAN, &item))
		*whole = der_boolean(item.content, critical);
	*whole = *whole && der_take(&extension, DER_OCTET_STRING, &item) &&
		 der_at_end(&extension);
	*value = item.content;
	return *whole;
}

const char *
crl_reason_word(struct der value)
{
	static const char *const words[] = {
		"unspecified",
		"keyCompromise",
		"cACompromise",
		"affiliationChanged",
		"superseded",
		"cessationOfOperation",
		"certificateHold",
		NULL, /* not used */
		"removeFromCRL",
		"privilegeWithdrawn",
		"aACompromise",
	};
	struct der_item item;

	if (!der_take(&value, DER_ENUMERATED, &item) ||
	    item.content.size != 1 ||
	    item.content.data[0] >= sizeof(words) / sizeof(words[0]))
		return NULL;
	return words[item.content.data[0]];
}

/* RFC 5280 5.3 */
static bool
take_entry(struct crl_reader *reader)
{
	static const struct bytes reason = OID("\x55\x1d\x15");
	static const struct bytes invalidity_date = OID("\x55\x1d\x18");
	static const struct bytes certificate_issuer = OID("\x55\x1d\x1d");
	struct der inside, list = der_of(bytes_of(NULL, 0));
	struct crl_entry entry = { .reason = NULL };
	struct der_item item, field;
	struct bytes oid, value;
	bool critical, whole = true;
	unsigned forms;

	if (!view(reader, &item))
		return false;
	inside = der_of(item.content);
	if (item.tag != DER_SEQUENCE || !der_take(&inside, DER_INTEGER, &field))
		return damage(reader, "an entry in it cannot be read");
	entry.serial = field.content;
	if (!der_next(&inside, &field) ||
	    !der_time(field.tag, field.content, &entry.since, &forms) ||
	    (!der_at_end(&inside) &&
		!(der_enter(&inside, DER_SEQUENCE, &list) &&
		    der_at_end(&inside))))
		return damage(reader, "an entry in it cannot be read");
	while (next_extension(&list, &oid, &critical, &value, &whole)) {
		if (bytes_equal(oid, reason))
			entry.reason = crl_reason_word(der_of(value));
		else if (bytes_equal(oid, certificate_issuer))
			reader->crl.scope |= CRL_INDIRECT;
		else if (critical && !bytes_equal(oid, invalidity_date))
			reader->crl.scope |= CRL_UNKNOWN_CRITICAL;
	}
	if (!whole)
		return damage(reader, "an entry in it cannot be read");
	reader->crl.entry_count++;
	reader->tell(reader->context, &entry);
	if (!consume(reader, item.whole.size))
		return false;
	if (reader->in_entries == 0)
		reader->part = PART_EXTENSIONS;
	return true;
}

/* RFC 5280 5.2.5 */
static bool
read_point(struct crl_reader *reader, struct bytes value)
{
	static const struct {
		uint8_t tag;
		unsigned scope;
	} rows[] = {
		{ DER_CONTEXT(1), CRL_ONLY_LEAVES },
		{ DER_CONTEXT(2), CRL_ONLY_CAS },
		{ DER_CONTEXT(3), CRL_SOME_REASONS },
		{ DER_CONTEXT(4), CRL_INDIRECT },
		{ DER_CONTEXT(5), CRL_ONLY_ATTRIBUTES },
	};
	struct der der = der_of(value), inside;
	struct der_item item;

	if (!der_enter(&der, DER_SEQUENCE, &inside) || !der_at_end(&der))
		return false;
	if (der_take(&inside, DER_CONTEXT_CONSTRUCTED(0), &item)) {
		reader->crl.has_point = true;
		reader->crl.point = arena_bytes(reader->arena, item.content);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool set = true;

		if (!der_take(&inside, rows[i].tag, &item))
			continue;
		if (rows[i].scope != CRL_SOME_REASONS &&
		    !der_boolean(item.content, &set))
			return false;
		if (set)
			reader->crl.scope |= rows[i].scope;
	}
	return der_at_end(&inside);
}

/* RFC 5280 5.2 */
static bool
take_extensions(struct crl_reader *reader)
{
	static const struct bytes authority = OID("\x55\x1d\x23");
	static const struct bytes issuer_names = OID("\x55\x1d\x12");
	static const struct bytes number = OID("\x55\x1d\x14");
	static const struct bytes delta = OID("\x55\x1d\x1b");
	static const struct bytes point = OID("\x55\x1d\x1c");
	struct der explicit, list = der_of(bytes_of(NULL, 0)), inside;
	bool critical, whole = true;
	struct bytes oid, value;
	struct der_item item;

	if (!view(reader, &item))
		return false;
	explicit = der_of(item.content);
	if (item.tag != DER_CONTEXT_CONSTRUCTED(0) ||
	    !der_enter(&explicit, DER_SEQUENCE, &list) ||
	    !der_at_end(&explicit) || !reader->is_version_2)
		return damage(reader, "its extensions cannot be read");
	while (next_extension(&list, &oid, &critical, &value, &whole)) {
		struct der der = der_of(value);

		if (bytes_equal(oid, point))
			whole = read_point(reader, value);
		else if (bytes_equal(oid, delta))
			reader->crl.scope |= CRL_DELTA;
		else if (bytes_equal(oid, authority) &&
			 der_enter(&der, DER_SEQUENCE, &inside) &&
			 der_take(&inside, DER_CONTEXT(0), &item))
			reader->crl.authority_key_id =
			    arena_bytes(reader->arena, item.content);
		else if (critical && !bytes_equal(oid, authority) &&
			 !bytes_equal(oid, issuer_names) &&
			 !bytes_equal(oid, number))
			reader->crl.scope |= CRL_UNKNOWN_CRITICAL;
		if (!whole)
			break;
	}
	if (!whole)
		return damage(reader, "its extensions cannot be read");
	return view(reader, &item) && pass(reader, &item, PART_END_OF_TBS);
}

static bool
end_tbs(struct crl_reader *reader)
{
	if (reader->in_tbs > 0)
		return damage(reader, "something follows its extensions");
	reader->part = PART_OUTER_ALGORITHM;
	if (reader->hash != NULL) {
		gnutls_hash_deinit(reader->hash, reader->crl.hash);
		reader->hash = NULL;
	}
	return true;
}

/* Whether the next optional part is there; it is passed over if not. */
static bool
is_absent(struct crl_reader *reader, bool fits, enum crl_part next)
{
	if (!fits)
		reader->part = next;
	return !fits;
}

/* RFC 5280 5.1.1.2: the algorithm again, then the signature. */
static bool
take_signature(struct crl_reader *reader)
{
	struct der_item item;
	unsigned unused;

	if (!view(reader, &item))
		return false;
	if (reader->part == PART_OUTER_ALGORITHM) {
		if (!bytes_equal(item.whole, reader->crl.algorithm))
			return damage(reader, "it names two algorithms");
		return pass(reader, &item, PART_SIGNATURE);
	}
	if (item.tag != DER_BIT_STRING ||
	    !der_bit_string(item.content, &reader->crl.signature, &unused))
		return damage(reader, "its signature cannot be read");
	reader->crl.signature =
	    arena_bytes(reader->arena, reader->crl.signature);
	if (!pass(reader, &item, PART_END))
		return false;
	return reader->in_list == 0 ||
	       damage(reader, "something follows its signature");
}

/* One part more; false: more octets are needed, or it is damaged. */
static bool
step(struct crl_reader *reader)
{
	struct bytes octets = waiting(reader);
	struct crl *crl = &reader->crl;
	bool is_open =
	    reader->part > PART_TBS && reader->part < PART_END_OF_TBS;
	struct der_item item;
	uint8_t tag;

	if (is_open && reader->in_tbs == 0) {
		if (reader->part < PART_NEXT_UPDATE || reader->in_entries > 0)
			return damage(reader, "a part of it is missing");
		reader->part = PART_END_OF_TBS;
	}
	if (reader->part == PART_END_OF_TBS)
		return end_tbs(reader);
	if (octets.size == 0)
		return false;
	tag = octets.data[0];
	switch (reader->part) {
	case PART_LIST:
		return enter(reader, PART_TBS, &reader->in_list);
	case PART_TBS:
		return enter(reader, PART_VERSION, &reader->in_tbs);
	case PART_VERSION:
		if (is_absent(reader, tag == DER_INTEGER, PART_ALGORITHM))
			return true;
		if (!view(reader, &item))
			return false;
		reader->is_version_2 =
		    item.content.size == 1 && item.content.data[0] == 1;
		return reader->is_version_2
			   ? pass(reader, &item, PART_ALGORITHM)
			   : damage(reader, "its version is unknown");
	case PART_ALGORITHM:
		return take_algorithm(reader);
	case PART_ISSUER:
		if (!view(reader, &item))
			return false;
		crl->issuer = arena_bytes(reader->arena, item.whole);
		return item.tag == DER_SEQUENCE
			   ? pass(reader, &item, PART_THIS_UPDATE)
			   : damage(reader, "it names no issuer");
	case PART_THIS_UPDATE:
		return take_time(reader, &crl->this_update, PART_NEXT_UPDATE);
	case PART_NEXT_UPDATE:
		if (is_absent(reader,
			tag == DER_UTC_TIME || tag == DER_GENERALIZED_TIME,
			PART_REVOKED))
			return true;
		crl->has_next_update = true;
		return take_time(reader, &crl->next_update, PART_REVOKED);
	case PART_REVOKED:
		if (is_absent(reader, tag == DER_SEQUENCE, PART_EXTENSIONS))
			return true;
		if (!enter(reader, PART_ENTRY, &reader->in_entries))
			return false;
		/* RFC 5280 5.1.2.6 forbids an empty one; CAs made them. */
		if (reader->in_entries == 0)
			reader->part = PART_EXTENSIONS;
		return true;
	case PART_ENTRY:
		return take_entry(reader);
	case PART_EXTENSIONS:
		return take_extensions(reader);
	case PART_OUTER_ALGORITHM:
	case PART_SIGNATURE:
		return take_signature(reader);
	default:
		return damage(reader, "something follows its end");
	}
}

bool
crl_reader_push(struct crl_reader *reader, struct bytes octets)
{
	if (reader->crl.damage != NULL)
		return false;
	text_append_bytes(&reader->rest, octets);
	while (step(reader))
		;
	if (reader->at > 0) {
		reader->rest.size -= reader->at;
		memmove(reader->rest.data, reader->rest.data + reader->at,
		    reader->rest.size);
		reader->at = 0;
	}
	return reader->crl.damage == NULL;
}

const struct crl *
crl_reader_end(struct crl_reader *reader)
{
	if (reader->part != PART_END)
		damage(reader, "it breaks off");
	reader->crl.signed_octets =
	    bytes_of(reader->signed_octets.data, reader->signed_octets.size);
	return &reader->crl;
}

enum signature_result
crl_signature(const struct crl *crl, const struct certificate *issuer,
    struct signature_memory *signatures)
{
	if (crl->hash_size > 0)
		return signature_check_hash(signatures, issuer, crl->algorithm,
		    bytes_of(crl->hash, crl->hash_size), crl->signature);
	return signature_check_data(signatures, issuer, crl->algorithm,
	    crl->signed_octets, crl->signature);
}

bool
crl_has_point(const struct crl *crl, const char *url)
{
	struct der der = der_of(crl->point), names;
	struct der_item item;

	if (!crl->has_point)
		return true;
	if (!der_enter(&der, DER_CONTEXT_CONSTRUCTED(0), &names))
		return false;
	while (der_next(&names, &item))
		if (item.tag == DER_CONTEXT(NAME_URI) &&
		    bytes_equal(item.content, bytes_from_string(url)))
			return true;
	return false;
}

const char *
crl_issuer_text(struct arena *arena, const struct crl *crl)
{
	gnutls_datum_t der = { (void *)crl->issuer.data,
		(unsigned)crl->issuer.size };
	gnutls_datum_t text = { NULL, 0 };
	const char *clean = "a name that cannot be read";

	if (gnutls_x509_rdn_get2(&der, &text, 0) >= 0) {
		clean = text_clean(arena, bytes_of(text.data, text.size));
		gnutls_free(text.data);
	}
	return clean;
}
