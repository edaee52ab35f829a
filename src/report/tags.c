/*
 * tags.csv, a row a tag of the list, and for each tag a mail to whom it stands
 * for: which hosts are broken, why, and what to do.  Mails are kept in memory
 * while records pass, so they are bounded in number and length.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/columns.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/map.h"
#include "base/memory.h"
#include "model/tag.h"
#include "report/mail.h"
#include "report/writer.h"

enum { MAILS_MOST = 500, HOSTS_MOST = 100 };

static const char *const columns[] = { "tag", "hosts", "ok", "notice",
	"warning", "error", "worst", "mail" };

struct tag_mail {
	char *tag;
	struct text hosts;
	size_t told;
};

struct tag_mails {
	struct map *map; /* by tag */
};

static void
begin(struct sheet *sheet)
{
	struct tag_mails *mails = memory_new(sizeof(*mails));
	struct csv_row row;

	mails->map = map_new();
	sheet->own = mails;
	csv_begin(&row, &sheet->line);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		csv_string(&row, columns[i]);
	csv_end(&row);
}

static void
free_mails(void *own)
{
	struct tag_mails *mails = own;
	struct bytes key;
	void *value;

	if (mails == NULL)
		return;
	for (size_t at = 0; map_next(mails->map, &at, &key, &value);) {
		struct tag_mail *mail = value;

		free(mail->tag);
		text_free(&mail->hosts);
		free(mail);
	}
	map_free(mails->map);
	free(mails);
}

/* NULL: there are as many as there may be. */
static struct tag_mail *
mail_for(struct tag_mails *mails, const char *tag)
{
	struct tag_mail *mail = map_get(mails->map, bytes_from_string(tag));

	if (mail != NULL || map_count(mails->map) == MAILS_MOST)
		return mail;
	mail = memory_new(sizeof(*mail));
	mail->tag = memory_string(tag);
	map_put(mails->map, bytes_from_string(mail->tag), mail);
	return mail;
}

/* The host, what is wrong with it, what repairs it. */
static void
append_host(
    struct text *out, struct arena *scratch, const struct result *result)
{
	const struct verdict *verdict = &result->verdict;
	const struct finding *finding = result_worst_finding(result);
	const struct finding_text *text = NULL;

	if (finding != NULL)
		text = finding_text_find(finding->id, finding->cause);
	cell_append(out, severity_word(verdict->severity), 8);
	text_append_cell(out, result_place(scratch, result), SIZE_MAX);
	text_append(out, "\n        ");
	if (finding == NULL) {
		cell_append_wrapped(out, class_word(verdict->class_id), 8);
		return;
	}
	cell_append_wrapped(out,
	    arena_printf(scratch, "%s%s%s",
		text == NULL ? finding->id : text->title,
		finding->detail == NULL ? "" : ": ",
		finding->detail == NULL ? "" : finding->detail),
	    8);
	if (text == NULL)
		return;
	text_append(out, "        ");
	cell_append_wrapped(
	    out, arena_printf(scratch, "Repair: %s", text->advice), 8);
}

static void
add_result(struct sheet *sheet, const struct result *result)
{
	const struct observation *seen = &result->seen;

	for (size_t i = 0; i < seen->tag_count; i++) {
		struct tag_mail *mail = mail_for(sheet->own, seen->tags[i]);

		if (mail == NULL ||
		    result->verdict.severity < SEVERITY_WARNING ||
		    mail->told == HOSTS_MOST)
			continue;
		mail->told++;
		append_host(&mail->hosts, sheet->scratch, result);
	}
}

static uint64_t
count_bad(const struct tally_tag *tag)
{
	return tag->severities[SEVERITY_WARNING] +
	       tag->severities[SEVERITY_ERROR];
}

static void
compose(const struct sheet *sheet, const struct tally_tag *tag,
    const struct tag_mail *mail, struct text *out)
{
	struct arena *scratch = sheet->scratch;
	struct text body = { .size = 0 };
	uint64_t bad = count_bad(tag);
	const char *directory = sheet->run->directory;

	if (mail->hosts.size > 0)
		text_append(&body, mail->hosts.data);
	if (bad > mail->told)
		text_printf(&body, "and %s more, in hosts.csv\n",
		    count_text(scratch, bad - mail->told));
	if (bad == 0)
		text_append(&body, "Nothing is to be done.\n");
	text_append_char(&body, '\n');
	mail_append_place(&body, "run: ", directory, "");
	if (tag->classes[CLASS_MISSING_INTERMEDIATE] > 0)
		mail_append_place(&body, "repair kit: fleetscan fix --by-tag ",
		    directory, "");
	mail_append(out,
	    arena_printf(scratch,
		"fleetscan: %s: %s of %s host%s to repair, %s to look at",
		tag->name, count_text(scratch, tag->severities[SEVERITY_ERROR]),
		count_text(scratch, tag->hosts), plural(tag->hosts),
		count_text(scratch, tag->severities[SEVERITY_WARNING])),
	    &body);
	text_free(&body);
}

/* Its name below the run directory, or NULL with an errno. */
static const char *
write_mail(struct sheet *sheet, const struct tally_tag *tag)
{
	const struct tag_mails *mails = sheet->own;
	const struct tag_mail *mail =
	    map_get(mails->map, bytes_from_string(tag->name));
	struct text text = { .size = 0 };
	const char *name;
	char *path;

	if (mail == NULL || sheet->failure != 0)
		return NULL;
	name = arena_printf(sheet->scratch, "by-tag/%s/mail.txt",
	    tag_folder(sheet->scratch, tag->name));
	path = file_join(sheet->run->directory, name);
	compose(sheet, tag, mail, &text);
	if (file_make_parents(path) < 0 ||
	    file_write_unsynced(path, bytes_of(text.data, text.size)) < 0)
		sheet->failure = errno;
	free(path);
	text_free(&text);
	return name;
}

static void
append_tag(struct sheet *sheet, const struct tally_tag *tag, const char *mail)
{
	struct csv_row row;

	csv_begin(&row, &sheet->line);
	csv_string(&row, tag->name);
	csv_integer(&row, (int64_t)tag->hosts);
	for (int i = SEVERITY_OK; i < SEVERITY_COUNT; i++)
		csv_integer(&row, (int64_t)tag->severities[i]);
	csv_string(&row, class_word(tally_tag_worst(tag)));
	csv_string(&row, mail);
	csv_end(&row);
}

static void
finish(struct sheet *sheet)
{
	const struct tally_tags *tags = sheet->tally->tags;
	size_t count;
	const struct tally_tag **list = tally_tags_list(tags, &count);
	struct tally_tag rest = tally_tags_rest(tags, list, count, count);

	for (size_t i = 0; i < count; i++)
		append_tag(sheet, list[i], write_mail(sheet, list[i]));
	/* No tag of a list is empty. */
	rest.name = "";
	if (rest.hosts > 0)
		append_tag(sheet, &rest, NULL);
	free(list);
}

const struct writer tags_writer = {
	.file = "tags.csv",
	.by_tag = true,
	.begin = begin,
	.result = add_result,
	.finish = finish,
	.free_own = free_mails,
};
