/*
 * Host lists: sources in their order, lines into targets, blocks unrolled,
 * duplicates dropped.  Nothing is read before it is asked for.
 */
#include "model/target_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/map.h"
#include "base/memory.h"
#include "model/target_line.h"

/* An argument has text, a file a reader. */
struct source {
	char *name; /* "hosts.txt", "stdin", "argument 3" */
	char *argument;
	struct line_reader *reader;
	bool begun; /* a line that says something was read */
	struct target_columns header;
};

struct target_list {
	struct target_list_options options;
	struct source *sources;
	size_t source_count, source_capacity, current;
	size_t argument_count;
	struct target_line line;
	struct text where;     /* "hosts.txt:7" */
	uint32_t next_address; /* of the line's block */
	struct seen *seen;
	struct text key;
	struct text error;
	_Atomic uint64_t count, duplicates, invalid;
};

/* What reading on came to: as target_list_next returns it, and "go on". */
enum step { STEP_ERROR = -1, STEP_END = 0, STEP_FOUND = 1, STEP_AGAIN = 2 };

struct target_list *
target_list_new(const struct target_list_options *options)
{
	struct target_list *list = memory_new(sizeof(*list));

	list->options = *options;
	list->options.defaults.sni = memory_string(options->defaults.sni);
	list->seen = seen_new();
	return list;
}

static void
source_clear(struct source *source)
{
	free(source->name);
	free(source->argument);
	line_reader_close(source->reader);
}

void
target_list_free(struct target_list *list)
{
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->source_count; i++)
		source_clear(&list->sources[i]);
	free(list->sources);
	free((char *)list->options.defaults.sni);
	target_line_clear(&list->line);
	text_free(&list->where);
	text_free(&list->key);
	text_free(&list->error);
	seen_free(list->seen);
	free(list);
}

static struct source *
add_source(struct target_list *list)
{
	struct source *source;

	list->sources = memory_grow(list->sources, list->source_count,
	    &list->source_capacity, sizeof(*list->sources));
	source = &list->sources[list->source_count++];
	*source = (struct source){ .name = NULL };
	return source;
}

void
target_list_add_argument(struct target_list *list, const char *argument)
{
	struct source *source = add_source(list);
	struct text name = { NULL, 0, 0 };

	text_printf(&name, "argument %zu", ++list->argument_count);
	source->name = name.data;
	source->argument = memory_string(argument);
}

int
target_list_add_file(struct target_list *list, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct line_reader *reader;
	struct source *source;

	/* It would open, and fail when the run has begun. */
	if (!is_stdin && file_is_directory(path)) {
		errno = EISDIR;
		return -1;
	}
	reader = line_reader_open(path, TARGET_LINE_MOST);
	if (reader == NULL)
		return -1;
	source = add_source(list);
	source->name = memory_string(is_stdin ? "stdin" : path);
	source->reader = reader;
	return 0;
}

static enum step
fail(struct target_list *list, const char *sentence)
{
	text_clear(&list->error);
	text_printf(&list->error, "%s: %s", list->where.data, sentence);
	return STEP_ERROR;
}

/* Notepad begins its files so. */
static struct bytes
without_byte_order_mark(struct bytes line)
{
	static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };

	if (line.size < sizeof(mark) ||
	    memcmp(line.data, mark, sizeof(mark)) != 0)
		return line;
	return bytes_of(line.data + sizeof(mark), line.size - sizeof(mark));
}

/* An argument is a source of one line, and never a header row. */
static enum step
read_argument(struct target_list *list, struct source *source)
{
	if (source->begun)
		return STEP_END;
	source->begun = true;
	return target_line_take(
		   &list->line, bytes_from_string(source->argument))
		   ? STEP_FOUND
		   : STEP_AGAIN;
}

/* Only the first line that says something can be a header row. */
static bool
is_header(struct source *source, struct target_line *line)
{
	bool first = !source->begun;

	source->begun = true;
	return first && target_line_is_header(line, &source->header);
}

static enum step
read_from_file(struct target_list *list, struct source *source)
{
	struct bytes line;
	int result = line_reader_next(source->reader, &line);
	uint64_t number = line_reader_number(source->reader);

	if (result < 0 && errno != EMSGSIZE)
		return fail(list, strerror(errno));
	if (result == 0)
		return STEP_END;
	text_printf(&list->where, ":%" PRIu64, number);
	if (result < 0) {
		target_line_take_overlong(&list->line);
		return STEP_FOUND;
	}
	if (number == 1)
		line = without_byte_order_mark(line);
	if (!target_line_take(&list->line, line) ||
	    is_header(source, &list->line))
		return STEP_AGAIN;
	return STEP_FOUND;
}

static enum step
read_line(struct target_list *list)
{
	struct source *source;
	enum step step;

	if (list->current == list->source_count)
		return STEP_END;
	source = &list->sources[list->current];
	text_clear(&list->where);
	text_append(&list->where, source->name);
	step = source->reader == NULL ? read_argument(list, source)
				      : read_from_file(list, source);
	if (step == STEP_FOUND)
		target_line_parse(&list->line, &source->header);
	if (step != STEP_END)
		return step;
	list->current++;
	return STEP_AGAIN;
}

static enum step
give(struct target_list *list, struct target *model, struct target **out)
{
	model->ordinal = ++list->count;
	*out = target_new(model);
	return STEP_FOUND;
}

/* A line too long to be kept is called by its place. */
static enum step
give_bad(struct target_list *list, struct target **out)
{
	const struct target_line *line = &list->line;
	const char *typed =
	    line->input.size > 0 ? line->input.data : list->where.data;
	struct target model = {
		.input = typed,
		.host = typed,
		.port = list->options.defaults.port,
		.fault = line->fault,
	};

	list->invalid++;
	if (list->options.strict)
		return fail(list, line->fault);
	if (list->options.complain != NULL)
		list->options.complain(
		    list->options.context, list->where.data, line->fault);
	return give(list, &model, out);
}

static void
append_to_key(struct text *key, const char *string)
{
	if (string != NULL)
		text_append(key, string);
	text_append_char(key, '\0');
}

/* STARTTLS belongs to the key once there are targets that have it. */
static bool
is_new(struct target_list *list, const struct target *target)
{
	struct text *key = &list->key;

	text_clear(key);
	append_to_key(key, target->host);
	append_to_key(key, target->ip);
	append_to_key(key, target->sni);
	text_append_bytes(key, bytes_of(&target->port, sizeof(target->port)));
	return seen_add(list->seen, bytes_of(key->data, key->size));
}

/* `address` is the block's next one; without a name it is the host. */
static enum step
give_line(struct target_list *list, const char *address, struct target **out)
{
	const struct target_line *line = &list->line;
	const struct target_defaults *defaults = &list->options.defaults;
	struct target model = {
		.input = line->input.data,
		.host = line->host != NULL ? line->host : address,
		.ip =
		    line->host != NULL && address != NULL ? address : line->ip,
		.sni = line->sni != NULL ? line->sni : defaults->sni,
		.tags = line->tags,
		.tag_count = line->tag_count,
		.port = line->port != 0 ? line->port : defaults->port,
		.is_address = line->host == NULL || line->is_address,
	};

	if (!is_new(list, &model)) {
		list->duplicates++;
		return STEP_AGAIN;
	}
	return give(list, &model, out);
}

static enum step
give_next_address(struct target_list *list, struct target **out)
{
	char address[ADDRESS_TEXT_SIZE];

	address_block_format(&list->line.block, list->next_address++, address);
	return give_line(list, address, out);
}

static bool
is_within_block(const struct target_list *list)
{
	return list->line.is_block && list->line.fault == NULL &&
	       list->next_address < list->line.block.count;
}

/*
 * STARTTLS would change what is scanned: to leave it out without a word
 * would be a false report, so the list ends here, strict or not.
 */
static enum step
step_on(struct target_list *list, struct target **out)
{
	enum step step;

	if (is_within_block(list))
		return give_next_address(list, out);
	step = read_line(list);
	if (step != STEP_FOUND)
		return step;
	list->next_address = 0;
	if (list->line.wants_starttls)
		return fail(list, "starttls is not in this version");
	if (list->line.fault != NULL)
		return give_bad(list, out);
	return list->line.is_block ? STEP_AGAIN : give_line(list, NULL, out);
}

int
target_list_next(struct target_list *list, struct target **out)
{
	enum step step;

	*out = NULL;
	if (list->error.size > 0)
		return STEP_ERROR;
	do
		step = step_on(list, out);
	while (step == STEP_AGAIN);
	return (int)step;
}

const char *
target_list_error(const struct target_list *list)
{
	return list->error.data;
}

uint64_t
target_list_count(const struct target_list *list)
{
	return list->count;
}

uint64_t
target_list_duplicates(const struct target_list *list)
{
	return list->duplicates;
}

uint64_t
target_list_invalid(const struct target_list *list)
{
	return list->invalid;
}
