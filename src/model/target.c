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
    "a part of a host name cannot begin with a hyphen";
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
		string_size(model->starttls) + string_size(model->fault) +
		string_size(model->name_group) + string_size(model->mx_domain);
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
	target->name_group = copy_to(&strings, model->name_group);
	target->mx_domain = copy_to(&strings, model->mx_domain);
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

/*
 * The address as RFC 5952 writes it, its zone kept (RFC 4007 11).  In a URL
 * the zone begins with "%25" (RFC 6874), and people copy that.
 */
static char *
normalize_address(struct bytes typed)
{
	char *string = string_of(typed), *zone = strchr(string, '%');
	uint8_t octets[ADDRESS_MOST_OCTETS];
	char canonical[ADDRESS_TEXT_SIZE];
	struct text result = { NULL, 0, 0 };
	size_t size;
	bool is_valid = true;

	if (zone != NULL) {
		zone += strncmp(zone, "%25", 3) == 0 ? 3 : 1;
		is_valid = *zone != '\0' &&
			   zone[strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					     "abcdefghijklmnopqrstuvwxyz"
					     "0123456789._-")] == '\0';
	}
	if (is_valid && address_parse(string, octets, &size) &&
	    address_format(bytes_of(octets, size), canonical)) {
		text_append(&result, canonical);
		if (zone != NULL)
			text_printf(&result, "%%%s", zone);
	}
	free(string);
	return result.data;
}

/* Checks one label; a fault, or NULL. */
static const char *
check_label(const char *label, size_t size)
{
	if (size == 0)
		return fault_label;
	if (size > MOST_LABEL)
		return fault_too_long;
	return label[0] == '-' ? fault_hyphen : NULL;
}

/*
 * A last label of digits, or of "0x" and hexadecimal digits, is no name: the
 * whole must be an address in four parts, or resolvers differ on what it is.
 */
static bool
is_number(const char *label)
{
	if (label[0] == '0' && label[1] == 'x')
		return label[2 + strspn(label + 2, "0123456789abcdef")] == '\0';
	return label[strspn(label, "0123456789")] == '\0';
}

/*
 * A name of ASCII alone needs no library, which would refuse names that
 * exist ("r3---sn-4g5e6nz7.example", "a-.example").
 */
static char *
normalize_ascii(struct bytes typed, bool *is_address, const char **fault)
{
	char *host, *label;

	if (typed.size > 0 && typed.data[typed.size - 1] == '.')
		typed.size--;
	if (typed.size == 0 || typed.size > MOST_NAME) {
		*fault = typed.size == 0 ? fault_empty : fault_too_long;
		return NULL;
	}
	label = host = string_of(typed);
	*fault = NULL;
	for (char *at = host; *at != '\0' && *fault == NULL; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
		if (*at == '.') {
			*fault = check_label(label, (size_t)(at - label));
			label = at + 1;
		} else if ((*at < 'a' || *at > 'z') &&
			   (*at < '0' || *at > '9') && *at != '-' &&
			   *at != '_') {
			/* STD3 forbids the underscore; names have it. */
			*fault = fault_character;
		}
	}
	if (*fault == NULL)
		*fault = check_label(label, strlen(label));
	if (*fault == NULL && !is_number(label))
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
has(struct bytes bytes, char c)
{
	return bytes.size > 0 && memchr(bytes.data, c, bytes.size) != NULL;
}

char *
target_host_normalize(struct bytes typed, bool *is_address, const char **fault)
{
	char *host;

	*is_address = false;
	*fault = NULL;
	if (has(typed, '\0')) {
		*fault = fault_character;
		return NULL;
	}
	/* Only an IPv6 address has colons, and only it stands in brackets. */
	if (has(typed, ':') || has(typed, '[')) {
		if (typed.data[0] == '[' && typed.data[typed.size - 1] == ']')
			typed = bytes_of(typed.data + 1, typed.size - 2);
		host = has(typed, ':') ? normalize_address(typed) : NULL;
		*is_address = host != NULL;
		*fault = host == NULL ? fault_address : NULL;
		return host;
	}
	for (size_t i = 0; i < typed.size; i++)
		if (typed.data[i] >= 0x80)
			return normalize_unicode(typed, is_address, fault);
	return normalize_ascii(typed, is_address, fault);
}
