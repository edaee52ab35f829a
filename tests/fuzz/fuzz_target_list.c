/*
 * Any octets as a host list whose form is recognised, as a list of one form,
 * and as an argument: each target that comes out is fit for what follows
 * (clean text, a port, a host or a fault).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/target_list.h"
#include "tests/fuzz/fuzz.h"

/* A block of addresses gives more than there is time for. */
enum { MOST_TARGETS = 300 };

static void
require_target(const struct target *target)
{
	require(target->input != NULL);
	require_clean(target->input);
	require_clean(target->host);
	require_clean(target->ip);
	require_clean(target->sni);
	for (size_t i = 0; i < target->tag_count; i++)
		require_clean(target->tags[i]);
	require(target->fault != NULL || target->host != NULL);
	require(target->fault != NULL || target->port > 0);
}

static void
complain(void *context, const char *where, const char *sentence)
{
	(void)context;
	require_clean(where);
	require_clean(sentence);
}

static void
read_all(struct target_list *list)
{
	struct target *target;

	for (int i = 0; i < MOST_TARGETS; i++) {
		int more = target_list_next(list, &target);

		if (more != 1) {
			require(
			    (more == 0) == (target_list_error(list) == NULL));
			return;
		}
		require_target(target);
		target_free(target);
	}
}

static struct target_list *
new_list(bool strict, const struct list_form *form)
{
	struct target_list_options options = {
		.defaults = { .port = 443 },
		.form = form,
		.strict = strict,
		.complain = complain,
		.announce = complain,
	};

	return target_list_new(&options);
}

static void
try_file(struct bytes octets, bool strict, const struct list_form *form)
{
	struct target_list *list = new_list(strict, form);
	int fd = memfd_create("list", MFD_CLOEXEC);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	require(write(fd, octets.data, octets.size) == (ssize_t)octets.size);
	require(target_list_add_file(list, path) == 0);
	read_all(list);
	target_list_free(list);
	close(fd);
}

static void
try_argument(struct bytes octets)
{
	struct target_list *list = new_list(false, NULL);
	char *argument = strndup((const char *)octets.data, octets.size);

	target_list_add_argument(list, argument);
	read_all(list);
	target_list_free(list);
	free(argument);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes octets = bytes_of(data, size);
	const char *name;
	size_t chosen = size == 0 ? 0 : data[size - 1] % 32;

	try_file(octets, false, NULL);
	try_file(octets, true, NULL);
	try_argument(octets);
	/* One form an input: the last octet chooses it. */
	name = list_form_name(chosen);
	if (name != NULL)
		try_file(octets, false, list_form_find(name));
	return 0;
}
