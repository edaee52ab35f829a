/*
 * A map of lists under one lock, and a thread that loads them: from the cache,
 * or over the network while it is written to the cache as well.  It begins
 * with the first list that is asked for.
 */
#include "run/crls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/map.h"
#include "base/memory.h"
#include "run/crl_list.h"
#include "scan/background.h"

struct crls {
	struct revocation_source source;
	bool can_fetch;
	struct fetch_options fetch;
	int64_t now;
	char *cache; /* DIRECTORY/crls; NULL: none */
	bool is_temporary;
	struct background *loader; /* its lock is for all of this */
	struct map *lists;	   /* URL -> struct crl_list, owned */
	size_t indexed;		   /* entries in memory */
	struct signature_memory *signatures;
	char *noted; /* the path of crls.ndjson; NULL: not kept */
	FILE *notes;
};

/* A list while it comes; of one batch each. */
struct crl_download {
	struct crl_list *list;
	char *path;
	struct file_draft *draft;
	struct crl_reader *reader;
	struct crl_index index;
};

struct crl_batch {
	struct crls *crls;
	struct crl_download *downloads;
};

/* The file that a URL's list has in the cache. */
static char *
cache_path(const struct crls *crls, const char *url)
{
	struct digest digest;
	char name[DIGEST_HEX_SIZE + 4];
	char hex[DIGEST_HEX_SIZE];

	certificate_digest(bytes_from_string(url), &digest);
	digest_to_hex(&digest, hex);
	snprintf(name, sizeof(name), "%s.crl", hex);
	return file_join(crls->cache, name);
}

static void
note(struct crls *crls, const struct crl_list *list, size_t first)
{
	struct text line = { .size = 0 };

	if (crls->notes == NULL)
		return;
	crl_list_write(list, crls->now, first, &line);
	text_write(&line, crls->notes);
	fflush(crls->notes);
	text_free(&line);
}

/* Under the lock. */
static void
set_state(struct crls *crls, struct crl_list *list, enum crl_list_state state)
{
	list->state = state;
	if (state == LIST_READ)
		crls->indexed += list->index_count;
	if (state == LIST_FAILED)
		note(crls, list, list->revoked_count);
	background_tell(crls->loader);
}

static size_t
room_for_index(struct crls *crls)
{
	size_t room;

	background_lock(crls->loader);
	room = crls->indexed < CRLS_MOST_INDEXED
		   ? CRLS_MOST_INDEXED - crls->indexed
		   : 0;
	background_unlock(crls->loader);
	return room;
}

/* The loader: it alone has a list that is queued. */

static bool
load_from_cache(struct crls *crls, struct crl_list *list, const char *path)
{
	if (!crl_list_load(list, path, room_for_index(crls)))
		return false;
	if (crl_list_is_current(list, crls->now))
		return true;
	/* Another is wanted. */
	crl_reader_free(list->reader);
	free(list->index);
	list->reader = NULL;
	list->index = NULL;
	return false;
}

static bool
on_piece(void *context, size_t index, struct bytes piece)
{
	struct crl_batch *batch = context;
	struct crl_download *download = &batch->downloads[index];

	if (download->reader == NULL) {
		download->index.most = room_for_index(batch->crls);
		download->reader =
		    crl_reader_new(crl_index_add, &download->index);
	}
	if (download->draft != NULL)
		fwrite(piece.data, 1, piece.size,
		    file_draft_stream(download->draft));
	return crl_reader_push(download->reader, piece);
}

static void
on_fetched(void *context, size_t index, const struct fetch_result *result)
{
	struct crl_batch *batch = context;
	struct crls *crls = batch->crls;
	struct crl_download *download = &batch->downloads[index];
	struct crl_list *list = download->list;
	bool is_kept = result->error == NULL && download->reader != NULL &&
		       crl_reader_end(download->reader)->damage == NULL;

	if (download->draft != NULL && !is_kept)
		file_draft_abandon(download->draft);
	else if (download->draft == NULL ||
		 file_draft_commit(download->draft) < 0)
		is_kept = false;
	if (result->error != NULL || download->reader == NULL) {
		crl_reader_free(download->reader);
		free(download->index.list);
		background_lock(crls->loader);
		list->error =
		    arena_printf(list->arena, "could not be fetched: %s",
			result->error == NULL ? "nothing came" : result->error);
		list->is_late = result->is_late;
		set_state(crls, list, LIST_FAILED);
		background_unlock(crls->loader);
		return;
	}
	crl_index_sort(&download->index);
	background_lock(crls->loader);
	crl_list_take(list, download->reader, download->path,
	    download->index.list, download->index.count);
	if (!is_kept && list->crl->damage == NULL) {
		list->error = "could not be written to the cache directory";
		set_state(crls, list, LIST_FAILED);
	} else {
		set_state(crls, list, LIST_READ);
	}
	background_unlock(crls->loader);
}

static void
fetch(struct crls *crls, struct crl_download *downloads, size_t count)
{
	struct fetch_options options = crls->fetch;
	struct fetch_request *requests = memory_array(count, sizeof(*requests));
	struct crl_batch batch = { crls, downloads };

	options.timeout_ms = CRLS_TIMEOUT_MS;
	options.most_octets = CRLS_MOST_OCTETS;
	options.take = on_piece;
	for (size_t i = 0; i < count; i++) {
		requests[i].url = downloads[i].list->url;
		downloads[i].draft = file_draft_open(downloads[i].path);
	}
	if (fetch_all(&options, requests, count, on_fetched, &batch) < 0) {
		background_lock(crls->loader);
		for (size_t i = 0; i < count; i++) {
			if (downloads[i].draft != NULL)
				file_draft_abandon(downloads[i].draft);
			downloads[i].list->error =
			    "could not be fetched: no download could begin";
			set_state(crls, downloads[i].list, LIST_FAILED);
		}
		background_unlock(crls->loader);
	}
	free(requests);
}

static void
load(void *context, void *const items[], size_t count)
{
	struct crls *crls = context;
	struct crl_download *downloads =
	    memory_array(count, sizeof(*downloads));
	size_t wanted = 0;

	for (size_t i = 0; i < count; i++) {
		struct crl_list *list = items[i];
		char *path = cache_path(crls, list->url);
		bool is_loaded = load_from_cache(crls, list, path);

		if (!is_loaded && crls->can_fetch) {
			downloads[wanted++] = (struct crl_download){
				.list = list,
				.path = path,
			};
			continue;
		}
		free(path);
		background_lock(crls->loader);
		set_state(crls, list, is_loaded ? LIST_READ : LIST_ABSENT);
		background_unlock(crls->loader);
	}
	if (wanted > 0)
		fetch(crls, downloads, wanted);
	for (size_t i = 0; i < wanted; i++)
		free(downloads[i].path);
	free(downloads);
}

/* Asking, under the lock */

/* NULL: there are too many. */
static struct crl_list *
list_of(struct crls *crls, const char *url)
{
	struct crl_list *list = map_get(crls->lists, bytes_from_string(url));

	if (list != NULL || map_count(crls->lists) >= CRLS_MOST_URLS)
		return list;
	list = crl_list_new(url);
	map_put(crls->lists, bytes_from_string(list->url), list);
	return list;
}

static void
look_for(struct crls *crls, struct crl_list *list)
{
	char *path = NULL;
	bool is_there;

	if (list->state != LIST_NEW)
		return;
	if (crls->cache != NULL)
		path = cache_path(crls, list->url);
	is_there = path != NULL && (crls->can_fetch || file_exists(path));
	free(path);
	if (!is_there) {
		list->state = LIST_ABSENT;
		return;
	}
	list->state = LIST_QUEUED;
	background_add(crls->loader, list);
}

static bool
is_http(const char *url)
{
	return starts_with(url, "http://");
}

static void
ask_list(struct crls *crls, struct arena *arena, struct crl_list *list,
    const struct certificate *subject, const struct certificate *issuer,
    int64_t now, bool wait, struct revocation_answer *answer)
{
	bool was_checked;

	*answer = (struct revocation_answer){ .url = list->url };
	look_for(crls, list);
	while (wait && list->state == LIST_QUEUED)
		background_wait(crls->loader);
	switch (list->state) {
	case LIST_QUEUED:
		answer->state = EVIDENCE_WAITING;
		return;
	case LIST_ABSENT:
		answer->sentence = "is not in the cache";
		return;
	default:
		break;
	}
	was_checked = list->is_checked;
	if (crl_list_ask(
		list, arena, subject, issuer, crls->signatures, now, answer))
		note(crls, list, list->revoked_count - 1);
	else if (list->state == LIST_READ && !was_checked)
		note(crls, list, list->revoked_count);
	/* What proves nothing is fetched again by the next run. */
	if (list->state == LIST_READ && list->cause != NULL && !was_checked)
		unlink(list->path);
}

static void
ask_all(struct crls *crls, struct arena *arena,
    const struct certificate *subject, const struct certificate *issuer,
    int64_t now, bool wait, struct revocation_answer *answer)
{
	struct revocation_answer next;
	bool is_http_named = false;

	for (size_t i = 0;
	     i < subject->crl_url_count && answer->state != EVIDENCE_GOOD &&
	     answer->state != EVIDENCE_REVOKED &&
	     answer->state != EVIDENCE_WAITING;
	     i++) {
		struct crl_list *list =
		    is_http(subject->crl_urls[i])
			? list_of(crls, subject->crl_urls[i])
			: NULL;

		if (list == NULL)
			continue;
		ask_list(crls, arena, list, subject, issuer, now, wait, &next);
		/* Of several that prove nothing the first is told. */
		if (!is_http_named || next.state != EVIDENCE_UNUSABLE ||
		    answer->state == EVIDENCE_NONE)
			*answer = next;
		is_http_named = true;
	}
	if (is_http_named)
		return;
	if (subject->crl_url_count > 0) {
		answer->url = subject->crl_urls[0];
		answer->sentence = "is not used: only http URLs are";
	} else if (subject->crl_point_unused != NULL) {
		answer->sentence = arena_printf(arena,
		    "a distribution point %s, and is not "
		    "used",
		    subject->crl_point_unused);
	} else {
		answer->sentence = "the certificate names no CRL";
	}
}

static void
ask(void *context, struct arena *arena, const struct certificate *subject,
    const struct certificate *issuer, int64_t now, bool wait,
    struct revocation_answer *answer)
{
	struct crls *crls = context;

	*answer = (struct revocation_answer){ .state = EVIDENCE_NONE };
	background_lock(crls->loader);
	ask_all(crls, arena, subject, issuer, now, wait, answer);
	background_unlock(crls->loader);
}

void
crls_limit(struct crls *crls, uint64_t timeout_ms)
{
	if (crls->can_fetch)
		fetch_budget_limit(crls->fetch.budget, timeout_ms);
}

void
crls_want(struct crls *crls, const struct certificate *certificate)
{
	background_lock(crls->loader);
	for (size_t i = 0; i < certificate->crl_url_count; i++) {
		const char *url = certificate->crl_urls[i];
		struct crl_list *list =
		    is_http(url) ? list_of(crls, url) : NULL;

		if (list == NULL)
			continue;
		look_for(crls, list);
		break;
	}
	background_unlock(crls->loader);
}

/* Making and ending */

/* Where a home is missing, files that last as long as the run. */
static char *
temporary_directory(void)
{
	const char *place = getenv("TMPDIR");
	char *path =
	    file_join(place == NULL || place[0] == '\0' ? "/tmp" : place,
		"fleetscan-crls-XXXXXX");

	if (mkdtemp(path) != NULL)
		return path;
	log_warning("%s: %s: no CRL is fetched", path, strerror(errno));
	free(path);
	return NULL;
}

struct crls *
crls_new(const struct crls_settings *settings)
{
	struct crls *crls = memory_new(sizeof(*crls));

	crls->source = (struct revocation_source){
		.word = "crl",
		.noun = "CRL",
		.ask = ask,
		.context = crls,
	};
	crls->can_fetch = settings->fetch != NULL;
	if (crls->can_fetch) {
		crls->fetch = *settings->fetch;
		crls->fetch.budget =
		    fetch_budget_new(FETCH_NO_LIMIT_MS, CRLS_MOST_URLS);
	}
	crls->now = settings->now;
	if (settings->cache != NULL)
		crls->cache = file_join(settings->cache, "crls");
	if (crls->can_fetch &&
	    (crls->cache == NULL || file_make_directory(crls->cache) < 0)) {
		free(crls->cache);
		crls->cache = temporary_directory();
		crls->is_temporary = crls->cache != NULL;
	}
	crls->loader = background_new(load, crls);
	crls->lists = map_new();
	crls->signatures = signature_memory_new();
	return crls;
}

/* A file's date is the time until which its list is of use. */
static void
date_file(const struct crl_list *list)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = (time_t)list->next_update } };

	if (list->state == LIST_READ && list->has_next_update)
		utimensat(AT_FDCWD, list->path, times, 0);
}

static void
sweep(const struct crls *crls)
{
	DIR *listing = opendir(crls->cache);
	const struct dirent *entry;
	int64_t now = clock_now();
	struct stat facts;

	if (listing == NULL)
		return;
	while ((entry = readdir(listing)) != NULL) {
		char *path = file_join(crls->cache, entry->d_name);

		if (fnmatch("*.crl", entry->d_name, 0) == 0 &&
		    stat(path, &facts) == 0 && facts.st_mtime < now)
			unlink(path);
		free(path);
	}
	closedir(listing);
}

void
crls_free(struct crls *crls)
{
	struct bytes key;
	void *list;

	if (crls == NULL)
		return;
	if (crls->can_fetch)
		fetch_budget_limit(crls->fetch.budget, 0);
	background_free(crls->loader);
	fetch_budget_free(crls->fetch.budget);
	for (size_t at = 0; map_next(crls->lists, &at, &key, &list);) {
		date_file(list);
		crl_list_free(list);
	}
	if (crls->is_temporary)
		file_remove_tree(crls->cache);
	else if (crls->can_fetch && crls->cache != NULL)
		sweep(crls);
	map_free(crls->lists);
	signature_memory_free(crls->signatures);
	if (crls->notes != NULL)
		fclose(crls->notes);
	free(crls->noted);
	free(crls->cache);
	free(crls);
}

const struct revocation_source *
crls_source(const struct crls *crls)
{
	return &crls->source;
}

/* crls.ndjson */

void
crls_remember(struct crls *crls, const char *directory, bool is_whole)
{
	char *path = file_join(directory, "crls.ndjson");
	struct line_reader *reader = line_reader_open(path, RECORD_LINE_MOST);
	struct bytes line;
	char error[80];

	while (reader != NULL && line_reader_next(reader, &line) == 1) {
		struct json *object = json_parse(line, error);
		const char *url = crl_list_url_of_line(object);
		struct crl_list *list = url == NULL ? NULL : list_of(crls, url);

		if (list != NULL)
			crl_list_read(list, object, is_whole);
		json_free(object);
	}
	line_reader_close(reader);
	free(path);
}

int
crls_keep(struct crls *crls, const char *directory)
{
	int fd;

	crls->noted = file_join(directory, "crls.ndjson");
	/* A last line that was cut short goes. */
	if (map_count(crls->lists) > 0 && crls_save(crls) < 0)
		return -1;
	fd = file_open_own(crls->noted, O_WRONLY | O_APPEND | O_CREAT);
	if (fd < 0)
		return -1;
	crls->notes = fdopen(fd, "a");
	return crls->notes == NULL ? -1 : 0;
}

static int
by_url(const void *a, const void *b)
{
	const struct crl_list *const *left = a, *const *right = b;

	return strcmp((*left)->url, (*right)->url);
}

int
crls_save(struct crls *crls)
{
	size_t count = map_count(crls->lists), told = 0;
	struct crl_list **lists = memory_array(count + 1, sizeof(*lists));
	struct text line = { .size = 0 };
	struct bytes key;
	void *value;
	int result;

	if (crls->notes != NULL)
		fclose(crls->notes);
	crls->notes = NULL;
	for (size_t at = 0; map_next(crls->lists, &at, &key, &value);) {
		struct crl_list *list = value;

		/* Of what was never looked at there is nothing to say. */
		if (list->state == LIST_FAILED || list->is_checked ||
		    list->cause != NULL)
			lists[told++] = list;
	}
	qsort(lists, told, sizeof(struct crl_list *), by_url);
	for (size_t i = 0; i < told; i++)
		crl_list_write(lists[i], crls->now, 0, &line);
	result = told == 0
		     ? unlink(crls->noted)
		     : file_write(crls->noted, bytes_of(line.data, line.size));
	if (told == 0 && result < 0 && errno == ENOENT)
		result = 0;
	text_free(&line);
	free(lists);
	return result;
}
