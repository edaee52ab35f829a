/*
 * A line of pending.ndjson: an observation with its chain inside, so that it
 * can be judged from this line alone when the run ends or is resumed.
 */
#include "base/base64.h"
#include "model/record_reader.h"
#include "model/result.h"

void
pending_write(struct text *out, const struct observation *seen)
{
	struct arena *scratch = arena_new();
	struct json *object = json_new_object();
	struct json *chain;

	observation_write(object, seen, scratch);
	chain = json_add_array(object, "chain");
	for (size_t i = 0; i < seen->received_count; i++)
		json_append_string(
		    chain, base64_encode(scratch, seen->chain[i]));
	json_print(object, out);
	text_append_char(out, '\n');
	json_free(object);
	arena_free(scratch);
}

static void
read_chain(struct record_reader *reader, const struct json *object,
    struct observation *seen)
{
	const struct json *array = record_array(reader, object, "chain");
	struct bytes *chain =
	    arena_array(reader->arena, json_length(array), sizeof(*chain));

	for (const struct json *item = json_first(array); item != NULL;
	     item = json_next(item)) {
		const char *encoded = json_string(item);

		if (encoded == NULL ||
		    base64_decode(reader->arena, bytes_from_string(encoded),
			&chain[seen->received_count++]) < 0)
			record_refuse(reader, "chain", "is not base64");
	}
	seen->chain = chain;
}

bool
pending_read(struct arena *arena, struct bytes line, struct observation *seen,
    const char **reason)
{
	struct record_reader reader = { arena, NULL };
	char *error = arena_alloc(arena, JSON_ERROR_SIZE);
	struct json *object = json_parse(line, error);

	*reason = error;
	if (object == NULL)
		return false;
	if (observation_read(arena, object, seen, &reader.reason))
		read_chain(&reader, object, seen);
	json_free(object);
	*reason = reader.reason;
	return reader.reason == NULL;
}
