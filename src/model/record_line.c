/*
 * Searches the text of a line for what result_fields.c and
 * certificate_json.c print; a change there is a change here.
 */
#include "model/record_line.h"

#include <string.h>

static bool
holds(struct bytes line, const char *word)
{
	return memmem(line.data, line.size, word, strlen(word)) != NULL;
}

/* The digits after the first `"ordinal":`, which is near the line's start. */
bool
record_line_ordinal(struct bytes line, uint64_t *ordinal, struct bytes *digits)
{
	static const char key[] = "\"ordinal\":";
	const uint8_t *start, *at, *end = line.data + line.size;

	if (line.size == 0 || line.data[line.size - 1] != '}')
		return false;
	start = memmem(line.data, line.size, key, sizeof(key) - 1);
	if (start == NULL)
		return false;
	start += sizeof(key) - 1;
	*ordinal = 0;
	for (at = start; at < end && *at >= '0' && *at <= '9'; at++)
		*ordinal = *ordinal * 10 + (uint64_t)(*at - '0');
	if (digits != NULL)
		*digits = bytes_of(start, (size_t)(at - start));
	return at > start;
}

/* No other member has this key, and in a string the marks are escaped. */
bool
record_line_is_of_site(struct bytes line, const char *site)
{
	static const char key[] = "\"site\":\"";
	const size_t key_size = sizeof(key) - 1, size = strlen(site);
	const uint8_t *at = memmem(line.data, line.size, key, key_size);
	const uint8_t *end = line.data + line.size;

	return at != NULL && (size_t)(end - at) > key_size + size &&
	       memcmp(at + key_size, site, size) == 0 &&
	       at[key_size + size] == '"';
}

bool
record_line_names_certificate(struct bytes line, const struct digest *sha256)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(sha256, hex);
	return holds(line, hex);
}

/* certs.ndjson begins each line with {"sha256":"HEX". */
bool
certificate_line_digest(struct bytes line, struct digest *digest)
{
	static const char start[] = "{\"sha256\":\"";
	char hex[DIGEST_HEX_SIZE];

	if (line.size < sizeof(start) - 1 + DIGEST_HEX_SIZE ||
	    memcmp(line.data, start, sizeof(start) - 1) != 0)
		return false;
	memcpy(hex, line.data + sizeof(start) - 1, DIGEST_HEX_SIZE - 1);
	hex[DIGEST_HEX_SIZE - 1] = '\0';
	return digest_from_hex(digest, hex);
}

/* Spares decoding a million leaves. */
bool
certificate_line_is_authority(struct bytes line)
{
	return holds(line, "\"is_ca\":true");
}
