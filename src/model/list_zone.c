/*
 * The owners of A, AAAA and CNAME records.  A wildcard and an owner that
 * begins with an underscore are no hosts; what records say is the resolver's
 * to find again.
 */
#include "model/list_zone.h"

#include <strings.h>

#include "base/memory.h"

enum { NAME_MOST = 256 };

struct zone_state {
	char origin[NAME_MOST]; /* "example.com."; empty: not known */
	char owner[NAME_MOST];	/* of the record before */
	unsigned depth;		/* of parentheses, which go over lines */
};

/* The parts of a record in front of its data; NULL: not there. */
struct zone_record {
	char *owner, *class, *type, *data;
};

static bool
is_class(const char *token)
{
	return strcasecmp(token, "IN") == 0 || strcasecmp(token, "CH") == 0 ||
	       strcasecmp(token, "HS") == 0;
}

/* TTL and class come in either order, or not at all. */
static void
split_record(struct zone_record *record, char *line)
{
	char *token = NULL;

	*record = (struct zone_record){ .owner = NULL };
	if (*line != ' ' && *line != '\t')
		record->owner = strsep(&line, " \t");
	while (line != NULL) {
		line += strspn(line, " \t");
		token = strsep(&line, " \t");
		if (is_class(token))
			record->class = token;
		else if (*token < '0' || *token > '9')
			break;
	}
	record->type = token;
	if (line != NULL)
		record->data = line + strspn(line, " \t");
}

bool
list_is_zone_line(const char *line)
{
	char copy[LIST_LINE_MOST + 1];
	struct zone_record record;
	size_t size = strlen(line);

	if (size >= sizeof(copy))
		return false;
	if (strncasecmp(line, "$ORIGIN ", 8) == 0 ||
	    strncasecmp(line, "$TTL ", 5) == 0)
		return true;
	memcpy(copy, line, size + 1);
	split_record(&record, copy);
	return record.class != NULL && record.type != NULL &&
	       record.data != NULL && *record.data != '\0' &&
	       record.type[strspn(record.type,
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123"
		   "456789")] == '\0';
}

/* The name with the origin behind it; false: the origin is not known. */
static bool
complete_name(
    const struct zone_state *state, const char *name, struct text *out)
{
	size_t size = strlen(name);
	bool is_origin = strcmp(name, "@") == 0;

	text_clear(out);
	if (!is_origin)
		text_append(out, name);
	if (size > 0 && name[size - 1] == '.')
		return true;
	if (*state->origin == '\0')
		return false;
	if (!is_origin)
		text_append_char(out, '.');
	/* The root's name is a dot that the name has already. */
	text_append(out,
	    strcmp(state->origin, ".") == 0 && !is_origin ? "" : state->origin);
	return true;
}

static void
keep_name(char into[NAME_MOST], const char *name)
{
	size_t size = strlen(name);

	if (size >= NAME_MOST)
		size = 0;
	memcpy(into, name, size);
	into[size] = '\0';
}

static const char *
read_directive(struct zone_state *state, char *line)
{
	struct text name = { .size = 0 };
	char *word = strsep(&line, " \t");
	const char *fault = NULL;

	if (strcasecmp(word, "$TTL") == 0)
		return NULL;
	if (strcasecmp(word, "$ORIGIN") != 0 || line == NULL)
		return "$INCLUDE and $GENERATE are not followed: list what "
		       "dig axfr prints";
	line += strspn(line, " \t");
	if (complete_name(state, line, &name))
		keep_name(state->origin, name.data);
	else
		fault = "$ORIGIN needs a name that ends with a dot";
	text_free(&name);
	return fault;
}

/* NULL, or why the record names no host. */
static const char *
read_record(struct list_reader *reader, struct zone_state *state, char *line)
{
	struct list_entry entry = { .input = NULL };
	struct text name = { .size = 0 };
	struct zone_record record;
	bool is_known = true;

	split_record(&record, line);
	if (record.owner != NULL) {
		is_known = complete_name(state, record.owner, &name);
		keep_name(state->owner, is_known ? name.data : record.owner);
		text_free(&name);
	}
	if (record.type == NULL || record.data == NULL ||
	    (strcasecmp(record.type, "A") != 0 &&
		strcasecmp(record.type, "AAAA") != 0 &&
		strcasecmp(record.type, "CNAME") != 0) ||
	    *state->owner == '*' || *state->owner == '_')
		return NULL;
	if (*state->owner == '\0' || !is_known ||
	    state->owner[strlen(state->owner) - 1] != '.')
		return "a name without its zone: begin the file with "
		       "$ORIGIN and the zone's name";
	entry.host = arena_string(reader->entries.arena, state->owner);
	list_entries_add(&reader->entries, entry);
	return NULL;
}

enum list_step
list_zone_read(struct list_reader *reader)
{
	struct zone_state *state = reader->state;
	enum list_step step = list_reader_line(reader, ";");
	const char *fault = NULL;
	bool was_inside, quoted = false;
	char *line;

	if (state == NULL)
		state = reader->state = memory_new(sizeof(*state));
	if (step == LIST_END && state->depth > 0) {
		state->depth = 0;
		list_reader_add_fault(reader, bytes_from_string("("),
		    "a parenthesis that nothing closes hides what follows it");
		return LIST_RECORD;
	}
	if (step != LIST_LINE)
		return step;
	line = arena_string(reader->entries.arena, reader->line.data);
	was_inside = state->depth > 0;
	for (const char *at = line; *at != '\0'; at++) {
		if (*at == '"')
			quoted = !quoted;
		if (*at == '(' && !quoted)
			state->depth++;
		if (*at == ')' && !quoted && state->depth > 0)
			state->depth--;
	}
	/* Lines within parentheses are more data of a record. */
	if (was_inside)
		return LIST_RECORD;
	fault = *line == '$' ? read_directive(state, line)
			     : read_record(reader, state, line);
	if (fault != NULL)
		list_reader_add_fault(reader,
		    bytes_of(reader->line.data, reader->line.size), fault);
	return LIST_RECORD;
}
