/*
 * Directories as ACME clients, configuration management and Kubernetes lay them
 * out: links to files are followed, links to directories are not (they may lead
 * in a circle), and hidden entries are others' bookkeeping.
 */
#include "run/expected_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "x509/bundle.h"

enum {
	MOST_DEPTH = 16,
	MOST_FILES = 200000,
	MOST_SIZE = 1 << 20, /* of one: hundreds of certificates */
	MOST_TOLD = 5
};

static const char kept_name[] = "expected.ndjson";

struct expected_reading {
	struct arena *arena;
	struct expected *expected;
	const char *root; /* in front of what people are told */
	size_t files, complaints;
	const char *error;
};

static void
complain(struct expected_reading *reading, const char *path, const char *reason)
{
	if (reading->complaints++ < MOST_TOLD)
		log_warning("--expect: %s: %s", path, reason);
}

/* "www/cert.pem" below the directory. */
static const char *
name_of(const struct expected_reading *reading, const char *path)
{
	size_t size = strlen(reading->root);

	if (strncmp(path, reading->root, size) != 0 || path[size] == '\0')
		return path;
	path += size;
	return path + strspn(path, "/");
}

static void
add(struct expected_reading *reading, struct bytes der, const char *file)
{
	if (!expected_add(reading->expected, der, file))
		reading->error = arena_printf(reading->arena,
		    "%s: more than %d certificates", reading->root,
		    EXPECTED_MOST);
}

static bool
holds(struct bytes content, const char *words)
{
	return memmem(content.data, content.size, words, strlen(words)) != NULL;
}

static void
read_certificates(
    struct expected_reading *reading, const char *path, struct bytes content)
{
	struct arena *arena;
	struct bundle bundle = { .count = 0 };
	const char *name;

	/* A key, a request, a script. */
	if (!holds(content, "-----BEGIN ") ||
	    !holds(content, "CERTIFICATE-----"))
		return;
	arena = arena_new();
	name = text_clean(arena, bytes_from_string(name_of(reading, path)));
	if (bundle_read_bytes(arena, content, &bundle) < 0 ||
	    bundle.skipped > 0)
		complain(reading, path, "a certificate cannot be decoded");
	for (size_t i = 0; i < bundle.count && reading->error == NULL; i++)
		add(reading, bundle.certificates[i], name);
	arena_free(arena);
}

static void
read_file(struct expected_reading *reading, const char *path)
{
	struct text text = { .size = 0 };

	if (++reading->files > MOST_FILES) {
		reading->error = arena_printf(reading->arena,
		    "%s: more than %d files", reading->root, MOST_FILES);
		return;
	}
	if (file_read(path, MOST_SIZE, &text) == 0)
		read_certificates(
		    reading, path, bytes_of(text.data, text.size));
	else
		complain(reading, path,
		    errno == EFBIG ? "larger than 1 MiB" : strerror(errno));
	/* It may have held a private key. */
	if (text.size > 0)
		explicit_bzero(text.data, text.size);
	text_free(&text);
}

static int
is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
read_directory(
    struct expected_reading *reading, const char *path, unsigned depth)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_shown, alphasort);

	if (count < 0) {
		complain(reading, path, strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		char *name = file_join(path, entries[i]->d_name);
		struct stat link, file;

		free(entries[i]);
		if (reading->error != NULL || lstat(name, &link) != 0) {
			free(name);
			continue;
		}
		if (S_ISDIR(link.st_mode) && depth < MOST_DEPTH)
			read_directory(reading, name, depth + 1);
		else if (stat(name, &file) != 0)
			complain(reading, name, strerror(errno));
		else if (S_ISREG(file.st_mode))
			read_file(reading, name);
		free(name);
	}
	free(entries);
}

/* What a run keeps */

static void
read_kept(struct expected_reading *reading, const char *path)
{
	struct line_reader *reader = line_reader_open(path, RECORD_LINE_MOST);
	struct arena *arena = arena_new();
	struct bytes line;

	while (reader != NULL && reading->error == NULL &&
	       line_reader_next(reader, &line) == 1) {
		char error[80];
		const struct json *row;
		const char *file, *text;
		struct bytes der;

		arena_reset(arena);
		row = json_parse_in(arena, line, NULL, error);
		file = json_string(json_get(row, "file"));
		text = json_string(json_get(row, "der"));
		if (file == NULL || text == NULL ||
		    base64_decode(arena, bytes_from_string(text), &der) != 0)
			reading->error = arena_printf(reading->arena,
			    "%s: a line is no certificate", path);
		else
			add(reading, der, file);
	}
	if (reader != NULL)
		line_reader_close(reader);
	arena_free(arena);
}

static bool
is_kept(const char *path)
{
	FILE *file = fopen(path, "re");
	bool result = file != NULL && fgetc(file) == '{';

	if (file != NULL)
		fclose(file);
	return result;
}

struct expected *
expected_files_read(
    struct arena *arena, const char *path, int64_t now, const char **error)
{
	struct expected_reading reading = {
		.arena = arena,
		.expected = expected_new(now),
		.root = path,
	};
	struct stat status;

	if (stat(path, &status) != 0)
		reading.error =
		    arena_printf(arena, "%s: %s", path, strerror(errno));
	else if (S_ISDIR(status.st_mode))
		read_directory(&reading, path, 0);
	else if (!S_ISREG(status.st_mode))
		reading.error = arena_printf(
		    arena, "%s: neither a directory nor a file", path);
	else if (is_kept(path))
		read_kept(&reading, path);
	else
		read_file(&reading, path);
	if (reading.complaints > MOST_TOLD)
		log_warning("--expect: %zu more files cannot be read",
		    reading.complaints - MOST_TOLD);
	if (reading.error == NULL && expected_count(reading.expected) == 0)
		reading.error = arena_printf(
		    arena, "%s: no certificate for a host is in there", path);
	*error = reading.error;
	if (reading.error == NULL)
		return reading.expected;
	expected_free(reading.expected);
	return NULL;
}

int
expected_files_keep(const char *directory, const struct expected *expected)
{
	char *path = file_join(directory, kept_name);
	struct file_draft *draft = file_draft_open(path);
	struct text line = { .size = 0 }, der = { .size = 0 };
	int result = -1;

	for (size_t i = 0; draft != NULL && i < expected_count(expected); i++) {
		const struct expected_certificate *one =
		    expected_get(expected, i);
		struct json_writer *row = json_new_object();

		text_clear(&line);
		text_clear(&der);
		base64_append(&der, one->certificate->der);
		json_add_string(row, "file", one->file);
		json_add_digest(row, "sha256", &one->certificate->sha256);
		json_add_string(row, "der", der.data);
		json_print(row, &line);
		text_append_char(&line, '\n');
		json_writer_free(row);
		/* A failed write shows when the draft is committed. */
		fwrite(line.data, 1, line.size, file_draft_stream(draft));
	}
	if (draft != NULL)
		result = file_draft_commit(draft);
	text_free(&line);
	text_free(&der);
	free(path);
	return result;
}

char *
expected_files_of_run(const char *directory)
{
	char *path = file_join(directory, kept_name);

	if (file_exists(path))
		return path;
	free(path);
	return NULL;
}

void
expected_files_digest(const struct expected *expected, struct digest *digest)
{
	struct text all = { .size = 0 };

	for (size_t i = 0; i < expected_count(expected); i++) {
		const struct expected_certificate *one =
		    expected_get(expected, i);

		text_append_bytes(
		    &all, digest_bytes(&one->certificate->sha256));
		text_append(&all, one->file);
		text_append_char(&all, '\0');
	}
	certificate_digest(bytes_of(all.data, all.size), digest);
	text_free(&all);
}
