/* Command lines as run.json has them.  resume.c reads them back. */
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

		char *kept;

		if (option->row->is_passing)
			continue;
		kept = option->row->kept == NULL
			   ? NULL
			   : option->row->kept(option->value);
		options[count++] = (struct manifest_option){
			.name = arena_string(
			    arena, option_row_name(option->row, name)),
			.value =
			    clean(arena, kept != NULL ? kept : option->value),
		};
		free(kept);
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
