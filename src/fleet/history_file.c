/*
 * history.db.  The state of a host is what its last change before a night
 * says, so that nights may be added in any order and again.
 */
#include "fleet/history_file.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "fleet/history.h"

enum { SCHEMA = 1, WAIT_MS = 60000 };

static const char schema[] =
    "CREATE TABLE lists(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE nights(list INTEGER NOT NULL REFERENCES lists, "
    "night INTEGER NOT NULL, run TEXT NOT NULL, records INTEGER NOT NULL, "
    "PRIMARY KEY(list, night)) WITHOUT ROWID;"
    "CREATE TABLE totals(list INTEGER NOT NULL, night INTEGER NOT NULL, "
    "class TEXT NOT NULL, hosts INTEGER NOT NULL, "
    "PRIMARY KEY(list, night, class)) WITHOUT ROWID;"
    "CREATE TABLE hosts(id INTEGER PRIMARY KEY, list INTEGER NOT NULL "
    "REFERENCES lists, host TEXT NOT NULL, port INTEGER NOT NULL, "
    "ip TEXT NOT NULL, sni TEXT NOT NULL, starttls TEXT NOT NULL, "
    "site TEXT NOT NULL, seen INTEGER NOT NULL, "
    "UNIQUE(list, host, port, ip, sni, starttls));"
    "CREATE INDEX hosts_by_site ON hosts(site);"
    "CREATE TABLE changes(host INTEGER NOT NULL REFERENCES hosts, "
    "night INTEGER NOT NULL, class TEXT NOT NULL, cause TEXT, "
    "broken INTEGER NOT NULL, PRIMARY KEY(host, night)) WITHOUT ROWID;"
    "PRAGMA user_version = 1;";

/* Prepared once, and by number. */
enum statement {
	FIND_LIST,
	ADD_LIST,
	FORGET_NIGHT,
	FORGET_TOTALS,
	FORGET_CHANGES,
	ADD_NIGHT,
	ADD_TOTAL,
	FIND_HOST,
	ADD_HOST,
	SEE_HOST,
	UNSEE_HOSTS,
	STATE_BEFORE,
	ADD_CHANGE,
	ADD_GONE,
	CHANGES_OF,
	NIGHTS_OF,
	STATEMENTS
};

static const char *const texts[STATEMENTS] = {
	[FIND_LIST] = "SELECT id FROM lists WHERE name = ?1",
	[ADD_LIST] = "INSERT INTO lists(name) VALUES(?1)",
	[FORGET_NIGHT] = "DELETE FROM nights WHERE list = ?1 AND night = ?2",
	[FORGET_TOTALS] = "DELETE FROM totals WHERE list = ?1 AND night = ?2",
	[FORGET_CHANGES] = "DELETE FROM changes WHERE night = ?2 AND host IN "
			   "(SELECT id FROM hosts WHERE list = ?1)",
	[ADD_NIGHT] = "INSERT INTO nights VALUES(?1, ?2, ?3, ?4)",
	[ADD_TOTAL] = "INSERT INTO totals VALUES(?1, ?2, ?3, ?4)",
	[FIND_HOST] = "SELECT id FROM hosts WHERE list = ?1 AND host = ?2 AND "
		      "port = ?3 AND ip = ?4 AND sni = ?5 AND starttls = ?6",
	[ADD_HOST] = "INSERT INTO hosts(list, host, port, ip, sni, starttls, "
		     "site, seen) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[SEE_HOST] = "UPDATE hosts SET seen = ?2 WHERE id = ?1 AND seen < ?2",
	[UNSEE_HOSTS] = "UPDATE hosts SET seen = 0 WHERE list = ?1",
	[STATE_BEFORE] = "SELECT class, cause, broken FROM changes WHERE "
			 "host = ?1 AND night < ?2 ORDER BY night DESC LIMIT 1",
	/* Of several records of one host in a night the worst counts. */
	[ADD_CHANGE] = "INSERT INTO changes VALUES(?1, ?2, ?3, ?4, ?5) "
		       "ON CONFLICT DO UPDATE SET class = ?3, cause = ?4, "
		       "broken = ?5 WHERE broken < ?5",
	[ADD_GONE] =
	    "INSERT INTO changes SELECT id, ?2, 'gone', NULL, 0 FROM hosts "
	    "WHERE list = ?1 AND seen < ?2 AND (SELECT class FROM changes "
	    "WHERE host = id AND night < ?2 ORDER BY night DESC LIMIT 1) "
	    "<> 'gone'",
	[CHANGES_OF] = "SELECT night, class, cause, broken FROM changes WHERE "
		       "host = ?1 ORDER BY night",
	[NIGHTS_OF] = "SELECT night FROM nights WHERE list = ?1 ORDER BY night",
};

struct history_file {
	sqlite3 *base;
	sqlite3_stmt *statements[STATEMENTS];
	char *error;
	bool is_begun;

	/* The night that is being added. */
	sqlite3_int64 list, night;
	char *run;
	uint64_t records, classes[CLASS_COUNT];
	sqlite3_int64 last_host; /* of the last record; 0: none */
	struct arena *arena;	 /* of the last answer */

	/* The nights of one list, for counting. */
	sqlite3_int64 nights_list;
	int64_t *nights;
	size_t night_count, night_capacity;
};

static int
fail(struct history_file *file)
{
	if (file->error == NULL)
		file->error = memory_string(sqlite3_errmsg(file->base));
	return -1;
}

const char *
history_file_error(const struct history_file *file)
{
	return file->error;
}

/* Ready to be bound; NULL once it failed. */
static sqlite3_stmt *
prepare(struct history_file *file, enum statement at)
{
	if (file->error != NULL)
		return NULL;
	if (file->statements[at] == NULL &&
	    sqlite3_prepare_v2(file->base, texts[at], -1, &file->statements[at],
		NULL) != SQLITE_OK) {
		fail(file);
		return NULL;
	}
	sqlite3_reset(file->statements[at]);
	return file->statements[at];
}

static void
bind_text(sqlite3_stmt *statement, int at, const char *string)
{
	sqlite3_bind_text(
	    statement, at, string == NULL ? "" : string, -1, SQLITE_TRANSIENT);
}

/* One that answers nothing. */
static int
run(struct history_file *file, sqlite3_stmt *statement)
{
	if (statement == NULL)
		return -1;
	if (sqlite3_step(statement) != SQLITE_DONE)
		return fail(file);
	return 0;
}

static int
execute(struct history_file *file, const char *text)
{
	if (file->error != NULL)
		return -1;
	return sqlite3_exec(file->base, text, NULL, NULL, NULL) == SQLITE_OK
		   ? 0
		   : fail(file);
}

/* WAL needs memory that all processes share, which these do not have. */
static bool
shares_memory(const char *directory)
{
	static const long remote[] = {
		0x6969,	    /* NFS */
		0x517b,	    /* SMB */
		0xff534d42, /* CIFS */
		0xfe534d42, /* SMB2 */
		0x65735546, /* FUSE */
		0x01021997, /* 9p */
		0x00c36400, /* Ceph */
		0x5346414f, /* AFS */
	};
	struct statfs status;

	if (statfs(directory, &status) < 0)
		return false;
	for (size_t i = 0; i < sizeof(remote) / sizeof(remote[0]); i++)
		if ((uint32_t)status.f_type == (uint32_t)remote[i])
			return false;
	return true;
}

static sqlite3_int64
number_of(struct history_file *file, const char *text)
{
	sqlite3_stmt *statement;
	sqlite3_int64 number = -1;

	if (sqlite3_prepare_v2(file->base, text, -1, &statement, NULL) ==
		SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	else
		fail(file);
	sqlite3_finalize(statement);
	return number;
}

static struct history_file *
open_path(const char *path, int flags)
{
	struct history_file *file = memory_new(sizeof(*file));

	file->arena = arena_new();
	if (sqlite3_open_v2(path, &file->base, flags, NULL) != SQLITE_OK)
		fail(file);
	else
		sqlite3_busy_timeout(file->base, WAIT_MS);
	return file;
}

void
history_file_close(struct history_file *file)
{
	if (file == NULL)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(file->statements[i]);
	if (file->is_begun)
		sqlite3_exec(file->base, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(file->base);
	arena_free(file->arena);
	free(file->nights);
	free(file->run);
	free(file->error);
	free(file);
}

/* The schema is made under the lock, for two runs may begin at once. */
static void
settle_schema(struct history_file *file)
{
	sqlite3_int64 version;

	if (execute(file, "BEGIN IMMEDIATE") < 0)
		return;
	version = number_of(file, "PRAGMA user_version");
	if (version == 0)
		execute(file, schema);
	else if (version != SCHEMA && file->error == NULL)
		file->error = memory_string("a newer version made it");
	/* What is damaged further on is found here and not in the middle. */
	if (file->error == NULL)
		number_of(file, "SELECT count(*) FROM nights");
	sqlite3_exec(file->base, file->error == NULL ? "COMMIT" : "ROLLBACK",
	    NULL, NULL, NULL);
}

static char *
sentence(const char *format, const char *path, const char *reason)
{
	struct text text = { .size = 0 };

	text_printf(&text, format, path, reason);
	return text.data;
}

static struct history_file *
open_to_write(const char *directory, const char *path, bool *is_damaged)
{
	struct history_file *file =
	    open_path(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	int code;

	if (file->error == NULL)
		execute(file, shares_memory(directory)
				  ? "PRAGMA journal_mode = WAL"
				  : "PRAGMA journal_mode = DELETE");
	execute(file, "PRAGMA synchronous = NORMAL");
	settle_schema(file);
	code = sqlite3_errcode(file->base) & 0xff;
	*is_damaged = file->error != NULL &&
		      (code == SQLITE_NOTADB || code == SQLITE_CORRUPT ||
			  (code == SQLITE_ERROR &&
			      strstr(file->error, "no such table") != NULL));
	return file;
}

struct history_file *
history_file_write(const char *directory, char **note)
{
	char *path = file_join(directory, "history.db");
	bool is_damaged;
	struct history_file *file = open_to_write(directory, path, &is_damaged);

	*note = NULL;
	if (is_damaged) {
		char time[CLOCK_TEXT_SIZE];
		struct text aside = { .size = 0 };

		clock_format_basic(clock_now(), time);
		text_printf(&aside, "%s.damaged-%s", path, time);
		history_file_close(file);
		if (rename(path, aside.data) == 0) {
			static const char *const beside[] = { "-wal", "-shm" };

			for (size_t i = 0; i < 2; i++) {
				struct text rest = { .size = 0 };

				text_printf(&rest, "%s%s", path, beside[i]);
				unlink(rest.data);
				text_free(&rest);
			}
			*note = sentence("%s is damaged; it is %s now, and a "
					 "new one begins",
			    path, aside.data);
		}
		file = open_to_write(directory, path, &is_damaged);
		text_free(&aside);
	}
	if (file->error != NULL) {
		free(*note);
		*note = sentence("%s: %s", path, file->error);
		history_file_close(file);
		file = NULL;
	}
	free(path);
	return file;
}

struct history_file *
history_file_read(const char *directory, char **error)
{
	char *path = file_join(directory, "history.db");
	struct history_file *file;

	*error = NULL;
	if (!file_exists(path)) {
		*error = sentence("%s is not there: %s", path,
		    "a finished scan of a list (-l) makes it");
		free(path);
		return NULL;
	}
	/* Where WAL is used, a reader makes the shared memory too. */
	file = open_path(path, SQLITE_OPEN_READWRITE);
	if (file->error != NULL) {
		history_file_close(file);
		file = open_path(path, SQLITE_OPEN_READONLY);
	}
	if (file->error == NULL) {
		sqlite3_int64 version = number_of(file, "PRAGMA user_version");

		if (file->error == NULL && version != SCHEMA)
			file->error = memory_string("another version made it");
	}
	if (file->error != NULL) {
		*error = sentence("%s: %s", path, file->error);
		history_file_close(file);
		file = NULL;
	}
	free(path);
	return file;
}

/* 0: there is none. */
static sqlite3_int64
find_list(struct history_file *file, const char *list)
{
	sqlite3_stmt *find = prepare(file, FIND_LIST);
	sqlite3_int64 id = 0;

	if (find == NULL)
		return 0;
	bind_text(find, 1, list);
	if (sqlite3_step(find) == SQLITE_ROW)
		id = sqlite3_column_int64(find, 0);
	sqlite3_reset(find);
	return id;
}

static int
forget(struct history_file *file, sqlite3_int64 list, int64_t night)
{
	static const enum statement forgets[] = { FORGET_NIGHT, FORGET_TOTALS,
		FORGET_CHANGES };

	for (size_t i = 0; i < sizeof(forgets) / sizeof(forgets[0]); i++) {
		sqlite3_stmt *statement = prepare(file, forgets[i]);

		sqlite3_bind_int64(statement, 1, list);
		sqlite3_bind_int64(statement, 2, night);
		if (run(file, statement) < 0)
			return -1;
	}
	return 0;
}

int
history_file_forget(struct history_file *file, const char *list, int64_t night)
{
	sqlite3_int64 id;
	sqlite3_stmt *unsee;

	if (!file->is_begun && execute(file, "BEGIN IMMEDIATE") < 0)
		return -1;
	file->is_begun = true;
	id = find_list(file, list);
	if (id == 0)
		return 0;
	unsee = prepare(file, UNSEE_HOSTS);
	if (unsee != NULL)
		sqlite3_bind_int64(unsee, 1, id);
	return run(file, unsee) < 0 ? -1 : forget(file, id, night);
}

int
history_file_begin(struct history_file *file, const char *list, int64_t started,
    const char *run_id)
{
	sqlite3_stmt *add;

	if (!file->is_begun && execute(file, "BEGIN IMMEDIATE") < 0)
		return -1;
	file->is_begun = true;
	file->list = find_list(file, list);
	if (file->list == 0) {
		add = prepare(file, ADD_LIST);
		bind_text(add, 1, list);
		if (run(file, add) < 0)
			return -1;
		file->list = sqlite3_last_insert_rowid(file->base);
	}
	file->night = started;
	free(file->run);
	file->run = memory_string(run_id);
	file->records = 0;
	memset(file->classes, 0, sizeof(file->classes));
	file->nights_list = 0;
	return forget(file, file->list, started);
}

/* FIND_HOST or the beginning of ADD_HOST; NULL once it failed. */
static sqlite3_stmt *
prepare_host(struct history_file *file, enum statement at, sqlite3_int64 list,
    const struct observation *seen)
{
	sqlite3_stmt *statement = prepare(file, at);

	if (statement == NULL)
		return NULL;
	sqlite3_bind_int64(statement, 1, list);
	bind_text(statement, 2, seen->host == NULL ? seen->input : seen->host);
	sqlite3_bind_int(statement, 3, seen->port);
	/* The only record of a name is meant, whatever its address. */
	bind_text(statement, 4, seen->name_group == NULL ? NULL : seen->ip);
	bind_text(statement, 5, seen->sni);
	bind_text(statement, 6, seen->starttls);
	return statement;
}

/* 0: there is none. */
static sqlite3_int64
find_host(struct history_file *file, sqlite3_int64 list,
    const struct observation *seen)
{
	sqlite3_stmt *find = prepare_host(file, FIND_HOST, list, seen);
	sqlite3_int64 id = 0;

	if (find != NULL && sqlite3_step(find) == SQLITE_ROW)
		id = sqlite3_column_int64(find, 0);
	sqlite3_reset(find);
	return id;
}

/* Negative once it failed. */
static sqlite3_int64
find_or_add_host(struct history_file *file, const struct observation *seen)
{
	sqlite3_int64 id = find_host(file, file->list, seen);
	sqlite3_stmt *add;

	if (id != 0)
		return id;
	add = prepare_host(file, ADD_HOST, file->list, seen);
	if (add == NULL)
		return -1;
	bind_text(add, 7, seen->site);
	sqlite3_bind_int64(add, 8, file->night);
	return run(file, add) < 0 ? -1 : sqlite3_last_insert_rowid(file->base);
}

int
history_file_add(struct history_file *file, const struct result *result)
{
	const char *class_now = class_word(result->verdict.class_id);
	const char *cause = result_cause(result);
	bool broken = !result_is_good(result), is_same = false;
	sqlite3_stmt *see, *state, *change;
	sqlite3_int64 host;

	file->last_host = 0;
	if (file->error != NULL)
		return -1;
	file->records++;
	file->classes[result->verdict.class_id]++;
	host = find_or_add_host(file, &result->seen);
	see = prepare(file, SEE_HOST);
	if (host < 0 || see == NULL)
		return -1;
	sqlite3_bind_int64(see, 1, host);
	sqlite3_bind_int64(see, 2, file->night);
	if (run(file, see) < 0)
		return -1;
	/* A timeout or a reset of one night says nothing about a host. */
	if (status_is_passing(result->seen.status))
		return 0;
	file->last_host = host;
	state = prepare(file, STATE_BEFORE);
	if (state == NULL)
		return -1;
	sqlite3_bind_int64(state, 1, host);
	sqlite3_bind_int64(state, 2, file->night);
	if (sqlite3_step(state) == SQLITE_ROW)
		is_same =
		    string_equal((const char *)sqlite3_column_text(state, 0),
			class_now) &&
		    string_equal(
			(const char *)sqlite3_column_text(state, 1), cause) &&
		    sqlite3_column_int(state, 2) == broken;
	sqlite3_reset(state);
	if (is_same)
		return 0;
	change = prepare(file, ADD_CHANGE);
	if (change == NULL)
		return -1;
	sqlite3_bind_int64(change, 1, host);
	sqlite3_bind_int64(change, 2, file->night);
	bind_text(change, 3, class_now);
	if (cause == NULL)
		sqlite3_bind_null(change, 4);
	else
		bind_text(change, 4, cause);
	sqlite3_bind_int(change, 5, broken);
	return run(file, change);
}

int
history_file_settle(struct history_file *file)
{
	sqlite3_stmt *night = prepare(file, ADD_NIGHT), *gone;

	if (night == NULL)
		return -1;
	sqlite3_bind_int64(night, 1, file->list);
	sqlite3_bind_int64(night, 2, file->night);
	bind_text(night, 3, file->run);
	sqlite3_bind_int64(night, 4, (sqlite3_int64)file->records);
	if (run(file, night) < 0)
		return -1;
	for (int i = 0; i < CLASS_COUNT; i++) {
		sqlite3_stmt *total;

		if (file->classes[i] == 0)
			continue;
		total = prepare(file, ADD_TOTAL);
		sqlite3_bind_int64(total, 1, file->list);
		sqlite3_bind_int64(total, 2, file->night);
		bind_text(total, 3, class_word((enum class_id)i));
		sqlite3_bind_int64(total, 4, (sqlite3_int64)file->classes[i]);
		if (run(file, total) < 0)
			return -1;
	}
	gone = prepare(file, ADD_GONE);
	sqlite3_bind_int64(gone, 1, file->list);
	sqlite3_bind_int64(gone, 2, file->night);
	return run(file, gone);
}

int
history_file_commit(struct history_file *file)
{
	if (!file->is_begun || execute(file, "COMMIT") < 0)
		return -1;
	file->is_begun = false;
	return 0;
}

static void
read_nights(struct history_file *file, sqlite3_int64 list)
{
	sqlite3_stmt *statement;

	if (file->nights_list == list)
		return;
	file->nights_list = list;
	file->night_count = 0;
	statement = prepare(file, NIGHTS_OF);
	if (statement == NULL)
		return;
	sqlite3_bind_int64(statement, 1, list);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		file->nights = memory_grow(file->nights, file->night_count,
		    &file->night_capacity, sizeof(*file->nights));
		file->nights[file->night_count++] =
		    sqlite3_column_int64(statement, 0);
	}
	sqlite3_reset(statement);
}

/* How many nights of the list were before this time: they are in order. */
static size_t
nights_before(const struct history_file *file, int64_t time)
{
	size_t low = 0, high = file->night_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (file->nights[middle] < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of the list's nights, and of the one that is being added. */
static unsigned
count_nights(const struct history_file *file, int64_t from, int64_t before)
{
	size_t own = nights_before(file, file->night);
	bool has_own =
	    own < file->night_count && file->nights[own] == file->night;

	return (unsigned)(nights_before(file, before) -
			  nights_before(file, from)) +
	       (file->is_begun && !has_own && file->night >= from &&
		   file->night < before);
}

/* Its changes from old to new in the arena, and what follows from them. */
static struct history_change *
read_changes(struct history_file *file, sqlite3_int64 id, sqlite3_int64 list,
    struct history_host *host, size_t *count)
{
	sqlite3_stmt *statement = prepare(file, CHANGES_OF);
	struct history_change *changes = NULL;
	size_t capacity = 0, used = 0;

	*count = 0;
	if (statement == NULL)
		return NULL;
	read_nights(file, list);
	sqlite3_bind_int64(statement, 1, id);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		changes =
		    memory_grow(changes, used, &capacity, sizeof(*changes));
		changes[used++] = (struct history_change){
			.night = sqlite3_column_int64(statement, 0),
			.class_word = arena_string(file->arena,
			    (const char *)sqlite3_column_text(statement, 1)),
			.cause = sqlite3_column_text(statement, 2) == NULL
				     ? NULL
				     : arena_string(file->arena,
					   (const char *)sqlite3_column_text(
					       statement, 2)),
			.broken = sqlite3_column_int(statement, 3) != 0,
		};
	}
	sqlite3_reset(statement);
	for (size_t i = 0; i < used; i++) {
		bool was_broken = i > 0 && changes[i - 1].broken;

		if (i == 0 || changes[i].broken != was_broken) {
			host->since = changes[i].night;
			host->breaks += changes[i].broken && i > 0;
		}
		if (changes[i].broken)
			host->nights_broken += count_nights(file,
			    changes[i].night,
			    i + 1 < used ? changes[i + 1].night : INT64_MAX);
		host->class_word = changes[i].class_word;
		host->cause = changes[i].cause;
		host->broken = changes[i].broken;
	}
	host->changes = used == 0 ? 0 : (unsigned)used - 1;
	*count = used;
	return changes;
}

bool
history_file_last(struct history_file *file, struct history_host *host)
{
	size_t count;

	*host = (struct history_host){ .list = NULL };
	if (file->last_host == 0)
		return false;
	arena_reset(file->arena);
	free(read_changes(file, file->last_host, file->list, host, &count));
	return count > 0;
}

bool
history_file_past(const struct history_at *when, const struct result *result,
    struct history_facts *facts)
{
	struct history_file *file = when->file;
	int64_t night = when->night;
	sqlite3_int64 list_id, id;
	struct history_host unused = { .list = NULL };
	struct history_change *changes;
	size_t count, at;
	bool was_broken = false, was_good = false;

	*facts = (struct history_facts){ .since = 0 };
	if (file == NULL)
		return false;
	list_id = find_list(file, when->list);
	read_nights(file, list_id);
	at = nights_before(file, night);
	id = find_host(file, list_id, &result->seen);
	if (list_id == 0 || id == 0 ||
	    (file->is_begun
		    ? night != file->night
		    : at == file->night_count || file->nights[at] != night))
		return false;
	arena_reset(file->arena);
	changes = read_changes(file, id, list_id, &unused, &count);
	for (size_t i = 0; i < count && changes[i].night <= night; i++) {
		bool is_good = !changes[i].broken &&
			       strcmp(changes[i].class_word, "gone") != 0;
		size_t before = nights_before(file, changes[i].night);

		if (changes[i].broken && facts->first_broken == 0)
			facts->first_broken = changes[i].night;
		if (changes[i].broken && !was_broken) {
			facts->since = changes[i].night;
			if (was_good && before > 0)
				facts->last_good = file->nights[before - 1];
		}
		facts->flaps += is_good && was_broken;
		facts->is_over = was_broken && !changes[i].broken &&
				 changes[i].night == night;
		was_broken = changes[i].broken;
		was_good = is_good;
	}
	if (count > 0)
		facts->runs = count_nights(file, changes[0].night, night + 1);
	free(changes);
	return was_broken || facts->is_over;
}

int
history_file_nights(struct history_file *file, const char *list, int64_t from,
    void (*tell)(void *context, const struct history_night *), void *context)
{
	static const char text[] =
	    "SELECT night, name, run, records, class, hosts FROM nights JOIN "
	    "lists ON lists.id = nights.list LEFT JOIN totals USING(list, "
	    "night) WHERE night >= ?1 AND (?2 IS NULL OR name = ?2) ORDER BY "
	    "nights.list, night";
	struct history_night night = { .started = 0 };
	sqlite3_stmt *statement;
	bool has_night = false;

	if (file->error != NULL || sqlite3_prepare_v2(file->base, text, -1,
				       &statement, NULL) != SQLITE_OK)
		return fail(file);
	sqlite3_bind_int64(statement, 1, from);
	if (list != NULL)
		bind_text(statement, 2, list);
	arena_reset(file->arena);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		int64_t started = sqlite3_column_int64(statement, 0);
		const char *name =
		    (const char *)sqlite3_column_text(statement, 1);
		enum class_id class_id;

		if (!has_night || night.started != started ||
		    !string_equal(night.list, name)) {
			if (has_night)
				tell(context, &night);
			has_night = true;
			night = (struct history_night){
				.started = started,
				.list = arena_string(file->arena, name),
				.run = arena_string(file->arena,
				    (const char *)sqlite3_column_text(
					statement, 2)),
				.records = (uint64_t)sqlite3_column_int64(
				    statement, 3),
			};
		}
		if (sqlite3_column_text(statement, 4) != NULL &&
		    class_from_word(
			(const char *)sqlite3_column_text(statement, 4),
			&class_id))
			night.classes[class_id] =
			    (uint64_t)sqlite3_column_int64(statement, 5);
	}
	if (has_night)
		tell(context, &night);
	sqlite3_finalize(statement);
	return 0;
}

struct found_host {
	sqlite3_int64 id, list;
	struct history_host host;
	struct history_change *changes;
	size_t count;
};

static int
by_breakage(const void *left, const void *right)
{
	const struct history_host *a = &((const struct found_host *)left)->host;
	const struct history_host *b =
	    &((const struct found_host *)right)->host;

	if (a->broken != b->broken)
		return a->broken ? -1 : 1;
	if (a->since != b->since)
		return a->since < b->since ? -1 : 1;
	return strcmp(a->host, b->host);
}

int
history_file_hosts(struct history_file *file, enum history_of of,
    const char *name,
    void (*tell)(void *context, const struct history_host *,
	const struct history_change *, size_t count),
    void *context)
{
#define COLUMNS                                                              \
	"SELECT hosts.id, hosts.list, name, host, port, ip, sni, starttls, " \
	"site FROM hosts JOIN lists ON lists.id = hosts.list WHERE "
	static const char *const queries[] = {
		[HISTORY_OF_HOST] = COLUMNS "host = ?1",
		[HISTORY_OF_SITE] = COLUMNS "site = ?1",
		[HISTORY_OF_CLASS] = COLUMNS
		"(SELECT class FROM changes WHERE changes.host = hosts.id "
		"ORDER BY night DESC LIMIT 1) = ?1",
	};
#undef COLUMNS
	struct found_host *found = NULL;
	size_t count = 0, capacity = 0;
	sqlite3_stmt *statement;

	if (file->error != NULL || sqlite3_prepare_v2(file->base, queries[of],
				       -1, &statement, NULL) != SQLITE_OK)
		return fail(file);
	arena_reset(file->arena);
	bind_text(statement, 1, name);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *words[9];

		for (int i = 2; i < 9; i++)
			words[i] = arena_string(file->arena,
			    (const char *)sqlite3_column_text(statement, i));
		found = memory_grow(found, count, &capacity, sizeof(*found));
		found[count++] = (struct found_host){
			.id = sqlite3_column_int64(statement, 0),
			.list = sqlite3_column_int64(statement, 1),
			.host = {
				.list = words[2],
				.host = words[3],
				.port = (unsigned)sqlite3_column_int(
				    statement, 4),
				.ip = words[5],
				.sni = words[6],
				.starttls = words[7],
				.site = words[8],
			},
		};
	}
	sqlite3_finalize(statement);
	for (size_t i = 0; i < count; i++)
		found[i].changes = read_changes(file, found[i].id,
		    found[i].list, &found[i].host, &found[i].count);
	if (count > 1)
		qsort(found, count, sizeof(*found), by_breakage);
	for (size_t i = 0; i < count; i++) {
		if (found[i].count > 0)
			tell(context, &found[i].host, found[i].changes,
			    found[i].count);
		free(found[i].changes);
	}
	free(found);
	return 0;
}
