/*
 * Host lists: sources in their order, entries into targets, blocks unrolled,
 * duplicates dropped.  Nothing is read before it is asked for, but for the
 * first lines of each file, which tell its form.
 */
#include "model/target_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "model/list_columns.h"
#include "model/starttls_name.h"
#include "model/target_entry.h"

static const char fault_block[] =
    "a block of more than 65536 addresses (/16, IPv6 /112) needs "
    "--allow-large";
static const char fault_blocks[] =
    "more than 1048576 addresses in all blocks need --allow-large";

/* An argument has text, a file an input and, once recognised, a form. */
struct source {
	char *name; /* "hosts.txt", "stdin", "argument 3" */
	char *argument;
	struct list_reader reader;
	const struct list_form *form;
	size_t next_entry; /* of the record read last */
	bool is_begun;
};

struct target_list {
	struct target_list_options options;
	struct source *sources;
	size_t source_count, source_capacity, current;
	size_t argument_count;
	bool is_recognised;
	const struct list_entry *from;
	struct target_entry entry;
	uint32_t next_address;	  /* of the entry's block */
	uint64_t block_addresses; /* of all blocks so far */
	struct target **ahead;	  /* read before they were asked for */
	size_t ahead_count, ahead_capacity, ahead_next;
	struct text where; /* "hosts.txt:7" */
	struct seen *seen;
	struct text key;
	struct text error;
	uint64_t valid;
	_Atomic uint64_t count;
};

/* What reading on came to: as target_list_next returns it, and "go on". */
enum target_step {
	STEP_ERROR = -1,
	STEP_END = 0,
	STEP_FOUND = 1,
	STEP_AGAIN = 2
};

struct target_list *
target_list_new(const struct target_list_options *options)
{
	struct target_list *list = memory_new(sizeof(*list));

	list->options = *options;
	list->options.defaults.sni = memory_string(options->defaults.sni);
	list->seen = seen_new();
	return list;
}

void
target_list_free(struct target_list *list)
{
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->source_count; i++) {
		struct source *source = &list->sources[i];

		if (source->form != NULL && source->form->end != NULL)
			source->form->end(&source->reader);
		list_reader_clear(&source->reader);
		free(source->name);
		free(source->argument);
	}
	for (size_t i = list->ahead_next; i < list->ahead_count; i++)
		target_free(list->ahead[i]);
	free(list->ahead);
	free(list->sources);
	free((char *)list->options.defaults.sni);
	target_entry_clear(&list->entry);
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
	struct list_input *input = list_input_open(path);
	struct source *source;

	if (input == NULL)
		return -1;
	source = add_source(list);
	source->name = memory_string(strcmp(path, "-") == 0 ? "stdin" : path);
	source->reader.input = input;
	return 0;
}

static enum target_step
fail(struct target_list *list, const char *where, const char *sentence)
{
	text_clear(&list->error);
	if (where != NULL)
		text_printf(&list->error, "%s: ", where);
	text_append(&list->error, sentence);
	return STEP_ERROR;
}

/* The forms of all files, so that none is refused in the middle of a run. */
static int
recognise(struct target_list *list)
{
	const struct target_list_options *options = &list->options;
	struct text said = { .size = 0 };
	int result = 0;

	list->is_recognised = true;
	for (size_t i = 0; i < list->source_count && result == 0; i++) {
		struct source *source = &list->sources[i];

		if (source->argument != NULL)
			continue;
		text_clear(&said);
		text_append(&said, "");
		source->form =
		    list_form_recognise(&source->reader, options->form, &said);
		if (source->form == NULL)
			result = (int)fail(
			    list, source->name, source->reader.error.data);
		else if (said.size > 0 && options->announce != NULL)
			options->announce(
			    options->context, source->name, said.data);
	}
	text_free(&said);
	return result;
}

/* The next record of the current source; after its last one, the next source.
 */
static enum target_step
read_record(struct target_list *list, struct source *source)
{
	struct list_reader *reader = &source->reader;
	enum list_step step;

	source->next_entry = 0;
	text_clear(&list->where);
	text_append(&list->where, source->name);
	if (source->argument != NULL) {
		/* A source of one line, and never a header row. */
		step = source->is_begun
			   ? LIST_END
			   : list_shapes_argument(reader, source->argument);
		source->is_begun = true;
	} else {
		step = source->form->read(reader);
		text_printf(&list->where, ":%" PRIu64, reader->number);
	}
	if (step == LIST_ERROR)
		return fail(list, list->where.data, reader->error.data);
	list->current += step == LIST_END;
	return STEP_AGAIN;
}

static const char *
entry_input(const struct list_entry *entry)
{
	if (entry->input != NULL)
		return entry->input;
	if (entry->host != NULL)
		return entry->host;
	return entry->ip != NULL ? entry->ip : "";
}

/* A line that could not be kept is called by its place. */
static enum target_step
give_bad(struct target_list *list, const char *fault, struct target **out)
{
	struct text input = { .size = 0 };

	if (list->options.strict)
		return fail(list, list->where.data, fault);
	if (list->options.complain != NULL)
		list->options.complain(
		    list->options.context, list->where.data, fault);
	text_append_clean(&input, bytes_from_string(entry_input(list->from)));
	if (input.size == 0)
		text_append(&input, list->where.data);
	*out = target_new(&(struct target){
	    .input = input.data,
	    .host = input.data,
	    .port = list->options.defaults.port != 0
			? list->options.defaults.port
			: TARGET_DEFAULT_PORT,
	    .fault = fault,
	});
	text_free(&input);
	return STEP_FOUND;
}

static void
append_to_key(struct text *key, const char *string)
{
	if (string != NULL)
		text_append(key, string);
	text_append_char(key, '\0');
}

/*
 * What is asked for may need the port (STARTTLS_AUTO), and a port that is not
 * named may follow from what is asked for.
 */
static void
choose_starttls(const struct target_defaults *defaults,
    const struct target_entry *entry, struct target *target)
{
	const char *choice =
	    entry->starttls != NULL ? entry->starttls : defaults->starttls;
	enum starttls_protocol protocol = STARTTLS_COUNT;

	if (choice != NULL)
		protocol = starttls_find(choice);
	target->port = entry->port != 0 ? entry->port : defaults->port;
	if (target->port == 0)
		target->port = protocol != STARTTLS_COUNT
				   ? starttls_port(protocol)
				   : TARGET_DEFAULT_PORT;
	if (string_equal(choice, STARTTLS_AUTO))
		protocol = starttls_of_port(target->port);
	if (protocol != STARTTLS_COUNT)
		target->starttls = starttls_word(protocol);
}

/* `address` is the block's next one; without a name it is the host. */
static enum target_step
give(struct target_list *list, const char *address, struct target **out)
{
	const struct list_entry *from = list->from;
	const struct target_entry *entry = &list->entry;
	const struct target_defaults *defaults = &list->options.defaults;
	struct text *key = &list->key;
	struct target model = {
		.host = entry->host != NULL ? entry->host : address,
		.ip = entry->host != NULL && address != NULL ? address
							     : entry->ip,
		.sni = entry->sni != NULL ? entry->sni : defaults->sni,
		.tags = (const char **)from->tags,
		.tag_count = from->tag_count,
		.is_address = entry->host == NULL || entry->is_address,
	};

	choose_starttls(defaults, entry, &model);
	text_clear(key);
	append_to_key(key, model.host);
	append_to_key(key, model.ip);
	append_to_key(key, model.sni);
	append_to_key(key, model.starttls);
	text_append_bytes(key, bytes_of(&model.port, sizeof(model.port)));
	if (!seen_add(list->seen, bytes_of(key->data, key->size)))
		return STEP_AGAIN;
	text_clear(key);
	text_append_clean(key, bytes_from_string(entry_input(from)));
	model.input = key->data;
	*out = target_new(&model);
	list->valid++;
	return STEP_FOUND;
}

static enum target_step
give_entry(struct target_list *list, struct target **out)
{
	struct target_entry *entry = &list->entry;
	bool allow_large = list->options.allow_large;

	target_entry_check(entry, list->from);
	list->next_address = 0;
	if (entry->fault != NULL)
		return give_bad(list, entry->fault, out);
	if (!entry->is_block)
		return give(list, NULL, out);
	if (!allow_large && entry->block.count > TARGET_BLOCK_MOST)
		entry->fault = fault_block;
	else if (!allow_large && entry->block.count >
				     TARGET_BLOCKS_MOST - list->block_addresses)
		entry->fault = fault_blocks;
	if (entry->fault != NULL)
		return give_bad(list, entry->fault, out);
	list->block_addresses += entry->block.count;
	return STEP_AGAIN;
}

static enum target_step
step_on(struct target_list *list, struct target **out)
{
	const struct target_entry *entry = &list->entry;
	struct source *source = &list->sources[list->current];
	char address[ADDRESS_TEXT_SIZE];

	if (list->current == list->source_count)
		return STEP_END;
	if (entry->is_block && entry->fault == NULL &&
	    list->next_address < entry->block.count) {
		address_block_format(
		    &entry->block, list->next_address++, address);
		return give(list, address, out);
	}
	if (source->next_entry < source->reader.entries.count) {
		list->from =
		    &source->reader.entries.items[source->next_entry++];
		return give_entry(list, out);
	}
	return read_record(list, source);
}

static enum target_step
read_target(struct target_list *list, struct target **out)
{
	enum target_step step;

	*out = NULL;
	if (list->error.size > 0)
		return STEP_ERROR;
	if (!list->is_recognised && recognise(list) < 0)
		return STEP_ERROR;
	do
		step = step_on(list, out);
	while (step == STEP_AGAIN);
	return step;
}

int
target_list_begin(struct target_list *list)
{
	enum target_step step = STEP_FOUND;
	struct target *target;

	while (list->valid == 0 && step == STEP_FOUND) {
		if (list->ahead_count > TARGET_BAD_START_MOST)
			return (int)fail(list, NULL,
			    "more than 10000 bad lines and no target: this is "
			    "no list");
		step = read_target(list, &target);
		if (step != STEP_FOUND)
			break;
		list->ahead = memory_grow(list->ahead, list->ahead_count,
		    &list->ahead_capacity, sizeof(struct target *));
		list->ahead[list->ahead_count++] = target;
	}
	if (step == STEP_END)
		return (int)fail(list, NULL, "no target in the list");
	return step == STEP_ERROR ? -1 : 0;
}

int
target_list_next(struct target_list *list, struct target **out)
{
	enum target_step step = STEP_FOUND;

	if (list->ahead_next < list->ahead_count)
		*out = list->ahead[list->ahead_next++];
	else
		step = read_target(list, out);
	if (*out != NULL)
		(*out)->ordinal = ++list->count;
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
