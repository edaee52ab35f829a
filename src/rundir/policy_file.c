/* Reads and keeps policies.  model/policy.c reads their content. */
#include "rundir/policy_file.h"

#include <errno.h>
#include <stdlib.h>

#include "base/file.h"

struct policy *
policy_file_read(const char *path, char **error)
{
	struct text text = { .size = 0 }, sentence = { .size = 0 };
	struct policy *policy = NULL;

	if (file_read(path, POLICY_MOST_SIZE, &text) < 0) {
		text_printf(&sentence, "%s: %s", path,
		    errno == EFBIG ? "larger than 1 MiB, which no policy is"
				   : strerror(errno));
		*error = sentence.data;
	} else {
		policy =
		    policy_read(bytes_of(text.data, text.size), path, error);
	}
	text_free(&text);
	return policy;
}

static char *
path_in(const char *directory)
{
	return file_join(directory, "policy.json");
}

int
policy_file_keep(const char *directory, const struct policy *policy)
{
	char *path = path_in(directory);
	int result = file_write(path, policy_text(policy));

	free(path);
	return result;
}

char *
policy_file_of_run(const char *directory)
{
	char *path = path_in(directory);

	if (file_exists(path))
		return path;
	free(path);
	return NULL;
}

/* Nothing where there is none, or where it cannot be read. */
static void
read_kept(const char *directory, struct text *text)
{
	char *path = path_in(directory);

	if (file_read(path, POLICY_MOST_SIZE, text) < 0)
		text_clear(text);
	free(path);
}

bool
policy_file_same(const char *directory, const char *other)
{
	struct text a = { .size = 0 }, b = { .size = 0 };
	bool same;

	read_kept(directory, &a);
	read_kept(other, &b);
	same = bytes_equal(bytes_of(a.data, a.size), bytes_of(b.data, b.size));
	text_free(&a);
	text_free(&b);
	return same;
}
