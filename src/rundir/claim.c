/*
 * The lock is flock(2) on DIRECTORY/.lock: the streams and run.json are
 * renamed over and would take their locks with them, and a directory cannot
 * be locked on NFS.
 */
#include "rundir/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

struct claim {
	char *path;
	int fd;
};

static void
claim_free(struct claim *claim)
{
	int failure = errno;

	if (claim->fd >= 0)
		close(claim->fd);
	free(claim->path);
	free(claim);
	errno = failure;
}

static char *
path_in(const char *directory)
{
	return file_join(directory, ".lock");
}

bool
claim_is_known(const char *directory)
{
	char *path = path_in(directory);
	bool known = file_exists(path);

	free(path);
	return known;
}

struct claim *
claim_take(const char *directory)
{
	struct claim *claim = memory_new(sizeof(*claim));
	struct stat opened, named;

	claim->fd = -1;
	claim->path = path_in(directory);
	/* Whoever held it before may have removed the file that we opened. */
	do {
		if (claim->fd >= 0)
			close(claim->fd);
		claim->fd = file_open_own(claim->path, O_RDWR | O_CREAT);
		if (claim->fd < 0 || (flock(claim->fd, LOCK_EX | LOCK_NB) < 0 &&
					 errno == EWOULDBLOCK)) {
			claim_free(claim);
			return NULL;
		}
	} while (
	    fstat(claim->fd, &opened) < 0 || stat(claim->path, &named) < 0 ||
	    opened.st_dev != named.st_dev || opened.st_ino != named.st_ino);
	return claim;
}

/* The name goes while the lock is held, or it would be another's. */
void
claim_release(struct claim *claim)
{
	if (claim == NULL)
		return;
	unlink(claim->path);
	claim_free(claim);
}
