/*
 * Whole files, directories, and files that appear whole or not at all.
 * Reading line by line is in line_reader.c.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

enum { READ_SIZE = 64 * 1024, WALK_DESCRIPTORS = 8 };

/* Closes on the way out of a failure, whose errno is the one that counts. */
static int
close_failed(int fd)
{
	int failure = errno;

	close(fd);
	errno = failure;
	return -1;
}

/*
 * One octet more than the limit is asked for: it tells "all" from "more".  The
 * same of a small file's size, which is only where to begin: a file in /proc
 * has none, another may grow.
 */
static int
read_all(int fd, size_t limit, struct text *text)
{
	struct stat status;
	size_t piece = READ_SIZE;

	if (fstat(fd, &status) == 0 && status.st_size > 0 &&
	    status.st_size < READ_SIZE)
		piece = (size_t)status.st_size + 1;
	for (size_t total = 0;;) {
		size_t wanted =
		    limit - total < piece ? limit - total + 1 : piece;
		ssize_t got;

		text_reserve(text, wanted);
		got = read(fd, text->data + text->size, wanted);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return (int)got;
		piece = (size_t)got < piece ? piece - (size_t)got : READ_SIZE;
		total += (size_t)got;
		if (total > limit) {
			errno = EFBIG;
			return -1;
		}
		text->size += (size_t)got;
		text->data[text->size] = '\0';
	}
}

int
file_read(const char *path, size_t limit, struct text *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t before = text->size;

	if (fd < 0)
		return -1;
	text_reserve(text, 0);
	if (read_all(fd, limit, text) < 0) {
		text->size = before;
		text->data[before] = '\0';
		return close_failed(fd);
	}
	close(fd);
	return 0;
}

static int
make_one(const char *path)
{
	if (mkdir(path, 0755) == 0)
		return 0;
	if (errno != EEXIST || !file_is_directory(path))
		return -1;
	return 0;
}

int
file_make_parents(const char *path)
{
	char *copy = memory_string(path);
	int result = 0;

	for (char *at = copy; *at != '\0' && result == 0; at++) {
		if (*at != '/' || at == copy)
			continue;
		*at = '\0';
		result = make_one(copy);
		*at = '/';
	}
	free(copy);
	return result;
}

int
file_make_directory(const char *path)
{
	return file_make_parents(path) < 0 ? -1 : make_one(path);
}

static int
remove_one(
    const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

int
file_remove_tree(const char *path)
{
	return nftw(path, remove_one, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

int
file_open_own(const char *path, int flags)
{
	struct stat status;
	int fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);

	if (fd < 0 || (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)))
		return fd;
	errno = EEXIST;
	return close_failed(fd);
}

bool
file_exists(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0;
}

bool
file_is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

char *
file_join(const char *directory, const char *name)
{
	struct text path = { NULL, 0, 0 };

	text_append(&path, directory);
	if (path.size > 0 && path.data[path.size - 1] != '/')
		text_append_char(&path, '/');
	text_append(&path, name);
	return path.data;
}

void
file_trim_slashes(char *path)
{
	size_t size = strlen(path);

	while (size > 1 && path[size - 1] == '/')
		path[--size] = '\0';
}

struct file_draft {
	char *path, *temporary;
	FILE *stream;
	bool is_unsynced;
};

static void
draft_free(struct file_draft *draft)
{
	int failure = errno;

	free(draft->path);
	free(draft->temporary);
	free(draft);
	errno = failure;
}

static FILE *
create_temporary(char *template)
{
	int fd = mkostemp(template, O_CLOEXEC);
	FILE *stream;
	mode_t mask;

	if (fd < 0)
		return NULL;
	/* mkostemp makes files for the owner alone; reports are for everyone.
	 */
	mask = umask(0);
	umask(mask);
	stream = fchmod(fd, 0644 & ~mask) == 0 ? fdopen(fd, "w") : NULL;
	if (stream == NULL) {
		close_failed(fd);
		unlink(template);
	}
	return stream;
}

struct file_draft *
file_draft_open(const char *path)
{
	struct file_draft *draft = memory_new(sizeof(*draft));
	struct text template = { NULL, 0, 0 };

	text_printf(&template, "%s.tmp.XXXXXX", path);
	draft->path = memory_string(path);
	draft->temporary = template.data;
	draft->stream = create_temporary(draft->temporary);
	if (draft->stream == NULL) {
		draft_free(draft);
		return NULL;
	}
	return draft;
}

FILE *
file_draft_stream(struct file_draft *draft)
{
	return draft->stream;
}

/* Everything on the disk, or the errno of the first thing that went wrong. */
static int
finish(const struct file_draft *draft)
{
	FILE *stream = draft->stream;
	bool failed = ferror(stream) != 0;

	if (failed)
		errno = EIO;
	if (failed || fflush(stream) != 0 ||
	    (!draft->is_unsynced && fsync(fileno(stream)) != 0)) {
		int failure = errno;

		fclose(stream);
		errno = failure;
		return -1;
	}
	return fclose(stream);
}

int
file_draft_commit(struct file_draft *draft)
{
	int result = finish(draft);

	if (result == 0)
		result = rename(draft->temporary, draft->path);
	if (result != 0) {
		int failure = errno;

		unlink(draft->temporary);
		errno = failure;
		result = -1;
	}
	draft_free(draft);
	return result;
}

void
file_draft_abandon(struct file_draft *draft)
{
	if (draft == NULL)
		return;
	fclose(draft->stream);
	unlink(draft->temporary);
	draft_free(draft);
}

/* errno is that of the write: a stream's error indicator does not keep it. */
static int
write_whole(const char *path, struct bytes content, bool is_unsynced)
{
	struct file_draft *draft = file_draft_open(path);
	int failure;

	if (draft == NULL)
		return -1;
	draft->is_unsynced = is_unsynced;
	if (content.size == 0 || fwrite(content.data, 1, content.size,
				     draft->stream) == content.size)
		return file_draft_commit(draft);
	failure = errno;
	file_draft_abandon(draft);
	errno = failure;
	return -1;
}

int
file_write(const char *path, struct bytes content)
{
	return write_whole(path, content, false);
}

int
file_write_unsynced(const char *path, struct bytes content)
{
	return write_whole(path, content, true);
}
