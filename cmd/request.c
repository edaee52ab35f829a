/* Command lines to run.json and to reports.  The way back is resume.c's. */
#include "cmd/request.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *
clean(struct arena *arena, const char *string)
{
	return string == NULL ? NULL
			      : text_clean(arena, bytes_from_string(string));
}

const char **
request_strings(struct arena *arena, const char *const *strings, size_t count)
{
	const char **copies = arena_array(arena, count, sizeof(*copies));

	for (size_t i = 0; i < count; i++)
		copies[i] = clean(arena, strings[i]);
	return copies;
}

void
request_describe(struct arena *arena, struct manifest *manifest,
    const struct given_options *given)
{
	struct manifest_option *options =
	    arena_array(arena, given->count, sizeof(*options));
	char *here = getcwd(NULL, 0);
	size_t count = 0;
	char name[64];

	for (size_t i = 0; i < given->count; i++) {
		const struct given_option *option = &given->items[i];

		if (option->row->is_passing)
			continue;
		options[count++] = (struct manifest_option){
			.name = arena_string(
			    arena, option_row_name(option->row, name)),
			.value = clean(arena, option->value),
		};
	}
	manifest->options = options;
	manifest->option_count = count;
	manifest->working_directory = clean(arena, here);
	free(here);
}

struct manifest_client *
request_clients(struct arena *arena, const struct client_profiles *profiles)
{
	struct manifest_client *clients =
	    arena_array(arena, profiles->count, sizeof(*clients));

	for (size_t i = 0; i < profiles->count; i++)
		clients[i] = (struct manifest_client){ profiles->list[i].id,
			profiles->list[i].version, profiles->list[i].date };
	return clients;
}

static void
add_joined(struct arena *arena, struct report_option *options, size_t *count,
    const char *name, const char *const *values, size_t value_count)
{
	struct text joined = { .size = 0 };

	for (size_t i = 0; i < value_count; i++) {
		text_append(&joined, i == 0 ? "" : ", ");
		text_append(&joined, values[i]);
	}
	if (value_count > 0)
		options[(*count)++] = (struct report_option){
			.name = name,
			.value = arena_string(arena, joined.data),
		};
	text_free(&joined);
}

struct report_option *
request_report(
    struct arena *arena, const struct manifest *manifest, size_t *count)
{
	struct report_option *options =
	    arena_array(arena, manifest->option_count + 2, sizeof(*options));

	*count = 0;
	for (size_t i = 0; i < manifest->option_count; i++) {
		const struct manifest_option *option = &manifest->options[i];
		const char *value =
		    option->value == NULL ? "yes" : option->value;
		size_t at = 0;

		/* One that was given more than once is one, values joined. */
		while (at < *count && strcmp(options[at].name, option->name))
			at++;
		if (at < *count)
			options[at].value = arena_printf(
			    arena, "%s, %s", options[at].value, value);
		else
			options[(*count)++] =
			    (struct report_option){ option->name, value };
	}
	add_joined(arena, options, count, "list", manifest->lists,
	    manifest->list_count);
	add_joined(arena, options, count, "arguments", manifest->arguments,
	    manifest->argument_count);
	return options;
}
