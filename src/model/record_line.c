/*
 * Searches the text of a line for what observation_fields.c and
 * certificate_json.c print; a change there is a change here.
 */
#include "model/record_line.h"

#include <string.h>

#include "base/address.h"
#include "base/fnv.h"
#include "base/json.h"

/* A host name as text, with its final NUL. */
enum { DNS_NAME_MOST = 256 };

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

/* The string of the first member with this key; false where it is none. */
static bool
find_string(struct bytes line, const char *key, char text[], size_t size)
{
	const uint8_t *at = memmem(line.data, line.size, key, strlen(key));
	const uint8_t *end = line.data + line.size;
	size_t used = 0;

	if (at == NULL)
		return false;
	at += strlen(key);
	if (at == end || *at++ != '"')
		return false;
	while (at < end && *at != '"' && used + 1 < size)
		text[used++] = (char)*at++;
	text[used] = '\0';
	return at < end && *at == '"';
}

/*
 * An IPv6 address is too long for a number: its upper part is one by its hash,
 * so that those of one network are in order.
 */
static uint64_t
address_order(const char *text)
{
	uint8_t octets[ADDRESS_MOST_OCTETS];
	uint64_t order, high;
	size_t size;

	if (!address_parse(text, octets, &size))
		return 0;
	order = number_at(octets + size - 4, 4);
	if (size == 4)
		return order + 1;
	high = fnv_add(FNV_START, bytes_of(octets, size - 4));
	return UINT64_C(1) << 63 | (high & 0x7fffffff) << 32 | order;
}

/* By preference; those of one are told apart by the hash of their names. */
static uint64_t
mx_order(struct bytes line)
{
	static const char key[] = "\"preference\":";
	const uint8_t *at = memmem(line.data, line.size, key, sizeof(key) - 1);
	const uint8_t *end = line.data + line.size;
	uint64_t preference = 0, hash = 0;
	char host[DNS_NAME_MOST];

	if (find_string(line, "\"host\":", host, sizeof(host)))
		hash = fnv_add(FNV_START, bytes_from_string(host));
	if (at != NULL)
		at += sizeof(key) - 1;
	for (; at != NULL && at < end && *at >= '0' && *at <= '9'; at++)
		preference = preference * 10 + (uint64_t)(*at - '0');
	return preference << 48 | (hash & 0xffffffffffff);
}

/* What says which record it is stands before its time. */
static struct bytes
head_of(struct bytes line)
{
	static const char key[] = "\"timestamp\":";
	const uint8_t *at = memmem(line.data, line.size, key, sizeof(key) - 1);

	return at == NULL ? line
			  : bytes_of(line.data, (size_t)(at - line.data));
}

struct record_part
record_line_part(struct bytes line)
{
	struct record_part part = { .address = 0 };
	struct bytes head = head_of(line);
	char text[ADDRESS_TEXT_SIZE];

	if (holds(head, "\"mx\":{\"domain\":"))
		part.host = mx_order(head);
	if (!holds(head, "\"name_group\":\""))
		return part;
	if (find_string(head, "\"ip\":", text, sizeof(text)))
		part.address = address_order(text);
	return part;
}

int
record_part_compare(const struct record_part *a, const struct record_part *b)
{
	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	return (a->address > b->address) - (a->address < b->address);
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

bool
certificate_line_der(
    struct bytes line, struct digest *digest, struct bytes *base64)
{
	static const char key[] = "\",\"der\":\"", start[] = "{\"sha256\":\"";
	const size_t before = sizeof(start) - 1 + DIGEST_HEX_SIZE - 1;
	const size_t from = before + sizeof(key) - 1;
	const uint8_t *end;

	if (line.size <= from || line.data[line.size - 1] != '}' ||
	    !certificate_line_digest(line, digest) ||
	    memcmp(line.data + before, key, sizeof(key) - 1) != 0)
		return false;
	end = memchr(line.data + from, '"', line.size - from);
	if (end == NULL)
		return false;
	*base64 = bytes_of(line.data + from, (size_t)(end - line.data) - from);
	return true;
}

/* Spares decoding a million leaves. */
bool
certificate_line_is_authority(struct bytes line)
{
	return holds(line, "\"is_ca\":true");
}

/* As the record has it: in JSON, between its quotes. */
static void
append_json(struct text *out, const char *string)
{
	struct json_writer *list = json_new_array();

	json_append_string(list, string);
	json_print(list, out);
	json_writer_free(list);
}

bool
record_line_has_tag(struct bytes line, const char *tag)
{
	static const char key[] = "\"tags\":[";
	const uint8_t *at = memmem(line.data, line.size, key, sizeof(key) - 1);
	const uint8_t *end = line.data + line.size;
	struct text json = { .size = 0 };
	bool found = false;

	append_json(&json, tag);
	if (at != NULL)
		at += sizeof(key) - 1;
	while (at != NULL && at < end && *at == '"' && !found) {
		const uint8_t *begin = at++;

		while (at < end && *at != '"')
			at += *at == '\\' ? 2 : 1;
		at++;
		/* Without the brackets around it. */
		found = at <= end && (size_t)(at - begin) == json.size - 2 &&
			memcmp(begin, json.data + 1, json.size - 2) == 0;
		at += at < end && *at == ',';
	}
	text_free(&json);
	return found;
}
