/*
 * Reads the outer structure of a certificate (RFC 5280 4.1).  Names, keys and
 * extensions have files of their own; whether any of it is acceptable is for
 * the audit.
 */
#include "x509/certificate.h"

#include <gnutls/crypto.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "x509/certificate_extensions.h"
#include "x509/certificate_key.h"
#include "x509/certificate_names.h"
#include "x509/der.h"

/*
 * Steps into a SEQUENCE that may claim more than there is, so that a
 * certificate which is cut short still shows its first fields.
 */
static bool
enter_frame(struct der *der, struct der *inside, bool *is_cut)
{
	uint8_t tag;
	size_t header, content;

	if (!der_header(der->rest, &tag, &header, &content) ||
	    tag != DER_SEQUENCE)
		return false;

	struct bytes after =
	    bytes_of(der->rest.data + header, der->rest.size - header);
	*is_cut = content > after.size;
	if (*is_cut)
		content = after.size;
	*inside = der_of(bytes_of(after.data, content));
	der->rest = bytes_of(after.data + content, after.size - content);
	return true;
}

/* [0] EXPLICIT INTEGER DEFAULT v1 */
static bool
read_version(struct certificate_reader *reader, struct der *tbs)
{
	struct der inside;
	struct der_item number;
	uint32_t version = 0;

	if (der_peek(tbs) == DER_CONTEXT_CONSTRUCTED(0) &&
	    (!der_enter(tbs, DER_CONTEXT_CONSTRUCTED(0), &inside) ||
		!der_take(&inside, DER_INTEGER, &number) ||
		!der_unsigned(number.content, &version) || version > 2 ||
		!der_at_end(&inside)))
		reader_damage(reader, "the version cannot be read");
	else
		reader->certificate->version = (int)version + 1;
	return true;
}

/* Hexadecimal of the magnitude: serials are compared by eye with others'. */
static void
append_serial(struct text *text, struct bytes serial)
{
	bool negative = serial.data[0] >= 0x80, begun = false;
	size_t last_set = serial.size - 1;

	while (last_set > 0 && serial.data[last_set] == 0)
		last_set--;
	if (negative)
		text_append_char(text, '-');
	for (size_t i = 0; i < serial.size; i++) {
		uint8_t octet = serial.data[i];

		/* -n is ~n + 1: the carry passes over the zeros at the end. */
		if (negative)
			octet = (uint8_t)(i < last_set ? ~octet : -octet);
		begun = begun || octet != 0 || i + 1 == serial.size;
		if (begun)
			text_append_hex(text, bytes_of(&octet, 1));
	}
}

static bool
read_serial(struct certificate_reader *reader, struct der *tbs)
{
	struct certificate *certificate = reader->certificate;
	struct der_item serial;

	if (!der_take(tbs, DER_INTEGER, &serial) || serial.content.size == 0) {
		reader_damage(reader, "the serial number cannot be read");
		return false;
	}
	certificate->serial = serial.content;
	if (serial.content.size > 1 &&
	    ((serial.content.data[0] == 0 && serial.content.data[1] < 0x80) ||
		(serial.content.data[0] == 0xff &&
		    serial.content.data[1] >= 0x80)))
		certificate->odd_forms |= FORM_SERIAL_PADDED;
	append_serial(&reader->text, serial.content);
	certificate->serial_hex = reader_keep_string(reader);
	return true;
}

/* Kept where the other one is looked for first: outside the signed part. */
static bool
read_signed_algorithm(struct certificate_reader *reader, struct der *tbs)
{
	struct der_item algorithm;

	if (!der_take(tbs, DER_SEQUENCE, &algorithm)) {
		reader_damage(reader, "the signature algorithm cannot be read");
		return false;
	}
	reader->certificate->signature_algorithm = algorithm.whole;
	return true;
}

/* An unreadable name is damage, and empty; without one nothing follows. */
static bool
take_name(struct certificate_reader *reader, struct der *tbs,
    struct der_item *item, struct certificate_name *name, const char *damage)
{
	if (!der_take(tbs, DER_SEQUENCE, item)) {
		reader_damage(reader, damage);
		return false;
	}
	if (!reader_name(reader, item->whole, name))
		reader_damage(reader, damage);
	return true;
}

/* The last one is the most specific; NULL: there is none. */
static const char *
last_common_name(const struct certificate_name *name)
{
	return name->common_name_count == 0
		   ? NULL
		   : name->common_names[name->common_name_count - 1];
}

static bool
read_issuer(struct certificate_reader *reader, struct der *tbs)
{
	struct certificate *certificate = reader->certificate;
	struct certificate_name name;
	struct der_item item;

	if (!take_name(
		reader, tbs, &item, &name, "the issuer's name cannot be read"))
		return false;
	certificate->raw_issuer = item.whole;
	certificate->issuer_empty = item.content.size == 0;
	certificate->issuer_key_name = name.canonical;
	certificate->issuer = name.text;
	certificate->issuer_cn = last_common_name(&name);
	return true;
}

/* RFC 5280 4.1.2.5: "Z", with seconds, without fractions of them. */
static void
note_date_forms(struct certificate_reader *reader, unsigned forms)
{
	unsigned no_seconds = DER_TIME_NO_SECONDS | DER_TIME_LONG_NO_SECONDS;

	if (forms & no_seconds)
		reader_odd_damage(reader, "a date is without seconds");
	if (forms & DER_TIME_FRACTION)
		reader_odd_damage(reader, "a date has fractions of a second");
	if (forms & DER_TIME_ZONE)
		reader_odd_damage(reader, "a date has a time zone");
}

static bool
read_validity(struct certificate_reader *reader, struct der *tbs)
{
	struct certificate *certificate = reader->certificate;
	struct der_item from, to;
	struct der validity;

	if (!der_enter(tbs, DER_SEQUENCE, &validity)) {
		reader_damage(reader, "the validity cannot be read");
		return false;
	}
	if (!der_next(&validity, &from) ||
	    !der_time(from.tag, from.content, &certificate->not_before,
		&certificate->not_before_forms))
		reader_damage(reader, "the first date cannot be read");
	else if (!der_next(&validity, &to) || !der_at_end(&validity) ||
		 !der_time(to.tag, to.content, &certificate->not_after,
		     &certificate->not_after_forms))
		reader_damage(reader, "the last date cannot be read");
	else
		certificate->times_valid = true;
	note_date_forms(reader,
	    certificate->not_before_forms | certificate->not_after_forms);
	return true;
}

static bool
read_subject(struct certificate_reader *reader, struct der *tbs)
{
	struct certificate *certificate = reader->certificate;
	struct certificate_name name;
	struct der_item item;

	if (!take_name(
		reader, tbs, &item, &name, "the subject's name cannot be read"))
		return false;
	certificate->raw_subject = item.whole;
	/* Of no attribute; a name that cannot be read is not empty. */
	certificate->subject_empty =
	    name.canonical.size == 0 && name.canonical.data != NULL;
	certificate->subject_key = name.canonical;
	certificate->subject = name.text;
	certificate->subject_cn = last_common_name(&name);
	certificate->common_names = name.common_names;
	certificate->common_name_count = name.common_name_count;
	certificate->subject_attribute_count = name.attribute_count;
	certificate->subject_mailboxes = name.mailboxes;
	if (name.mailbox_of_other_string)
		certificate->odd_forms |= FORM_MAILBOX_STRING;
	certificate->self_issued =
	    (certificate->issuer[0] != '\0' ||
		(certificate->issuer_empty && certificate->subject_empty)) &&
	    bytes_equal(name.canonical, certificate->issuer_key_name);
	return true;
}

static bool
read_key(struct certificate_reader *reader, struct der *tbs)
{
	struct certificate *certificate = reader->certificate;
	struct der_item item;

	if (!der_take(tbs, DER_SEQUENCE, &item)) {
		reader_damage(reader, "the public key cannot be read");
		return false;
	}
	certificate->spki = item.whole;
	certificate_digest(item.whole, &certificate->spki_sha256);
	reader_key(reader, item.whole);
	return true;
}

/* issuerUniqueID and subjectUniqueID are not used. */
static bool
skip_unique_ids(struct certificate_reader *reader, struct der *tbs)
{
	struct der_item item;

	(void)reader;
	for (uint8_t id = 1; id <= 2; id++)
		if (!der_take(tbs, DER_CONTEXT(id), &item))
			(void)der_take(tbs, DER_CONTEXT_CONSTRUCTED(id), &item);
	return true;
}

static bool
read_extensions(struct certificate_reader *reader, struct der *tbs)
{
	struct der_item item;

	if (der_take(tbs, DER_CONTEXT_CONSTRUCTED(3), &item)) {
		reader_extensions(reader, item.content);
		if (reader->certificate->version < 3)
			reader->certificate->odd_forms |= FORM_OLD_EXTENSIONS;
	}
	if (!der_at_end(tbs))
		reader_damage(reader, "the extensions cannot be read");
	return true;
}

/* In the order of RFC 5280 4.1; after a false nothing more can be found. */
static bool (*const tbs_fields[])(struct certificate_reader *, struct der *) = {
	read_version,
	read_serial,
	read_signed_algorithm,
	read_issuer,
	read_validity,
	read_subject,
	read_key,
	skip_unique_ids,
	read_extensions,
};

static void
read_signature(struct certificate_reader *reader, struct der *rest)
{
	struct certificate *certificate = reader->certificate;
	struct bytes inner = certificate->signature_algorithm;
	struct der_item algorithm, signature;
	unsigned unused;

	if (!der_take(rest, DER_SEQUENCE, &algorithm)) {
		reader_damage(reader, "the signature algorithm cannot be read");
		return;
	}
	certificate->signature_algorithms_differ =
	    !bytes_equal(algorithm.whole, inner);
	certificate->signature_algorithm = algorithm.whole;
	if (!der_take(rest, DER_BIT_STRING, &signature) ||
	    !der_bit_string(
		signature.content, &certificate->signature, &unused) ||
	    unused != 0)
		reader_damage(reader, "the signature cannot be read");
	else if (!der_at_end(rest))
		reader_damage(reader, "octets follow the signature");
}

static void
name_algorithm(struct certificate_reader *reader)
{
	struct certificate *certificate = reader->certificate;
	struct signature_scheme scheme;
	char oid[128];

	if (certificate->signature_algorithm.size == 0)
		return;
	if (!signature_scheme_parse(certificate->signature_algorithm, &scheme))
		reader_damage(reader, "the signature algorithm cannot be read");
	certificate->signature_kind = scheme.kind;
	certificate->signature_hash = scheme.hash;
	if (scheme.name != NULL) {
		certificate->signature_name = scheme.name;
	} else if (der_oid_text(scheme.oid, oid, sizeof(oid))) {
		text_append(&reader->text, oid);
		certificate->signature_name = reader_keep_string(reader);
	}
}

static void
read_certificate(struct certificate_reader *reader)
{
	struct certificate *certificate = reader->certificate;
	struct der der = der_of(certificate->der), outer, tbs;
	const uint8_t *tbs_start;
	bool outer_cut, tbs_cut;

	if (!enter_frame(&der, &outer, &outer_cut)) {
		reader_damage(reader, "it is not a certificate in DER");
		return;
	}
	if (outer_cut)
		reader_damage(reader, "the certificate is cut short");
	tbs_start = outer.rest.data;
	if (!enter_frame(&outer, &tbs, &tbs_cut)) {
		reader_damage(reader, "it is not a certificate in DER");
		return;
	}
	if (tbs_cut)
		reader_damage(reader, "the signed part cannot be read");
	else
		certificate->tbs = bytes_of(tbs_start,
		    (size_t)(tbs.rest.data + tbs.rest.size - tbs_start));
	for (size_t i = 0; i < sizeof(tbs_fields) / sizeof(*tbs_fields); i++)
		if (!tbs_fields[i](reader, &tbs))
			break;
	if (!tbs_cut)
		read_signature(reader, &outer);
	name_algorithm(reader);
	if (certificate->issuer_empty ||
	    (certificate->is_ca && certificate->subject_empty))
		certificate->odd_forms |= FORM_NO_ISSUER;
	if (der.rest.size > 0) {
		text_printf(&reader->text, "%zu %s the certificate's end",
		    der.rest.size,
		    der.rest.size == 1 ? "octet follows" : "octets follow");
		reader_odd_damage(reader, reader_keep_string(reader));
		certificate->odd_forms |= FORM_TRAILING;
	}
}

struct certificate *
certificate_new_known(struct bytes der, const struct digest *sha256)
{
	struct certificate *certificate = reader_place(der);
	struct certificate_reader reader = { .certificate = certificate };

	certificate->sha256 = *sha256;
	/* Strings that are shown are never NULL, however broken it is. */
	certificate->subject = certificate->issuer = "";
	certificate->key_name = certificate->signature_name = "";
	read_certificate(&reader);
	text_free(&reader.text);
	text_free(&reader.value);
	free(reader.attributes.list);
	return certificate;
}

struct certificate *
certificate_new(struct bytes der)
{
	struct digest sha256;

	certificate_digest(der, &sha256);
	return certificate_new_known(der, &sha256);
}

struct certificate *
certificate_new_bare_key(struct bytes spki)
{
	struct certificate *certificate = reader_place(spki);
	struct certificate_reader reader = { .certificate = certificate };

	certificate->subject = certificate->issuer = "";
	certificate->key_name = certificate->signature_name = "";
	reader_key(&reader, certificate->der);
	certificate->spki = certificate->der;
	text_free(&reader.text);
	text_free(&reader.value);
	return certificate;
}

void
certificate_free(struct certificate *certificate)
{
	struct storage *storage, *next;

	if (certificate == NULL)
		return;
	/* The last block holds the certificate itself. */
	for (storage = certificate->storage; storage != NULL; storage = next) {
		next = storage->next;
		free(storage);
	}
}

void
certificate_digest(struct bytes der, struct digest *digest)
{
	if (gnutls_hash_fast(
		GNUTLS_DIG_SHA256, der.data, der.size, digest->octets) < 0)
		fatal("SHA-256 is not available");
}

bool
certificate_is_authority(const struct certificate *certificate)
{
	return certificate->is_ca ||
	       (certificate->version == 1 && certificate->self_issued);
}

bool
certificate_looks_self_signed(const struct certificate *certificate)
{
	return certificate->self_issued &&
	       signature_kind_fits(
		   certificate->signature_kind, certificate->key_kind) &&
	       (certificate->subject_key_id.size == 0 ||
		   certificate->authority_key_id.size == 0 ||
		   bytes_equal(certificate->subject_key_id,
		       certificate->authority_key_id));
}
