/* Writes and reads aia.ndjson.  Fetches nothing. */
#include "run/aia_file.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "model/result.h"

struct writing {
	FILE *stream;
	struct journal *journal;
	struct text line;
};

static void
write_answer(void *context, const char *url, const struct aia_answer *answer)
{
	struct writing *writing = context;
	struct json_writer *object = json_new_object(), *list;

	json_add_string(object, "url", url);
	list = json_add_array(object, "certificates");
	for (size_t i = 0; i < answer->count; i++) {
		const struct certificate *certificate = answer->certificates[i];

		json_append_digest(list, &certificate->sha256);
		text_clear(&writing->line);
		certificate_write(&writing->line, certificate);
		journal_certificate(writing->journal, &certificate->sha256,
		    bytes_of(writing->line.data, writing->line.size));
	}
	json_add_string(object, "error", answer->error);
	if (answer->state == AIA_LATE)
		json_add_bool(object, "late", true);
	text_clear(&writing->line);
	json_print(object, &writing->line);
	text_append_char(&writing->line, '\n');
	fwrite(writing->line.data, 1, writing->line.size, writing->stream);
	json_writer_free(object);
}

int
aia_file_write(
    const char *directory, const struct aia *aia, struct journal *certificates)
{
	struct writing writing = { .journal = certificates };
	char *path = file_join(directory, "aia.ndjson");
	struct file_draft *draft = file_draft_open(path);
	int result = -1;

	if (draft != NULL) {
		writing.stream = file_draft_stream(draft);
		aia_each(aia, write_answer, &writing);
		result = file_draft_commit(draft);
	}
	text_free(&writing.line);
	free(path);
	return result;
}

void
aia_file_read(struct archive *archive, struct aia *aia)
{
	char *path = file_join(archive_directory(archive), "aia.ndjson");
	struct line_reader *reader = line_reader_open(path, RECORD_LINE_MOST);
	struct arena *arena = arena_new();
	char error[80];
	struct bytes line;

	while (reader != NULL && line_reader_next(reader, &line) == 1) {
		struct json *object = json_parse(line, error);
		const struct json *list = json_get(object, "certificates");
		const char *url = json_string(json_get(object, "url"));
		struct bytes *ders;
		size_t count = 0;

		arena_reset(arena);
		ders = arena_array(arena, json_length(list), sizeof(*ders));
		for (const struct json *at = json_first(list); at != NULL;
		     at = json_next(at)) {
			struct digest sha256;

			if (json_digest(at, &sha256) &&
			    archive_certificate(
				archive, &sha256, arena, &ders[count]))
				count++;
		}
		if (url != NULL && json_bool(json_get(object, "late"), false))
			aia_remember_late(aia, url);
		else if (url != NULL)
			aia_remember(aia, url, ders, count,
			    json_string(json_get(object, "error")));
		json_free(object);
	}
	line_reader_close(reader);
	arena_free(arena);
	free(path);
}
