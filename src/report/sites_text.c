/*
 * What differs, in words.  Strings of hosts pass through the functions of
 * base/columns.h, which escape control characters.
 */
#include "report/sites_text.h"

#include "base/clock.h"
#include "base/columns.h"
#include "report/showcerts.h"

enum { HOST_COLUMNS = 16, BODY_COLUMN = 18, CLIENTS_SHOWN = 4 };

/* "issuer X", "1 certificate". */
static const char *
value_text(struct arena *arena, enum site_field field, const char *value)
{
	switch (field) {
	case SITE_FIELD_ISSUER:
		return arena_printf(arena, "issuer %s", value);
	case SITE_FIELD_ROOT:
		return arena_printf(arena, "root %s", value);
	case SITE_FIELD_RECEIVED:
		return arena_printf(arena, "%s certificate%s", value,
		    strcmp(value, "1") == 0 ? "" : "s");
	case SITE_FIELD_KEY:
		return arena_printf(arena, "key %s", value);
	default:
		return value;
	}
}

static const char *
expiry_text(struct arena *arena, const struct site_difference *difference)
{
	return arena_printf(arena, "expires %lld days before the others",
	    (long long)difference->days);
}

static const char *
difference_text(struct arena *arena, const struct site_difference *difference)
{
	if (difference->field == SITE_FIELD_EXPIRY)
		return expiry_text(arena, difference);
	return value_text(arena, difference->field, difference->value);
}

/* The name, and the address where the name has several. */
static const char *
with_address(
    struct arena *arena, const char *name, const struct site_outlier *outlier)
{
	return outlier->grouped && outlier->ip != NULL
		   ? arena_printf(arena, "%s at %s", name, outlier->ip)
		   : name;
}

const char *
sites_outlier_name(struct arena *arena, const struct site_outlier *outlier)
{
	const char *name =
	    outlier->port == 443
		? outlier->host
		: arena_printf(arena,
		      strchr(outlier->host, ':') != NULL ? "[%s]:%u" : "%s:%u",
		      outlier->host, (unsigned)outlier->port);

	return with_address(arena, name, outlier);
}

/* Within its site a host is named by its first labels. */
static const char *
short_name(
    struct arena *arena, const char *site, const struct site_outlier *outlier)
{
	size_t host = strlen(outlier->host), end = strlen(site) + 1;
	char *name;

	if (host <= end || outlier->host[host - end] != '.' ||
	    strcmp(outlier->host + host - end + 1, site) != 0)
		return sites_outlier_name(arena, outlier);
	name = arena_string(arena, outlier->host);
	name[host - end] = '\0';
	return with_address(arena,
	    outlier->port == 443
		? name
		: arena_printf(arena, "%s:%u", name, (unsigned)outlier->port),
	    outlier);
}

const char *
sites_comparison_text(
    struct arena *arena, const struct site_difference differs[], size_t count)
{
	const char *words = NULL;

	for (size_t i = 0; i < count; i++) {
		bool sends = differs[i].field == SITE_FIELD_RECEIVED;
		const char *one =
		    differs[i].field == SITE_FIELD_EXPIRY
			? expiry_text(arena, &differs[i])
			: arena_printf(arena, "%s%s, siblings %s %s",
			      sends ? "sends " : "",
			      difference_text(arena, &differs[i]),
			      sends ? "send" : "have", differs[i].usual);

		words = list_text(arena, words, "; ", one);
	}
	return words;
}

void
sites_append_headline(struct sites *sites, const struct site_group *group,
    struct archive *archive, struct text *out)
{
	struct arena *arena = arena_new();
	struct site_outlier odd;
	const char *words;

	if (group->outliers > 0 &&
	    sites_outlier(sites, group, 0, archive, arena, &odd)) {
		words = arena_printf(arena, "%s: %s",
		    sites_outlier_name(arena, &odd), odd.title);
		if (odd.difference_count > 0)
			words = list_text(arena, words, "; ",
			    sites_comparison_text(
				arena, odd.differs, odd.difference_count));
		if (odd.backend != NULL)
			words = list_text(arena, words, "; ", odd.backend);
		if (odd.failing_count > 0)
			words = list_text(arena, words, "; fails in ",
			    names_text(arena, odd.clients_failing,
				odd.failing_count, CLIENTS_SHOWN));
		cell_append_wrapped(out, words, 0);
	}
	arena_free(arena);
}

const char *
sites_usual_text(struct arena *arena, const struct site_group *group)
{
	const char *list = group->usual[SITE_FIELD_ISSUER];
	const char *root = group->usual[SITE_FIELD_ROOT];

	if (root != NULL)
		list = list_text(arena, list, " <- ", root);
	for (unsigned i = SITE_FIELD_RECEIVED; i < SITE_VALUES; i++)
		if (group->usual[i] != NULL)
			list = list_text(arena, list, ", ",
			    value_text(
				arena, (enum site_field)i, group->usual[i]));
	return list == NULL ? "nothing: its hosts have too little in common"
			    : list;
}

static const char *
heading_text(struct arena *arena, const struct site_group *group)
{
	static const char *const notes[BASELINE_COUNT] = {
		[BASELINE_HEALTHY] = "",
		[BASELINE_ALL] = " (of them all: none is healthy)",
		[BASELINE_NONE] = "",
	};
	const char *hosts = arena_printf(arena, "%s host%s, %s ok",
	    count_text(arena, group->hosts), plural(group->hosts),
	    count_text(arena, group->ok));

	if (group->baseline == BASELINE_NONE)
		return arena_printf(
		    arena, "%s; none delivered a certificate", hosts);
	hosts = arena_printf(arena, "%s; usual: %s%s", hosts,
	    sites_usual_text(arena, group), notes[group->baseline]);
	if (!group->dated)
		return hosts;
	if (group->earliest == group->latest)
		return arena_printf(arena, "%s; until %s", hosts,
		    date_text(arena, group->latest));
	return arena_printf(arena, "%s; until %s to %s", hosts,
	    date_text(arena, group->earliest), date_text(arena, group->latest));
}

const char *
sites_outlier_text(struct arena *arena, const struct site_outlier *outlier)
{
	const char *words = NULL;

	for (size_t i = 0; i < outlier->difference_count; i++)
		words = list_text(arena, words, " · ",
		    difference_text(arena, &outlier->differs[i]));
	if (outlier->backend != NULL)
		words = list_text(arena, words, " · ", outlier->backend);
	/* Where nothing was delivered, there was nothing to refuse. */
	if (outlier->failing_count > 0 &&
	    outlier->class_id != CLASS_UNREACHABLE &&
	    outlier->class_id != CLASS_NO_TLS)
		words = list_text(arena, words, " · ",
		    arena_printf(arena, "refused by %s",
			names_text(arena, outlier->clients_failing,
			    outlier->failing_count, CLIENTS_SHOWN)));
	return words;
}

static void
append_outlier(struct text *out, struct arena *arena,
    const struct site_group *group, const struct site_outlier *outlier)
{
	const char *name = short_name(arena, group->site, outlier);
	const char *words = sites_outlier_text(arena, outlier);
	size_t start;

	if (!outlier->good)
		words = words == NULL
			    ? outlier->title
			    : list_text(arena, outlier->title, " · ", words);
	text_append(out, outlier->good ? "  " : "! ");
	start = out->size;
	text_append_cell(out, name, SIZE_MAX);
	/* A long name has a line of its own. */
	if (out->size - start >= HOST_COLUMNS)
		text_printf(out, "\n%*s", BODY_COLUMN, "");
	else
		text_printf(
		    out, "%*s", (int)(HOST_COLUMNS - (out->size - start)), "");
	cell_append_wrapped(out, words, BODY_COLUMN);
}

void
sites_append_text(struct sites *sites, const struct site_group *group,
    struct archive *archive, struct text *out)
{
	struct arena *arena = arena_new();
	struct site_outlier *list;
	size_t count, start = out->size, column;

	list = sites_outliers(sites, group, archive, arena, &count);
	text_append_cell(out, group->site, SIZE_MAX);
	text_append(out, "   ");
	column = out->size - start;
	if (column > 3 * BODY_COLUMN) {
		text_printf(out, "\n%*s", BODY_COLUMN, "");
		column = BODY_COLUMN;
	}
	cell_append_wrapped(out, heading_text(arena, group), column);
	for (size_t i = 0; i < count; i++)
		append_outlier(out, arena, group, &list[i]);
	arena_free(arena);
}

static void
append_chain(struct archive *archive, size_t record,
    const struct audit_settings *settings, struct text *out)
{
	struct arena *arena = arena_new();
	struct result result;

	if (archive_read(archive, record, arena, &result, NULL)) {
		text_append_char(out, '\n');
		showcerts_append(out, archive, &result, settings);
	}
	arena_free(arena);
}

void
sites_append_chains(struct sites *sites, const struct site_group *group,
    struct archive *archive, const struct audit_settings *settings,
    struct text *out)
{
	struct arena *arena = arena_new();
	struct site_outlier *list;
	size_t count;

	list = sites_outliers(sites, group, archive, arena, &count);
	for (size_t i = 0; i < count; i++)
		append_chain(archive, list[i].record, settings, out);
	for (size_t i = 0; i < group->hosts; i++)
		if (!sites_is_outlier(sites, group, i))
			append_chain(archive, sites_record(sites, group, i),
			    settings, out);
	arena_free(arena);
}
