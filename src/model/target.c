/*
 * Targets on the heap, and host names in the one form that goes on the wire.
 * Lines and lists are read elsewhere (target_line.c, target_list.c).
 */
#include "model/target.h"

#include <idn2.h>
#include <stdlib.h>

#include "base/address.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"

/* RFC 1035 2.3.4, as text without the final dot. */
enum { MOST_LABEL = 63, MOST_NAME = 253 };

/* Typed in Unicode a name may be longer than its A-label, but not by much. */
enum { MOST_TYPED = 1024 };

static const char fault_empty[] = "no host name";
static const char fault_too_long[] =
    "a host name has at most 253 octets, and 63 between two dots";
static const char fault_label[] = "two dots, or one at the start";
static const char fault_hyphen[] =
    "a part of a host name cannot begin or end with a hyphen";
static const char fault_character[] =
    "a character that cannot be in a host name";
static const char fault_not_utf8[] = "not UTF-8";
static const char fault_idna[] =
    "not an internationalized host name (IDNA 2008)";
static const char fault_address[] = "not an IPv6 address";
static const char fault_number[] = "neither a host name nor an IPv4 address";

static size_t
string_size(const char *string)
{
	return string == NULL ? 0 : strlen(string) + 1;
}

static const char *
copy_to(char **at, const char *string)
{
	size_t size = string_size(string);
	char *copy = *at;

	if (string == NULL)
		return NULL;
	memcpy(copy, string, size);
	*at += size;
	return copy;
}

struct target *
target_new(const struct target *model)
{
	size_t tags_size = model->tag_count * sizeof(*model->tags);
	size_t size = sizeof(*model) + tags_size;
	struct target *target;
	char *strings;

	size += string_size(model->input) + string_size(model->host) +
		string_size(model->ip) + string_size(model->sni) +
		string_size(model->starttls) + string_size(model->fault);
	for (size_t i = 0; i < model->tag_count; i++)
		size += string_size(model->tags[i]);
	target = memory_new(size);
	*target = *model;
	target->tags = (const char **)(target + 1);
	strings = (char *)(target + 1) + tags_size;
	for (size_t i = 0; i < model->tag_count; i++)
		target->tags[i] = copy_to(&strings, model->tags[i]);
	target->input = copy_to(&strings, model->input);
	target->host = copy_to(&strings, model->host);
	target->ip = copy_to(&strings, model->ip);
	target->sni = copy_to(&strings, model->sni);
	target->starttls = copy_to(&strings, model->starttls);
	target->fault = copy_to(&strings, model->fault);
	return target;
}

void
target_free(struct target *target)
{
	free(target);
}

static char *
string_of(struct bytes bytes)
{
	char *string = memory_new(bytes.size + 1);

	if (bytes.size > 0)
		memcpy(string, bytes.data, bytes.size);
	return string;
}

static bool
is_zone(const char *zone)
{
	return *zone != '\0' &&
	       zone[strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz0123456789._-")] ==
		   '\0';
}

/* The address as RFC 5952 writes it, its zone kept (RFC 4007 11). */
static char *
normalize_address(struct bytes typed)
{
	char *string = string_of(typed), *zone = strchr(string, '%');
	uint8_t octets[ADDRESS_MOST_OCTETS];
	char canonical[ADDRESS_TEXT_SIZE];
	struct text result = { NULL, 0, 0 };
	size_t size;

	if ((zone == NULL || is_zone(zone + 1)) &&
	    address_parse(string, octets, &size) &&
	    address_format(bytes_of(octets, size), canonical)) {
		text_append(&result, canonical);
		if (zone != NULL)
			text_append(&result, zone);
	}
	free(string);
	return result.data;
}

/* What a character does in a host name. */
enum { NEVER, LETTER, UPPER, DIGIT, HYPHEN, DOT };

/*
 * Letters, digits, hyphens, and the underscore that STD3 forbids and that
 * names in the wild have.
 */
static inline int
kind_of(uint8_t c)
{
	if ((c >= 'a' && c <= 'z') || c == '_')
		return LETTER;
	if (c >= '0' && c <= '9')
		return DIGIT;
	if (c == '.')
		return DOT;
	if (c == '-')
		return HYPHEN;
	return c >= 'A' && c <= 'Z' ? UPPER : NEVER;
}

/* The name being read, label by label. */
struct name {
	size_t label_size;
	bool all_digits; /* the label */
	int last;	 /* kind of the last character */
};

static const char *
end_label(const struct name *name)
{
	if (name->label_size == 0)
		return fault_label;
	if (name->label_size > MOST_LABEL)
		return fault_too_long;
	return name->last == HYPHEN ? fault_hyphen : NULL;
}

static const char *
read_character(struct name *name, int kind)
{
	const char *fault = NULL;

	if (kind == NEVER)
		return fault_character;
	if (kind == DOT) {
		fault = end_label(name);
		*name = (struct name){ 0, true, DOT };
		return fault;
	}
	if (kind == HYPHEN && name->label_size == 0)
		return fault_hyphen;
	name->label_size++;
	name->all_digits = name->all_digits && kind == DIGIT;
	name->last = kind;
	return NULL;
}

/* Checks the name, folding it in place; a fault, or NULL. */
static const char *
read_name(char *host, bool *ends_in_number)
{
	struct name name = { 0, true, DOT };
	const char *fault = NULL;

	for (; *host != '\0' && fault == NULL; host++) {
		int kind = kind_of((uint8_t)*host);

		if (kind == UPPER) {
			*host = (char)(*host - 'A' + 'a');
			kind = LETTER;
		}
		fault = read_character(&name, kind);
	}
	*ends_in_number = name.all_digits;
	return fault != NULL ? fault : end_label(&name);
}

/*
 * A name of ASCII alone needs no library, which would refuse names that
 * exist ("r3---sn-4g5e6nz7.example").  A last label of digits is no name: it
 * must be an address in four parts, or resolvers differ on what it is.
 */
static char *
normalize_ascii(struct bytes typed, bool *is_address, const char **fault)
{
	bool ends_in_number;
	char *host;

	if (typed.size > 0 && typed.data[typed.size - 1] == '.')
		typed.size--;
	if (typed.size == 0 || typed.size > MOST_NAME) {
		*fault = typed.size == 0 ? fault_empty : fault_too_long;
		return NULL;
	}
	host = string_of(typed);
	*fault = read_name(host, &ends_in_number);
	if (*fault == NULL && !ends_in_number)
		return host;
	free(host);
	if (*fault != NULL)
		return NULL;
	host = normalize_address(typed);
	*is_address = host != NULL;
	*fault = host == NULL ? fault_number : NULL;
	return host;
}

static char *
normalize_unicode(struct bytes typed, bool *is_address, const char **fault)
{
	char *string;
	uint8_t *ascii = NULL;
	char *host = NULL;

	*fault = fault_too_long;
	if (typed.size > MOST_TYPED)
		return NULL;
	*fault = fault_not_utf8;
	if (utf8_valid_prefix(typed) < typed.size)
		return NULL;
	string = string_of(typed);
	*fault = fault_idna;
	if (idn2_lookup_u8((const uint8_t *)string, &ascii,
		IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) == IDN2_OK) {
		host = normalize_ascii(
		    bytes_from_string((char *)ascii), is_address, fault);
		idn2_free(ascii);
	}
	free(string);
	return host;
}

static bool
is_ascii(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		if (bytes.data[i] >= 0x80)
			return false;
	return true;
}

static bool
has(struct bytes bytes, char c)
{
	return bytes.size > 0 && memchr(bytes.data, c, bytes.size) != NULL;
}

/* Only an IPv6 address has colons, and only it may stand in brackets. */
static char *
normalize_ipv6(struct bytes typed, bool *is_address, const char **fault)
{
	char *host;

	if (typed.data[0] == '[' && typed.data[typed.size - 1] == ']')
		typed = bytes_of(typed.data + 1, typed.size - 2);
	host = has(typed, ':') ? normalize_address(typed) : NULL;
	*is_address = host != NULL;
	*fault = host == NULL ? fault_address : NULL;
	return host;
}

char *
target_host_normalize(struct bytes typed, bool *is_address, const char **fault)
{
	*is_address = false;
	*fault = NULL;
	if (has(typed, '\0')) {
		*fault = fault_character;
		return NULL;
	}
	if (has(typed, ':') || has(typed, '['))
		return normalize_ipv6(typed, is_address, fault);
	if (is_ascii(typed))
		return normalize_ascii(typed, is_address, fault);
	return normalize_unicode(typed, is_address, fault);
}
