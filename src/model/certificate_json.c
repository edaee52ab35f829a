/*
 * A line of certs.ndjson.  Only the DER is read back; the other members are for
 * people and other tools.
 */
#include "base/base64.h"
#include "base/clock.h"
#include "model/record_fields.h"
#include "model/record_line.h"
#include "model/result.h"
#include "x509/certificate.h"

static void
write_validity(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct certificate *certificate = facts;
	bool dated = certificate->times_valid;

	json_add_string(object, "not_before",
	    dated ? time_text(scratch, certificate->not_before) : NULL);
	json_add_string(object, "not_after",
	    dated ? time_text(scratch, certificate->not_after) : NULL);
}

static const struct record_field written[] = {
	FIELD(DIGEST, certificate, sha256),
	FIELD(OCTETS, certificate, der),
	FIELD(STRING, certificate, subject),
	FIELD(STRING, certificate, issuer),
	{ .kind = FIELD_OWN, .write = write_validity },
	FIELD_AS("key", STRING, certificate, key_name),
	FIELD_AS("signature", STRING, certificate, signature_name),
	FIELD_AS("serial", STRING, certificate, serial_hex),
	FIELD(BOOL, certificate, is_ca),
	FIELD_COUNTED(
	    "aia", STRINGS, certificate, issuer_urls, issuer_url_count),
	{ .kind = FIELD_END },
};

struct certificate_line {
	struct digest sha256;
	struct bytes der;
};

static const struct record_field read_back[] = {
	FIELD(DIGEST, certificate_line, sha256),
	FIELD(OCTETS, certificate_line, der),
	{ .kind = FIELD_END },
};

void
certificate_write(struct text *out, const struct certificate *certificate)
{
	record_line_write(out, written, certificate);
}

bool
certificate_line_read(struct arena *arena, struct bytes line,
    struct digest *sha256, struct bytes *der, const char **reason)
{
	struct certificate_line read = { .der = { NULL, 0 } };
	struct bytes base64;
	bool good;

	/* Without a document: audit reads one line a certificate received. */
	if (certificate_line_der(line, sha256, &base64) &&
	    base64_decode(arena, base64, der) == 0)
		return true;
	good = record_line_read(arena, line, read_back, &read, reason);
	*sha256 = read.sha256;
	*der = read.der;
	return good;
}
