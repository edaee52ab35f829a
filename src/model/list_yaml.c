/*
 * Event by event over libyaml, so that no document is in memory.  Anchors
 * and aliases are not followed: a few of them can mean millions of targets.
 */
#include "model/list_yaml.h"

#include <stdlib.h>
#include <yaml.h>

#include "base/memory.h"

enum {
	OCTETS_MOST = 1024 * 1024, /* between two events */
	DEPTH_MOST = 64
};

static const char fault_alias[] =
    "a YAML alias is not followed: write its targets out";

struct yaml_state {
	yaml_parser_t parser;
	struct list_reader *reader;
	size_t octets;	   /* read since the last event */
	unsigned depth;	   /* of sequences and mappings */
	bool is_key;	   /* the next scalar at depth 2 is a key */
	bool is_targets;   /* within the value of `targets` */
	bool input_failed; /* with errno */
};

/* libyaml asks for more; a scalar without end must not fill the memory. */
static int
give_octets(void *context, unsigned char *out, size_t most, size_t *size)
{
	struct yaml_state *state = context;
	int c;

	for (*size = 0; *size < most; out[(*size)++] = (unsigned char)c) {
		c = list_input_octet(state->reader->input);
		if (c == -1)
			return 1;
		if (c == -2 || state->octets++ > OCTETS_MOST) {
			state->input_failed = c == -2;
			return 0;
		}
		/* A pipe's lines do not wait for each other. */
		if (c == '\n') {
			out[(*size)++] = '\n';
			return 1;
		}
	}
	return 1;
}

static enum list_step
fail(struct list_reader *reader, const struct yaml_state *state)
{
	const yaml_parser_t *parser = &state->parser;

	if (state->input_failed)
		return list_reader_fail_input(reader);
	reader->number = parser->problem_mark.line + 1;
	if (parser->error == YAML_READER_ERROR && state->octets > OCTETS_MOST)
		return list_reader_fail(
		    reader, "more than 1 MiB of YAML without a value");
	text_clear(&reader->error);
	text_printf(&reader->error, "not YAML: %s",
	    parser->problem != NULL ? parser->problem : "it cannot be read");
	return LIST_ERROR;
}

/* A key at depth 2 is a group's; a scalar at depth 3 may be a target. */
static void
read_scalar(struct list_reader *reader, struct yaml_state *state,
    const yaml_event_t *event)
{
	const char *value = (const char *)event->data.scalar.value;

	if (state->depth == 2) {
		state->is_targets =
		    state->is_key && strcmp(value, "targets") == 0;
		state->is_key = !state->is_key;
	} else if (state->depth == 3 && state->is_targets) {
		list_entries_add(&reader->entries,
		    (struct list_entry){
			.host = arena_string(reader->entries.arena, value) });
	}
}

enum list_step
list_yaml_read(struct list_reader *reader)
{
	struct yaml_state *state = reader->state;
	bool at_end = false, is_too_deep = false;

	if (state == NULL) {
		state = reader->state = memory_new(sizeof(*state));
		state->reader = reader;
		if (!yaml_parser_initialize(&state->parser))
			return list_reader_fail(reader, "out of memory");
		yaml_parser_set_input(&state->parser, give_octets, state);
	}
	list_entries_reset(&reader->entries);
	while (reader->entries.count == 0 && !at_end) {
		yaml_event_t event;

		if (!yaml_parser_parse(&state->parser, &event))
			return fail(reader, state);
		state->octets = 0;
		reader->number = event.start_mark.line + 1;
		switch (event.type) {
		case YAML_SEQUENCE_START_EVENT:
		case YAML_MAPPING_START_EVENT:
			state->depth++;
			state->is_key = state->depth == 2;
			is_too_deep = state->depth > DEPTH_MOST;
			break;
		case YAML_SEQUENCE_END_EVENT:
		case YAML_MAPPING_END_EVENT:
			state->depth--;
			state->is_key = state->depth == 2;
			break;
		case YAML_SCALAR_EVENT:
			read_scalar(reader, state, &event);
			break;
		case YAML_ALIAS_EVENT:
			if (state->is_targets || state->depth < 2)
				list_reader_add_fault(
				    reader, bytes_of("", 0), fault_alias);
			state->is_key = state->depth == 2;
			break;
		default:
			at_end = event.type == YAML_STREAM_END_EVENT;
		}
		yaml_event_delete(&event);
		if (is_too_deep)
			return list_reader_fail(
			    reader, "YAML that nests deeper than 64");
	}
	return at_end ? LIST_END : LIST_RECORD;
}

void
list_yaml_end(struct list_reader *reader)
{
	struct yaml_state *state = reader->state;

	if (state != NULL)
		yaml_parser_delete(&state->parser);
}
