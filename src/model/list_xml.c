/*
 * Reads tags and their attributes one by one: nothing else of XML matters
 * here, and there is no document in memory.  A tag has a limit; entities are
 * not replaced, since neither addresses, ports nor host names have any.
 */
#include "model/list_xml.h"

#include "base/memory.h"

enum { TAG_MOST = 64 * 1024, PORTS_MOST = 65536 };

/* The <host> being read. */
struct xml_state {
	bool in_host, is_given; /* its name is the one nmap was given */
	char address[64], name[256], port[8];
	bool is_tcp, has_ports;
};

/* What is between "<" and ">" into reader->line; LIST_END at the end. */
static enum list_step
read_tag(struct list_reader *reader)
{
	struct text *tag = &reader->line;
	int c, quote = 0;

	do
		c = list_input_octet(reader->input);
	while (c >= 0 && c != '<');
	text_clear(tag);
	while (c >= 0 && (c = list_input_octet(reader->input)) >= 0) {
		bool is_comment =
		    tag->size >= 3 && memcmp(tag->data, "!--", 3) == 0;

		if (c == '>' && quote == 0 &&
		    (!is_comment ||
			(tag->size >= 5 &&
			    memcmp(tag->data + tag->size - 2, "--", 2) == 0)))
			return LIST_LINE;
		if (is_comment || c == quote)
			quote = 0;
		else if (quote == 0 && (c == '"' || c == '\''))
			quote = c;
		text_append_char(tag, c == '\0' ? ' ' : (char)c);
		if (tag->size > TAG_MOST)
			return list_reader_fail(
			    reader, "an XML tag of more than 64 KiB");
	}
	return c == -2 ? list_reader_fail_input(reader) : LIST_END;
}

/* Whether the attribute is there; what is too long for `out` is cut. */
static bool
get_attribute(const char *tag, const char *name, char *out, size_t out_size)
{
	size_t name_size = strlen(name), size;
	const char *at = tag;

	for (;;) {
		char quote;

		at += strcspn(at, " \t\r\n");
		at += strspn(at, " \t\r\n");
		size = strcspn(at, "= \t\r\n");
		if (at[size] != '=' ||
		    (at[size + 1] != '"' && at[size + 1] != '\''))
			return false;
		quote = at[size + 1];
		if (size == name_size && memcmp(at, name, size) == 0)
			break;
		at = strchr(at + size + 2, quote);
		if (at == NULL)
			return false;
	}
	at += name_size + 2;
	size = strcspn(at, at[-1] == '"' ? "\"" : "'");
	if (size >= out_size)
		size = out_size - 1;
	memcpy(out, at, size);
	out[size] = '\0';
	return true;
}

static void
add_target(
    struct list_reader *reader, const struct xml_state *state, const char *port)
{
	struct arena *arena = reader->entries.arena;
	struct list_entry entry = {
		.host = *state->name != '\0' ? arena_string(arena, state->name)
					     : NULL,
		.ip = *state->address != '\0'
			  ? arena_string(arena, state->address)
			  : NULL,
		.port = arena_string(arena, port),
	};

	if ((entry.host != NULL || entry.ip != NULL) &&
	    reader->entries.count < PORTS_MOST)
		list_entries_add(&reader->entries, entry);
}

static bool
is_tag(const char *tag, const char *name)
{
	size_t size = strlen(name);

	return strncmp(tag, name, size) == 0 &&
	       (tag[size] == '\0' || strchr(" \t\r\n/", tag[size]) != NULL);
}

static void
read_host_tag(
    struct list_reader *reader, struct xml_state *state, const char *tag)
{
	char value[16];

	if (is_tag(tag, "address") &&
	    get_attribute(tag, "addrtype", value, sizeof(value)) &&
	    strncmp(value, "ipv", 3) == 0) {
		get_attribute(
		    tag, "addr", state->address, sizeof(state->address));
	} else if (is_tag(tag, "hostname") && !state->is_given) {
		/* Of type "user" as given; else what DNS says (PTR). */
		state->is_given =
		    get_attribute(tag, "type", value, sizeof(value)) &&
		    strcmp(value, "user") == 0;
		if (state->is_given || *state->name == '\0')
			get_attribute(
			    tag, "name", state->name, sizeof(state->name));
	} else if (is_tag(tag, "port")) {
		state->has_ports = true;
		state->is_tcp =
		    get_attribute(tag, "protocol", value, sizeof(value)) &&
		    strcmp(value, "tcp") == 0 &&
		    get_attribute(
			tag, "portid", state->port, sizeof(state->port));
	} else if (is_tag(tag, "state") && state->is_tcp) {
		if (get_attribute(tag, "state", value, sizeof(value)) &&
		    strcmp(value, "open") == 0)
			add_target(reader, state, state->port);
		state->is_tcp = false;
	} else if (is_tag(tag, "extraports") ||
		   (is_tag(tag, "status") &&
		       get_attribute(tag, "state", value, sizeof(value)) &&
		       strcmp(value, "down") == 0)) {
		state->has_ports = true;
	}
}

enum list_step
list_xml_read(struct list_reader *reader)
{
	struct xml_state *state = reader->state;
	enum list_step step;

	if (state == NULL)
		state = reader->state = memory_new(sizeof(*state));
	list_entries_reset(&reader->entries);
	while ((step = read_tag(reader)) == LIST_LINE) {
		const char *tag = reader->line.data;

		if (is_tag(tag, "host")) {
			*state = (struct xml_state){ .in_host = true };
			reader->number = list_input_number(reader->input);
		} else if (is_tag(tag, "/host") && state->in_host) {
			state->in_host = false;
			/* nmap -sn asks no port. */
			if (!state->has_ports)
				add_target(reader, state, NULL);
			return LIST_RECORD;
		} else if (state->in_host) {
			read_host_tag(reader, state, tag);
		}
	}
	if (step == LIST_END && reader->entries.count > 0)
		return LIST_RECORD;
	return step;
}
