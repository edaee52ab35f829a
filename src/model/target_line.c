/*
 * Lines of host lists: plain, CSV under a header, and zgrab2's CSV.  Where
 * lines come from, and what becomes of them, is target_list.c's business.
 */
#include "model/target_line.h"

#include <stdlib.h>
#include <strings.h>

#include "base/csv.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "model/endpoint.h"

static const char fault_long[] = "a line of more than 4096 octets";
static const char fault_control[] = "a control character";
static const char fault_not_utf8[] = "not UTF-8";
static const char fault_csv[] = "not CSV: a quote that does not close a field";
static const char fault_header_fields[] = "more fields than the header row";
static const char fault_zgrab_fields[] =
    "CSV without a header row is IP,DOMAIN,TAG,PORT";
static const char fault_port[] = "a port is a number from 1 to 65535";
static const char fault_ip[] = "not an IP address";
static const char fault_block_ip[] = "an address block has no one IP address";
static const char fault_sni[] = "a server name (SNI) cannot be an address";

static const char *const column_names[COLUMN_COUNT] = {
	[COLUMN_HOST] = "host",
	[COLUMN_PORT] = "port",
	[COLUMN_IP] = "ip",
	[COLUMN_SNI] = "sni",
	[COLUMN_STARTTLS] = "starttls",
	[COLUMN_TAGS] = "tags",
};

/* The fields of a line by column; NULL: not there, or empty. */
struct fields {
	char *at[COLUMN_COUNT];
};

static bool
is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* `#` begins a comment at the start or after a blank, outside of quotes. */
static struct bytes
without_comment(struct bytes line)
{
	bool quoted = false;

	if (line.size == 0 || memchr(line.data, '#', line.size) == NULL)
		return line;
	for (size_t i = 0; i < line.size; i++) {
		if (line.data[i] == '"')
			quoted = !quoted;
		if (line.data[i] == '#' && !quoted &&
		    (i == 0 || is_blank(line.data[i - 1])))
			return bytes_of(line.data, i);
	}
	return line;
}

static struct bytes
trimmed(struct bytes line)
{
	while (line.size > 0 && is_blank(line.data[0])) {
		line.data++;
		line.size--;
	}
	while (line.size > 0 && is_blank(line.data[line.size - 1]))
		line.size--;
	return line;
}

static void
forget(struct target_line *line)
{
	free(line->host);
	free(line->ip);
	free(line->sni);
	line->host = line->ip = line->sni = NULL;
	line->tag_count = 0;
	line->is_address = line->is_block = line->wants_starttls = false;
	line->port = 0;
	line->fault = NULL;
	text_clear(&line->input);
	text_clear(&line->scratch);
}

void
target_line_clear(struct target_line *line)
{
	forget(line);
	free(line->tags);
	text_free(&line->input);
	text_free(&line->scratch);
	*line = (struct target_line){ .host = NULL };
}

/* C0, DEL and C1 (RFC 3629: C2 80 to C2 9F); blanks are none. */
static bool
is_control(struct bytes octets, size_t at)
{
	uint8_t c = octets.data[at];

	if (c == 0xc2 && at + 1 < octets.size)
		return octets.data[at + 1] < 0xa0;
	return (c < 0x20 && !is_blank(c)) || c == 0x7f;
}

static const char *
find_foreign(struct bytes octets)
{
	if (utf8_valid_prefix(octets) < octets.size)
		return fault_not_utf8;
	for (size_t i = 0; i < octets.size; i++)
		if (is_control(octets, i))
			return fault_control;
	return NULL;
}

/* One kind of blank is enough for what follows, and safe in a tag. */
static void
append_with_spaces(struct text *text, struct bytes octets)
{
	size_t before = text->size;

	text_append_bytes(text, octets);
	for (size_t i = before; i < text->size; i++)
		if (is_blank((uint8_t)text->data[i]))
			text->data[i] = ' ';
}

bool
target_line_take(struct target_line *line, struct bytes octets)
{
	octets = trimmed(without_comment(octets));
	forget(line);
	if (octets.size == 0)
		return false;
	if (octets.size > TARGET_LINE_MOST) {
		target_line_take_overlong(line);
		return true;
	}
	line->fault = find_foreign(octets);
	text_append_clean(&line->input, octets);
	append_with_spaces(&line->scratch, octets);
	return true;
}

void
target_line_take_overlong(struct target_line *line)
{
	forget(line);
	line->fault = fault_long;
}

static bool
find_column(const char *name, enum target_column *column)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		if (strcasecmp(column_names[i], name) != 0)
			continue;
		*column = (enum target_column)i;
		return true;
	}
	return false;
}

bool
target_line_is_header(struct target_line *line, struct target_columns *header)
{
	char *copy, *names[COLUMN_COUNT];
	bool known = true;
	int count;

	if (line->fault != NULL)
		return false;
	copy = memory_string(line->scratch.data);
	count = csv_split(copy, names, COLUMN_COUNT);
	for (int i = 0; i < count && known; i++)
		known = find_column(names[i], &header->columns[i]);
	free(copy);
	if (count < 1 || !known)
		return false;
	header->count = (size_t)count;
	return true;
}

/* An empty field is one that is not there. */
static void
set_field(struct fields *fields, enum target_column column, char *value)
{
	fields->at[column] = *value == '\0' ? NULL : value;
}

static const char *
split_by_header(
    struct fields *fields, char *line, const struct target_columns *header)
{
	enum { MOST = 64 };
	char *values[MOST];
	int count = csv_split(line, values, MOST);

	if (count < 0)
		return fault_csv;
	if ((size_t)count > header->count)
		return fault_header_fields;
	for (int i = 0; i < count; i++)
		set_field(fields, header->columns[i], values[i]);
	return NULL;
}

/*
 * zgrab2's IP,DOMAIN,TAG,PORT.  Its first field may be a block; with a domain
 * the block is where to find it, so that the domain is the host either way.
 */
static const char *
split_as_zgrab(struct fields *fields, char *line)
{
	static const enum target_column order[] = { COLUMN_IP, COLUMN_HOST,
		COLUMN_TAGS, COLUMN_PORT };
	enum { MOST = sizeof(order) / sizeof(*order) };
	char *values[MOST];
	int count = csv_split(line, values, MOST);

	if (count < 0)
		return fault_zgrab_fields;
	for (int i = 0; i < count; i++)
		set_field(fields, order[i], values[i]);
	return NULL;
}

static const char *
split(struct fields *fields, struct text *line,
    const struct target_columns *header)
{
	if (header->count > 0)
		return split_by_header(fields, line->data, header);
	if (memchr(line->data, ',', line->size) != NULL)
		return split_as_zgrab(fields, line->data);
	fields->at[COLUMN_HOST] = line->data;
	return NULL;
}

static const char *
read_host(struct target_line *line, const char *typed)
{
	struct endpoint endpoint;
	const char *fault;

	if (!endpoint_parse(&endpoint, bytes_from_string(typed), &fault))
		return fault;
	line->port = endpoint.port;
	line->wants_starttls = endpoint.starttls != NULL;
	line->is_block = endpoint.is_block;
	line->block = endpoint.block;
	if (line->is_block)
		return NULL;
	line->host =
	    target_host_normalize(endpoint.host, &line->is_address, &fault);
	return fault;
}

static const char *
read_ip(struct target_line *line, const char *typed)
{
	const char *fault;
	bool is_address;

	if (line->is_block)
		return fault_block_ip;
	if (strchr(typed, '/') != NULL) {
		line->is_block = address_block_parse(
		    &line->block, bytes_from_string(typed), &fault);
		return fault;
	}
	line->ip = target_host_normalize(
	    bytes_from_string(typed), &is_address, &fault);
	return line->ip == NULL || !is_address ? fault_ip : NULL;
}

/* Without a name the address is the host, and no other says where it is. */
static void
settle_host(struct target_line *line)
{
	if (line->ip == NULL ||
	    (line->host != NULL && strcmp(line->host, line->ip) != 0))
		return;
	free(line->host);
	line->host = line->ip;
	line->ip = NULL;
	line->is_address = true;
}

static const char *
read_sni(struct target_line *line, const char *typed)
{
	const char *fault;
	bool is_address;

	line->sni = target_host_normalize(
	    bytes_from_string(typed), &is_address, &fault);
	return line->sni != NULL && is_address ? fault_sni : fault;
}

static void
read_tags(struct target_line *line, char *typed)
{
	while (typed != NULL) {
		char *tag = strsep(&typed, ";");
		char *end;

		while (is_blank((uint8_t)*tag))
			tag++;
		end = tag + strlen(tag);
		while (end > tag && is_blank((uint8_t)end[-1]))
			end--;
		*end = '\0';
		if (end == tag)
			continue;
		line->tags = memory_grow(line->tags, line->tag_count,
		    &line->tag_capacity, sizeof(*line->tags));
		line->tags[line->tag_count++] = tag;
	}
}

static const char *
read_fields(struct target_line *line, const struct fields *fields)
{
	char *const *at = fields->at;
	const char *fault = NULL;

	if (at[COLUMN_HOST] != NULL || at[COLUMN_IP] == NULL)
		fault = read_host(
		    line, at[COLUMN_HOST] != NULL ? at[COLUMN_HOST] : "");
	if (fault == NULL && at[COLUMN_IP] != NULL)
		fault = read_ip(line, at[COLUMN_IP]);
	if (fault != NULL)
		return fault;
	settle_host(line);
	if (at[COLUMN_PORT] != NULL &&
	    !endpoint_port_parse(
		bytes_from_string(at[COLUMN_PORT]), &line->port))
		return fault_port;
	if (at[COLUMN_SNI] != NULL)
		fault = read_sni(line, at[COLUMN_SNI]);
	if (at[COLUMN_STARTTLS] != NULL)
		line->wants_starttls = true;
	if (at[COLUMN_TAGS] != NULL)
		read_tags(line, at[COLUMN_TAGS]);
	return fault;
}

void
target_line_parse(struct target_line *line, const struct target_columns *header)
{
	struct fields fields = { { NULL } };

	if (line->fault == NULL)
		line->fault = split(&fields, &line->scratch, header);
	if (line->fault == NULL)
		line->fault = read_fields(line, &fields);
}
