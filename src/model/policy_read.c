/*
 * Reading a policy: every mistake is named with its place in the document,
 * and none is passed over.  What the entries mean is in policy.c.
 */
#include <ctype.h>

#include "base/clock.h"
#include "base/columns.h"
#include "base/json.h"
#include "base/memory.h"
#include "model/finding.h"
#include "model/policy.h"
#include "model/policy_internal.h"

enum { MOST_TEXT = 1000, MOST_DAYS = 36500, PLACE_COLUMNS = 60 };

static const char schema[] = "fleetscan/policy/1";
static const char not_days[] = "is not a number of days from 1 to 36500";
static const char not_a_ca[] =
    "is not an object with one of cn, subject, sha256 and spki_sha256";
static const char not_a_date[] =
    "is not a date: 2027-01-31, or 2027-01-31T12:00:00Z";

/* The document while it is read; `error` once something is wrong. */
struct reader {
	struct policy *policy;
	const char *name;
	char *error;
};

/* Where in the document: a member, or without one an element. */
struct place {
	const struct place *in; /* NULL: the document */
	const char *member;
	size_t index;
};

static void
append_place(struct text *out, const struct place *place)
{
	if (place == NULL)
		return;
	append_place(out, place->in);
	if (place->member == NULL) {
		text_printf(out, "[%zu]", place->index);
		return;
	}
	if (place->in != NULL)
		text_append_char(out, '.');
	text_append_cell(out, place->member, PLACE_COLUMNS);
}

static bool
fail(struct reader *reader, const struct place *place, const char *sentence)
{
	struct text error = { .size = 0 };

	text_printf(&error, "%s: ", reader->name);
	append_place(&error, place);
	text_printf(&error, "%s%s", place == NULL ? "" : ": ", sentence);
	reader->error = error.data;
	return false;
}

static bool
is_one_of(const char *word, const char *const words[])
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

/* An object of these members, each once.  A typo must not go unnoticed. */
static bool
check_members(struct reader *reader, const struct place *place,
    const struct json *object, const char *const members[])
{
	if (!json_is_object(object))
		return fail(reader, place, "is not an object");
	for (const struct json *at = json_first(object); at != NULL;
	     at = json_next(at)) {
		struct place here = { place, json_key(at), 0 };

		if (!is_one_of(json_key(at), members))
			return fail(reader, &here, "no such member");
		if (json_get(object, json_key(at)) != at)
			return fail(reader, &here, "appears twice");
	}
	return true;
}

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if (iscntrl((unsigned char)*text))
			return true;
	return false;
}

static bool
read_text(struct reader *reader, const struct place *place,
    const struct json *json, const char **out)
{
	const char *text = json_string(json);

	if (json == NULL)
		return fail(reader, place, "is missing");
	if (text == NULL)
		return fail(reader, place, "is not a text");
	if (*text == '\0')
		return fail(reader, place, "is empty");
	if (strlen(text) > MOST_TEXT)
		return fail(reader, place, "is longer than 1000 octets");
	if (has_control(text))
		return fail(reader, place, "has a control character");
	*out = arena_string(reader->policy->arena, text);
	return true;
}

/* NULL stays what it was where the member is not there. */
static bool
read_optional_text(struct reader *reader, const struct place *place,
    const struct json *object, const char *member, const char **out)
{
	struct place here = { place, member, 0 };
	const struct json *json = json_get(object, member);

	return json == NULL || read_text(reader, &here, json, out);
}

/* A list of at least one, or none at all: then `list` is NULL. */
static bool
check_list(
    struct reader *reader, const struct place *place, const struct json *list)
{
	size_t count = json_length(list);

	if (list == NULL)
		return true;
	if (!json_is_array(list))
		return fail(reader, place, "is not a list");
	if (count == 0)
		return fail(reader, place, "is empty");
	if (count > POLICY_MOST_ENTRIES)
		return fail(reader, place, "has more than 10000 entries");
	return true;
}

static bool
read_names(struct reader *reader, struct host_rules *rules,
    const struct place *place, const struct json *list,
    const char *(*name)(struct host_rules *, const char *))
{
	struct place here = { place, NULL, 0 };

	if (!check_list(reader, place, list))
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
read_hosts(struct reader *reader, struct host_rules *rules,
    const struct place *place, const struct json *entry)
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
		struct place here = { place, kinds[i].member, 0 };
		const struct json *list = json_get(entry, kinds[i].member);

		if (!read_names(reader, rules, &here, list, kinds[i].name))
			return false;
		named += json_length(list);
	}
	return named > 0 ||
	       fail(reader, place, "names no sites, hosts or tags");
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
read_ca(struct reader *reader, const struct place *place,
    const struct json *object, struct policy_ca *ca)
{
	static const char *const members[] = {
		[POLICY_CA_CN] = "cn",
		[POLICY_CA_SUBJECT] = "subject",
		[POLICY_CA_SHA256] = "sha256",
		[POLICY_CA_SPKI] = "spki_sha256",
		NULL,
	};
	struct place here = { place, NULL, 0 };

	if (!json_is_object(object) || json_length(object) != 1)
		return fail(reader, place, not_a_ca);
	if (!check_members(reader, place, object, members))
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
read_cas(struct reader *reader, const struct place *place,
    const struct json *entry, const char *member, struct policy_cas *out)
{
	struct place list_place = { place, member, 0 };
	struct place here = { &list_place, NULL, 0 };
	const struct json *list = json_get(entry, member);
	struct policy_ca *cas;

	if (!check_list(reader, &list_place, list))
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
read_expectation(struct reader *reader, const struct place *place,
    const struct json *entry, void *out)
{
	struct policy_expectation *expectation = out;

	if (!read_cas(reader, place, entry, "roots", &expectation->roots) ||
	    !read_cas(reader, place, entry, "issuers", &expectation->issuers))
		return false;
	return expectation->roots.count + expectation->issuers.count > 0 ||
	       fail(reader, place, "expects neither roots nor issuers");
}

static bool
read_days(struct reader *reader, const struct place *place,
    const struct json *entry, const char *member, unsigned *days)
{
	struct place here = { place, member, 0 };
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
read_threshold(struct reader *reader, const struct place *place,
    const struct json *entry, void *out)
{
	struct policy_threshold *threshold = out;
	struct place critical = { place, "crit_days", 0 };

	if (!read_days(
		reader, place, entry, "warn_days", &threshold->warn_days) ||
	    !read_days(
		reader, place, entry, "crit_days", &threshold->crit_days))
		return false;
	if (threshold->warn_days == 0 && threshold->crit_days == 0)
		return fail(
		    reader, place, "sets neither warn_days nor crit_days");
	if (threshold->warn_days != 0 &&
	    threshold->crit_days > threshold->warn_days)
		return fail(reader, &critical, "is more than warn_days");
	return true;
}

/*
 * A day itself still counts, to its last second.  Bare numbers and offsets,
 * which options take, would be dates that nobody can read or that move.
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
check_waived(struct reader *reader, const struct place *place,
    const struct policy_waiver *waiver)
{
	struct place finding = { place, "finding", 0 };

	if (waiver->finding == NULL && waiver->cause == NULL)
		return fail(
		    reader, place, "waives neither a finding nor a cause");
	if (waiver->finding == NULL)
		return true;
	if (finding_id_find(waiver->finding) == FINDING_NONE)
		return fail(reader, &finding, "no such class or finding");
	if (finding_id_find(waiver->finding) == FINDING_WAIVER_EXPIRED)
		return fail(reader, &finding, "cannot be waived");
	return true;
}

static bool
read_waiver(struct reader *reader, const struct place *place,
    const struct json *entry, void *out)
{
	struct policy_waiver *waiver = out;
	struct place reason = { place, "reason", 0 };
	struct place until = { place, "until", 0 };

	if (!read_optional_text(
		reader, place, entry, "finding", &waiver->finding) ||
	    !read_optional_text(
		reader, place, entry, "cause", &waiver->cause) ||
	    !check_waived(reader, place, waiver) ||
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
	bool (*read)(struct reader *, const struct place *,
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
read_entry(struct reader *reader, const struct place *place,
    const struct json *entry, enum policy_list_id id, size_t index)
{
	const struct list_kind *kind = &list_kinds[id];
	struct policy_list *list = &reader->policy->lists[id];
	const char *reason;

	if (!check_members(reader, place, entry, kind->members) ||
	    !read_hosts(reader, list->hosts, place, entry) ||
	    !read_optional_text(reader, place, entry, "reason", &reason))
		return false;
	return kind->read == NULL ||
	       kind->read(reader, place, entry,
		   (char *)list->entries + index * kind->size);
}

static bool
read_list(
    struct reader *reader, const struct json *document, enum policy_list_id id)
{
	const struct list_kind *kind = &list_kinds[id];
	const struct json *list = json_get(document, kind->member);
	struct place place = { NULL, kind->member, 0 };
	struct place here = { &place, NULL, 0 };

	if (!check_list(reader, &place, list))
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
read_document(struct reader *reader, const struct json *document)
{
	static const char *const members[] = { "$schema", "schema", "expect",
		"thresholds", "waivers", "ignore", NULL };
	const struct place place = { NULL, "schema", 0 };
	const char *version = json_string(json_get(document, "schema"));

	if (!check_members(reader, NULL, document, members))
		return false;
	if (version == NULL || strcmp(version, schema) != 0)
		return fail(reader, &place, "is not \"fleetscan/policy/1\"");
	for (size_t i = 0; i < POLICY_LISTS; i++)
		if (!read_list(reader, document, (enum policy_list_id)i))
			return false;
	return true;
}

struct policy *
policy_read(struct bytes text, const char *name, char **error)
{
	struct reader reader = { .policy = policy_new(), .name = name };
	struct json *document;
	char reason[80];

	reader.policy->text = arena_bytes(reader.policy->arena, text);
	document = json_parse(text, reason);
	if (document == NULL)
		fail(&reader, NULL, reason);
	else
		read_document(&reader, document);
	json_free(document);
	if (reader.error == NULL)
		return reader.policy;
	policy_free(reader.policy);
	*error = reader.error;
	return NULL;
}
