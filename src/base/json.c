/*
 * JSON coming in, over cJSON: the only file that uses the library.  What it
 * does not mind is caught here: octets that are not UTF-8, NULs, depth.
 */
#include "base/json.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "base/memory.h"
#include "base/utf8.h"

/*
 * Where the nodes of a document go that json_parse_in is about to read.  The
 * library's hooks have no context, so this is the one variable of the program
 * that is neither constant nor passed on; each thread has its own, and it is
 * NULL outside of that call.
 */
static _Thread_local struct arena *parse_arena;

enum { MOST_DEPTH = 64 };

static const cJSON *
node(const struct json *json)
{
	return (const cJSON *)json;
}

static void *
allocate(size_t size)
{
	return parse_arena == NULL ? malloc(size)
				   : arena_room(parse_arena, size);
}

/* What a failed reading gives back stays in the arena. */
static void
release(void *piece)
{
	if (parse_arena == NULL)
		free(piece);
}

/* Before any thread is there. */
__attribute__((constructor)) static void
set_hooks(void)
{
	cJSON_Hooks hooks = { allocate, release };

	cJSON_InitHooks(&hooks);
}

void
json_free(struct json *json)
{
	cJSON_Delete((cJSON *)json);
}

static bool
is_passed_over(struct bytes rest, const char *const passed_over[])
{
	for (size_t i = 0; passed_over != NULL && passed_over[i] != NULL; i++) {
		size_t size = strlen(passed_over[i]);

		if (rest.size > size + 1 && rest.data[size] == '"' &&
		    memcmp(rest.data, passed_over[i], size) == 0)
			return true;
	}
	return false;
}

/*
 * After the string that begins at `at`; the text's size when it has no end.
 * Returns a reason and *at where, or NULL.
 */
static const char *
pass_string(struct bytes text, size_t *at)
{
	static const char nul[] = "\\u0000";
	const uint8_t *first = text.data + *at + 1;
	const uint8_t *quote = memchr(first, '"', text.size - *at - 1);
	size_t i = *at + 1;

	/* Nearly all have nothing to look at between their quotes. */
	if (quote != NULL &&
	    memchr(first, '\\', (size_t)(quote - first)) == NULL) {
		*at = (size_t)(quote - text.data) + 1;
		return NULL;
	}
	for (; i < text.size && text.data[i] != '"'; i++) {
		if (text.data[i] != '\\')
			continue;
		if (text.size - i >= sizeof(nul) - 1 &&
		    memcmp(text.data + i, nul, sizeof(nul) - 1) == 0) {
			*at = i;
			return "an escaped NUL";
		}
		i++;
	}
	*at = i < text.size ? i + 1 : text.size;
	return NULL;
}

/*
 * What cJSON lets pass and we do not, found before it recurses: NULs (as
 * octets or escaped, it would cut the string there), depth, other encodings.
 * Returns a reason and *at where, or NULL.  All but the members passed over is
 * copied, with a final NUL: cJSON before 1.7.18 reads one octet too far.
 */
static const char *
copy_text(struct bytes text, const char *const passed_over[], char *out,
    size_t *out_size, size_t *at)
{
	const uint8_t *nul;
	char *start = out, *comma = NULL;
	size_t depth = 0;
	bool in_object = false, key_follows = false, is_passed = false;

	*at = utf8_valid_prefix(text);
	if (*at < text.size)
		return "not UTF-8";
	nul = text.size == 0 ? NULL : memchr(text.data, '\0', text.size);
	if (nul != NULL) {
		*at = (size_t)(nul - text.data);
		return "a NUL";
	}
	for (*at = 0; *at < text.size;) {
		size_t from = *at;
		char octet = (char)text.data[from];
		const char *reason;

		switch (octet) {
		case '"':
			if (key_follows)
				is_passed = is_passed_over(
				    bytes_of(text.data + from + 1,
					text.size - from - 1),
				    passed_over);
			key_follows = false;
			reason = pass_string(text, at);
			if (reason != NULL)
				return reason;
			if (!is_passed) {
				memcpy(out, text.data + from, *at - from);
				out += *at - from;
			}
			continue;
		case '{':
		case '[':
			if (++depth > MOST_DEPTH)
				return "deeper than 64 levels";
			if (depth == 1)
				in_object = octet == '{';
			key_follows = depth == 1 && in_object;
			break;
		case '}':
		case ']':
			depth -= depth > 0;
			/* The comma before members that are left out. */
			if (depth == 0 && is_passed && comma != NULL)
				out = comma;
			is_passed = is_passed && depth > 0;
			break;
		case ',':
			key_follows = depth == 1 && in_object;
			if (key_follows && is_passed) {
				is_passed = false;
				(*at)++;
				continue;
			}
			if (key_follows)
				comma = out;
			break;
		default:
			break;
		}
		if (!is_passed)
			*out++ = octet;
		(*at)++;
	}
	*out = '\0';
	*out_size = (size_t)(out - start);
	return NULL;
}

/* In the arena, or (NULL) on the heap. */
static struct json *
parse(struct bytes input, const char *const passed_over[], char *copy,
    struct arena *arena, char error_text[80])
{
	const char *end = NULL, *reason;
	cJSON *item = NULL;
	size_t size, at;

	reason = copy_text(input, passed_over, copy, &size, &at);
	if (reason == NULL) {
		parse_arena = arena;
		item = cJSON_ParseWithLengthOpts(copy, size, &end, false);
		parse_arena = NULL;
		at = (size_t)(end - copy);
		if (item == NULL)
			reason = "not JSON";
		else if (end[strspn(end, " \t\r\n")] != '\0')
			reason = "more than one value";
	}
	if (reason == NULL)
		return (struct json *)item;
	if (arena == NULL)
		cJSON_Delete(item);
	snprintf(error_text, 80, "%s at octet %zu", reason, at + 1);
	return NULL;
}

struct json *
json_parse(struct bytes input, char error_text[80])
{
	char *copy = memory_array(input.size + 1, 1);
	struct json *json = parse(input, NULL, copy, NULL, error_text);

	free(copy);
	return json;
}

const struct json *
json_parse_in(struct arena *arena, struct bytes input,
    const char *const passed_over[], char error_text[80])
{
	char *copy = arena_room(arena, input.size + 1);
	const struct json *json =
	    parse(input, passed_over, copy, arena, error_text);

	/* Where it is at fault is said of the whole text. */
	if (json == NULL && passed_over != NULL)
		json = parse(input, NULL, copy, arena, error_text);
	return json;
}

const struct json *
json_get(const struct json *object, const char *key)
{
	const cJSON *member;

	if (!cJSON_IsObject(node(object)))
		return NULL;
	member = node(object)->child;
	/* Nearly all differ in the first letter. */
	while (member != NULL && (member->string[0] != key[0] ||
				     strcmp(member->string, key) != 0))
		member = member->next;
	return (const struct json *)member;
}

const char *
json_string(const struct json *json)
{
	return cJSON_GetStringValue(node(json));
}

bool
json_is_null(const struct json *json)
{
	return json == NULL || cJSON_IsNull(node(json));
}

bool
json_is_object(const struct json *json)
{
	return cJSON_IsObject(node(json));
}

bool
json_is_array(const struct json *json)
{
	return cJSON_IsArray(node(json));
}

bool
json_is_number(const struct json *json)
{
	return cJSON_IsNumber(node(json));
}

bool
json_is_bool(const struct json *json)
{
	return cJSON_IsBool(node(json));
}

bool
json_bool(const struct json *json, bool fallback)
{
	return json_is_bool(json) ? cJSON_IsTrue(node(json)) : fallback;
}

double
json_number(const struct json *json, double fallback)
{
	return json_is_number(json) ? node(json)->valuedouble : fallback;
}

/*
 * A number with a fraction, or that a double cannot hold exactly, is not an
 * integer.
 */
int64_t
json_integer(const struct json *json, int64_t fallback)
{
	const double most = 9007199254740992.0; /* 2^53 */
	double value = json_number(json, NAN);

	if (!(value >= -most && value <= most) || value != trunc(value))
		return fallback;
	return (int64_t)value;
}

bool
json_digest(const struct json *json, struct digest *digest)
{
	const char *hex = json_string(json);

	return hex != NULL && digest_from_hex(digest, hex);
}

size_t
json_length(const struct json *json)
{
	if (!json_is_array(json) && !json_is_object(json))
		return 0;
	return (size_t)cJSON_GetArraySize(node(json));
}

const struct json *
json_first(const struct json *json)
{
	if (!json_is_array(json) && !json_is_object(json))
		return NULL;
	return (const struct json *)node(json)->child;
}

const struct json *
json_next(const struct json *json)
{
	return json == NULL ? NULL : (const struct json *)node(json)->next;
}

const char *
json_key(const struct json *member)
{
	return member == NULL ? NULL : node(member)->string;
}
