/*
 * A line of certs.ndjson.  The DER is the truth and all that is read back;
 * the other members are there for people and their tools.
 */
#include "base/base64.h"
#include "base/clock.h"
#include "x509/certificate.h"
#include "model/record_reader.h"
#include "model/result.h"

static void
write_validity(struct json *object, const struct certificate *certificate,
    struct arena *scratch)
{
	char *not_before = arena_alloc(scratch, CLOCK_TEXT_SIZE);
	char *not_after = arena_alloc(scratch, CLOCK_TEXT_SIZE);

	clock_format(certificate->not_before, not_before);
	clock_format(certificate->not_after, not_after);
	json_add_string(
	    object, "not_before", certificate->times_valid ? not_before : NULL);
	json_add_string(
	    object, "not_after", certificate->times_valid ? not_after : NULL);
}

void
certificate_write(struct text *out, const struct certificate *certificate)
{
	struct arena *scratch = arena_new();
	struct json *object = json_new_object();
	struct json *urls;

	json_add_digest(object, "sha256", &certificate->sha256);
	json_add_string(
	    object, "der", base64_encode(scratch, certificate->der));
	json_add_string(object, "subject", certificate->subject);
	json_add_string(object, "issuer", certificate->issuer);
	write_validity(object, certificate, scratch);
	json_add_string(object, "key", certificate->key_name);
	json_add_string(object, "signature", certificate->signature_name);
	json_add_string(object, "serial", certificate->serial_hex);
	json_add_bool(object, "is_ca", certificate->is_ca);
	urls = json_add_array(object, "aia");
	for (size_t i = 0; i < certificate->issuer_url_count; i++)
		json_append_string(urls, certificate->issuer_urls[i]);
	json_print(object, out);
	text_append_char(out, '\n');
	json_free(object);
	arena_free(scratch);
}

bool
certificate_line_read(struct arena *arena, struct bytes line,
    struct digest *sha256, struct bytes *der, const char **reason)
{
	struct record_reader reader = { arena, NULL };
	char *error = arena_alloc(arena, JSON_ERROR_SIZE);
	struct json *object = json_parse(line, error);

	*reason = error;
	if (object == NULL)
		return false;
	record_digest(&reader, object, "sha256", sha256);
	*der = record_octets(&reader, object, "der");
	json_free(object);
	*reason = reader.reason;
	return reader.reason == NULL;
}
