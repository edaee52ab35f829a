/*
 * Reading a policy, and what it says of a host.  Every mistake is reported
 * with its position in the document.  What becomes of the answers is decided
 * in the rules under audit/.
 */
#include "model/policy.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/columns.h"
#include "base/json.h"
#include "base/memory.h"
#include "model/finding.h"
#include "model/observation.h"

/* The lists of a policy: a member of the document each. */
enum policy_list_id {
	POLICY_EXPECT,	   /* struct policy_expectation */
	POLICY_THRESHOLDS, /* struct policy_threshold */
	POLICY_WAIVERS,	   /* struct policy_waiver */
	POLICY_IGNORE,	   /* nothing more than its hosts */
	POLICY_LISTS
};

struct policy_list {
	struct host_rules *hosts;
	void *entries; /* as many as `hosts` has rules */
};

struct policy {
	struct arena *arena;
	struct bytes text;
	struct policy_list lists[POLICY_LISTS];
};

enum { MOST_TEXT = 1000, MOST_DAYS = 36500, NAME_COLUMNS = 60 };

static const char schema[] = "fleetscan/policy/1";
static const char not_days[] = "is not a number of days from 1 to 36500";
static const char not_a_ca[] =
    "is not an object with one of cn, subject, sha256 and spki_sha256";
static const char not_a_date[] =
    "is not a date: 2027-01-31, or 2027-01-31T12:00:00Z";

/* The document while it is read; `error` once something is wrong. */
struct policy_reader {
	struct policy *policy;
	const char *name;
	char *error;
};

/* Where in the document: a member, or without one an element. */
struct position {
	const struct position *in; /* NULL: the document */
	const char *member;
	size_t index;
};

static void
append_position(struct text *out, const struct position *position)
{
	if (position == NULL)
		return;
	append_position(out, position->in);
	if (position->member == NULL) {
		text_printf(out, "[%zu]", position->index);
		return;
	}
	if (position->in != NULL)
		text_append_char(out, '.');
	text_append_cell(out, position->member, NAME_COLUMNS);
}

static bool
fail(struct policy_reader *reader, const struct position *position,
    const char *sentence)
{
	struct text error = { .size = 0 };

	text_printf(&error, "%s: ", reader->name);
	append_position(&error, position);
	text_printf(&error, "%s%s", position == NULL ? "" : ": ", sentence);
	reader->error = error.data;
	return false;
}

/* An object of these members, each once.  A typo must not go unnoticed. */
static bool
check_members(struct policy_reader *reader, const struct position *position,
    const struct json *object, const char *const members[])
{
	if (!json_is_object(object))
		return fail(reader, position, "is not an object");
	for (const struct json *at = json_first(object); at != NULL;
	     at = json_next(at)) {
		struct position here = { position, json_key(at), 0 };
		size_t i = 0;

		while (
		    members[i] != NULL && strcmp(members[i], json_key(at)) != 0)
			i++;
		if (members[i] == NULL)
			return fail(reader, &here, "no such member");
		if (json_get(object, json_key(at)) != at)
			return fail(reader, &here, "appears twice");
	}
	return true;
}

static bool
read_text(struct policy_reader *reader, const struct position *position,
    const struct json *json, const char **out)
{
	const char *text = json_string(json);

	if (json == NULL)
		return fail(reader, position, "is missing");
	if (text == NULL)
		return fail(reader, position, "is not a text");
	if (*text == '\0')
		return fail(reader, position, "is empty");
	if (strlen(text) > MOST_TEXT)
		return fail(reader, position, "is longer than 1000 octets");
	for (const char *at = text; *at != '\0'; at++)
		if (iscntrl((unsigned char)*at))
			return fail(
			    reader, position, "has a control character");
	*out = arena_string(reader->policy->arena, text);
	return true;
}

/* NULL stays what it was where the member is not there. */
static bool
read_optional_text(struct policy_reader *reader,
    const struct position *position, const struct json *object,
    const char *member, const char **out)
{
	struct position here = { position, member, 0 };
	const struct json *json = json_get(object, member);

	return json == NULL || read_text(reader, &here, json, out);
}

/* A list of at least one, or none at all: then `list` is NULL. */
static bool
check_list(struct policy_reader *reader, const struct position *position,
    const struct json *list)
{
	size_t count = json_length(list);

	if (list == NULL)
		return true;
	if (!json_is_array(list))
		return fail(reader, position, "is not a list");
	if (count == 0)
		return fail(reader, position, "is empty");
	if (count > POLICY_MOST_ENTRIES)
		return fail(reader, position, "has more than 10000 entries");
	return true;
}

static bool
read_names(struct policy_reader *reader, struct host_rules *rules,
    const struct position *position, const struct json *list,
    const char *(*name)(struct host_rules *, const char *))
{
	struct position here = { position, NULL, 0 };

	if (!check_list(reader, position, list))
		return false;
	for (const struct json *at = json_first(list); at != NULL;
	     at = json_next(at), here.index++) {
		const char *text, *fault;

		if (!read_text(reader, &here, at, &text))
			return false;
		fault = name(rules, text);
		if (fault != NULL)
			return fail(reader, &here, fault);
	}
	return true;
}

/* Tags come last: they narrow what sites and hosts name. */
static bool
read_hosts(struct policy_reader *reader, struct host_rules *rules,
    const struct position *position, const struct json *entry)
{
	static const struct {
		const char *member;
		const char *(*name)(struct host_rules *, const char *);
	} kinds[] = {
		{ "sites", host_rules_name_site },
		{ "hosts", host_rules_name_host },
		{ "tags", host_rules_name_tag },
	};
	size_t named = 0;

	host_rules_add(rules);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct position here = { position, kinds[i].member, 0 };
		const struct json *list = json_get(entry, kinds[i].member);

		if (!read_names(reader, rules, &here, list, kinds[i].name))
			return false;
		named += json_length(list);
	}
	return named > 0 ||
	       fail(reader, position, "names no sites, hosts or tags");
}

/* 64 hexadecimal digits, or as openssl x509 -fingerprint prints them. */
static bool
parse_fingerprint(const char *text, struct digest *digest)
{
	char hex[DIGEST_HEX_SIZE];
	size_t size = 0;

	for (; *text != '\0'; text++) {
		if (*text == ':' && size % 2 == 0)
			continue;
		if (size + 1 == sizeof(hex))
			return false;
		hex[size++] = *text;
	}
	hex[size] = '\0';
	return digest_from_hex(digest, hex);
}

static bool
read_ca(struct policy_reader *reader, const struct position *position,
    const struct json *object, struct policy_ca *ca)
{
	static const char *const members[] = {
		[POLICY_CA_CN] = "cn",
		[POLICY_CA_SUBJECT] = "subject",
		[POLICY_CA_SHA256] = "sha256",
		[POLICY_CA_SPKI] = "spki_sha256",
		NULL,
	};
	struct position here = { position, NULL, 0 };

	if (!json_is_object(object) || json_length(object) != 1)
		return fail(reader, position, not_a_ca);
	if (!check_members(reader, position, object, members))
		return false;
	here.member = json_key(json_first(object));
	if (!read_text(reader, &here, json_first(object), &ca->text))
		return false;
	while (strcmp(members[ca->kind], here.member) != 0)
		ca->kind++;
	if ((ca->kind == POLICY_CA_SHA256 || ca->kind == POLICY_CA_SPKI) &&
	    !parse_fingerprint(ca->text, &ca->digest))
		return fail(
		    reader, &here, "is not a SHA-256: 64 hexadecimal digits");
	return true;
}

static bool
read_cas(struct policy_reader *reader, const struct position *position,
    const struct json *entry, const char *member, struct policy_cas *out)
{
	struct position list_position = { position, member, 0 };
	struct position here = { &list_position, NULL, 0 };
	const struct json *list = json_get(entry, member);
	struct policy_ca *cas;

	if (!check_list(reader, &list_position, list))
		return false;
	cas =
	    arena_array(reader->policy->arena, json_length(list), sizeof(*cas));
	for (const struct json *at = json_first(list); at != NULL;
	     at = json_next(at), here.index++)
		if (!read_ca(reader, &here, at, &cas[here.index]))
			return false;
	*out = (struct policy_cas){ cas, here.index };
	return true;
}

static bool
read_expectation(struct policy_reader *reader, const struct position *position,
    const struct json *entry, void *out)
{
	struct policy_expectation *expectation = out;

	if (!read_cas(reader, position, entry, "roots", &expectation->roots) ||
	    !read_cas(
		reader, position, entry, "issuers", &expectation->issuers))
		return false;
	return expectation->roots.count + expectation->issuers.count > 0 ||
	       fail(reader, position, "expects neither roots nor issuers");
}

static bool
read_days(struct policy_reader *reader, const struct position *position,
    const struct json *entry, const char *member, unsigned *days)
{
	struct position here = { position, member, 0 };
	const struct json *json = json_get(entry, member);
	int64_t value = json_integer(json, 0);

	if (json == NULL)
		return true;
	if (value < 1 || value > MOST_DAYS)
		return fail(reader, &here, not_days);
	*days = (unsigned)value;
	return true;
}

static bool
read_threshold(struct policy_reader *reader, const struct position *position,
    const struct json *entry, void *out)
{
	struct policy_threshold *threshold = out;
	struct position critical = { position, "crit_days", 0 };

	if (!read_days(
		reader, position, entry, "warn_days", &threshold->warn_days) ||
	    !read_days(
		reader, position, entry, "crit_days", &threshold->crit_days))
		return false;
	if (threshold->warn_days == 0 && threshold->crit_days == 0)
		return fail(
		    reader, position, "sets neither warn_days nor crit_days");
	if (threshold->warn_days != 0 &&
	    threshold->crit_days > threshold->warn_days)
		return fail(reader, &critical, "is more than warn_days");
	return true;
}

/*
 * A day itself still counts, to its last second.  Bare numbers and offsets,
 * which options take, would be dates that are hard to read or that move.
 */
static bool
parse_until(const char *text, int64_t *until)
{
	enum { DAY = 86400, DATE_SIZE = 10 };

	if (strlen(text) < DATE_SIZE || text[4] != '-' ||
	    !clock_parse(text, 0, until))
		return false;
	if (text[DATE_SIZE] == '\0')
		*until += DAY - 1;
	return true;
}

static bool
check_waived(struct policy_reader *reader, const struct position *position,
    const struct policy_waiver *waiver)
{
	struct position finding = { position, "finding", 0 };

	if (waiver->finding == NULL && waiver->cause == NULL)
		return fail(
		    reader, position, "waives neither a finding nor a cause");
	if (waiver->finding == NULL)
		return true;
	if (finding_id_find(waiver->finding) == FINDING_NONE)
		return fail(reader, &finding, "no such class or finding");
	if (finding_id_find(waiver->finding) == FINDING_WAIVER_EXPIRED)
		return fail(reader, &finding, "cannot be waived");
	return true;
}

static bool
read_waiver(struct policy_reader *reader, const struct position *position,
    const struct json *entry, void *out)
{
	struct policy_waiver *waiver = out;
	struct position reason = { position, "reason", 0 };
	struct position until = { position, "until", 0 };

	if (!read_optional_text(
		reader, position, entry, "finding", &waiver->finding) ||
	    !read_optional_text(
		reader, position, entry, "cause", &waiver->cause) ||
	    !check_waived(reader, position, waiver) ||
	    !read_text(
		reader, &reason, json_get(entry, "reason"), &waiver->reason) ||
	    !read_text(
		reader, &until, json_get(entry, "until"), &waiver->until_text))
		return false;
	return parse_until(waiver->until_text, &waiver->until) ||
	       fail(reader, &until, not_a_date);
}

#define HOSTS "sites", "hosts", "tags", "reason"

/* Adding a list is a row here and a question in policy.h. */
static const struct list_kind {
	const char *member;
	const char *const *members; /* of an entry */
	size_t size;		    /* 0: an entry has only its hosts */
	bool (*read)(struct policy_reader *, const struct position *,
	    const struct json *entry, void *out);
} list_kinds[POLICY_LISTS] = {
	[POLICY_EXPECT] = { "expect",
	    (const char *const[]){ HOSTS, "roots", "issuers", NULL },
	    sizeof(struct policy_expectation), read_expectation },
	[POLICY_THRESHOLDS] = { "thresholds",
	    (const char *const[]){ HOSTS, "warn_days", "crit_days", NULL },
	    sizeof(struct policy_threshold), read_threshold },
	[POLICY_WAIVERS] = { "waivers",
	    (const char *const[]){ HOSTS, "finding", "cause", "until", NULL },
	    sizeof(struct policy_waiver), read_waiver },
	[POLICY_IGNORE] = { "ignore", (const char *const[]){ HOSTS, NULL }, 0,
	    NULL },
};

/* A reason says why the entry is there; only waivers need one. */
static bool
read_entry(struct policy_reader *reader, const struct position *position,
    const struct json *entry, enum policy_list_id id, size_t index)
{
	const struct list_kind *kind = &list_kinds[id];
	struct policy_list *list = &reader->policy->lists[id];
	const char *reason;

	if (!check_members(reader, position, entry, kind->members) ||
	    !read_hosts(reader, list->hosts, position, entry) ||
	    !read_optional_text(reader, position, entry, "reason", &reason))
		return false;
	return kind->read == NULL ||
	       kind->read(reader, position, entry,
		   (char *)list->entries + index * kind->size);
}

static bool
read_list(struct policy_reader *reader, const struct json *document,
    enum policy_list_id id)
{
	const struct list_kind *kind = &list_kinds[id];
	const struct json *list = json_get(document, kind->member);
	struct position position = { NULL, kind->member, 0 };
	struct position here = { &position, NULL, 0 };

	if (!check_list(reader, &position, list))
		return false;
	reader->policy->lists[id].entries =
	    arena_array(reader->policy->arena, json_length(list), kind->size);
	for (const struct json *at = json_first(list); at != NULL;
	     at = json_next(at), here.index++)
		if (!read_entry(reader, &here, at, id, here.index))
			return false;
	return true;
}

/* "$schema" is how editors find the schema. */
static bool
read_document(struct policy_reader *reader, const struct json *document)
{
	static const char *const members[] = { "$schema", "schema", "expect",
		"thresholds", "waivers", "ignore", NULL };
	const struct position position = { NULL, "schema", 0 };
	const char *version = json_string(json_get(document, "schema"));

	if (!check_members(reader, NULL, document, members))
		return false;
	if (version == NULL || strcmp(version, schema) != 0)
		return fail(reader, &position, "is not \"fleetscan/policy/1\"");
	for (size_t i = 0; i < POLICY_LISTS; i++)
		if (!read_list(reader, document, (enum policy_list_id)i))
			return false;
	return true;
}

struct policy *
policy_read(struct bytes text, const char *name, char **error)
{
	struct policy *policy = memory_new(sizeof(*policy));
	struct policy_reader reader = { .policy = policy, .name = name };
	struct json *document;
	char reason[80];

	policy->arena = arena_new();
	for (size_t i = 0; i < POLICY_LISTS; i++)
		policy->lists[i].hosts = host_rules_new();
	policy->text = arena_bytes(policy->arena, text);
	document = json_parse(text, reason);
	if (document == NULL)
		fail(&reader, NULL, reason);
	else
		read_document(&reader, document);
	json_free(document);
	if (reader.error == NULL)
		return policy;
	policy_free(policy);
	*error = reader.error;
	return NULL;
}

void
policy_free(struct policy *policy)
{
	if (policy == NULL)
		return;
	for (size_t i = 0; i < POLICY_LISTS; i++)
		host_rules_free(policy->lists[i].hosts);
	arena_free(policy->arena);
	free(policy);
}

struct bytes
policy_text(const struct policy *policy)
{
	return policy->text;
}

struct host_subject
policy_subject(const struct observation *seen)
{
	return (struct host_subject){
		.host = seen->host,
		.site = seen->site,
		.port = seen->port,
		.tags = seen->tags,
		.tag_count = seen->tag_count,
	};
}

static size_t
find(const struct policy *policy, enum policy_list_id id,
    const struct host_subject *subject, size_t from)
{
	return host_rules_next(policy->lists[id].hosts, subject, from);
}

bool
policy_ignores(const struct policy *policy, const struct host_subject *subject)
{
	return find(policy, POLICY_IGNORE, subject, 0) != HOST_RULES_NONE;
}

const struct policy_expectation *
policy_expectation_of(
    const struct policy *policy, const struct host_subject *subject)
{
	const struct policy_expectation *all =
	    policy->lists[POLICY_EXPECT].entries;
	size_t at = find(policy, POLICY_EXPECT, subject, 0);

	return at == HOST_RULES_NONE ? NULL : &all[at];
}

const struct policy_threshold *
policy_threshold_of(
    const struct policy *policy, const struct host_subject *subject)
{
	const struct policy_threshold *all =
	    policy->lists[POLICY_THRESHOLDS].entries;
	size_t at = find(policy, POLICY_THRESHOLDS, subject, 0);

	return at == HOST_RULES_NONE ? NULL : &all[at];
}

const struct policy_waiver *
policy_next_waiver(
    const struct policy *policy, const struct host_subject *subject, size_t *at)
{
	const struct policy_waiver *all = policy->lists[POLICY_WAIVERS].entries;
	size_t found = find(policy, POLICY_WAIVERS, subject, *at);

	if (found == HOST_RULES_NONE)
		return NULL;
	*at = found + 1;
	return &all[found];
}

static bool
ca_is(const struct policy_ca *ca, const struct certificate *certificate)
{
	switch (ca->kind) {
	case POLICY_CA_CN:
		return string_equal(certificate->subject_cn, ca->text);
	case POLICY_CA_SUBJECT:
		return string_equal(certificate->subject, ca->text);
	case POLICY_CA_SHA256:
		return digest_equal(&certificate->sha256, &ca->digest);
	case POLICY_CA_SPKI:
		return digest_equal(&certificate->spki_sha256, &ca->digest);
	}
	return false;
}

bool
policy_cas_hold(
    const struct policy_cas *cas, const struct certificate *certificate)
{
	for (size_t i = 0; i < cas->count; i++)
		if (ca_is(&cas->list[i], certificate))
			return true;
	return cas->count == 0;
}
