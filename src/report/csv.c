/*
 * hosts.csv: one row a record, for spreadsheets and scripts.  How a field is
 * quoted and made safe is in base/csv.c.
 */
#include "base/csv.h"
#include "base/clock.h"
#include "report/writer.h"

static const char *const columns[] = {
	"host",
	"port",
	"ip",
	"site",
	"status",
	"class",
	"cause",
	"severity",
	"refused_by",
	"issuer_cn",
	"root_cn",
	"subject_cn",
	"not_after",
	"days_left",
	"missing",
	"missing_from",
	"key",
	"tls_version",
	"received",
	"error",
	"tags",
	"input",
	"ordinal",
};

static void
begin(struct sheet *sheet)
{
	struct csv_row row;

	csv_begin(&row, &sheet->line);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		csv_string(&row, columns[i]);
	csv_end(&row);
}

/* One more item of a list in one field. */
static void
join(struct text *list, const char *item)
{
	if (list->size > 0)
		text_append_char(list, ';');
	text_append(list, item == NULL ? "" : item);
}

static void
write_list(struct csv_row *row, struct text *list)
{
	csv_string(row, list->data);
	text_free(list);
}

static void
write_refused_by(struct csv_row *row, const struct verdict *verdict)
{
	struct text list = { NULL, 0, 0 };

	for (size_t i = 0; i < verdict->client_count; i++)
		if (verdict->clients[i].accepts == ACCEPTS_NO)
			join(&list, verdict->clients[i].id);
	write_list(row, &list);
}

static void
write_missing(struct csv_row *row, const struct verdict *verdict)
{
	struct text subjects = { NULL, 0, 0 };
	struct text sources = { NULL, 0, 0 };

	for (size_t i = 0; i < verdict->missing_count; i++) {
		join(&subjects, verdict->missing[i].subject);
		join(&sources, source_word(verdict->missing[i].from));
	}
	write_list(row, &subjects);
	write_list(row, &sources);
}

static void
write_tags(struct csv_row *row, const struct observation *seen)
{
	struct text list = { NULL, 0, 0 };

	for (size_t i = 0; i < seen->tag_count; i++)
		join(&list, seen->tags[i]);
	write_list(row, &list);
}

static void
write_validity(struct csv_row *row, const struct leaf_facts *leaf)
{
	char not_after[CLOCK_TEXT_SIZE];

	if (!leaf->present || leaf->undated) {
		csv_string(row, NULL);
		csv_string(row, NULL);
		return;
	}
	clock_format(leaf->not_after, not_after);
	csv_string(row, not_after);
	csv_integer(row, leaf->days_left);
}

static void
write_names(
    struct csv_row *row, const struct result *result, struct arena *scratch)
{
	const struct step *root = result_root(result);

	csv_string(row, result->leaf.issuer_cn);
	csv_string(row,
	    root == NULL ? NULL : result_common_name(scratch, root->subject));
	csv_string(row, result->leaf.subject_cn);
}

static void
write_result(struct sheet *sheet, const struct result *result)
{
	const struct observation *seen = &result->seen;
	const struct verdict *verdict = &result->verdict;
	struct csv_row row;

	csv_begin(&row, &sheet->line);
	csv_string(&row, seen->host);
	csv_integer(&row, seen->port);
	csv_string(&row, seen->ip);
	csv_string(&row, seen->site);
	csv_string(&row, status_word(seen->status));
	csv_string(&row, class_word(verdict->class_id));
	csv_string(&row, verdict->cause);
	csv_string(&row, severity_word(verdict->severity));
	write_refused_by(&row, verdict);
	write_names(&row, result, sheet->scratch);
	write_validity(&row, &result->leaf);
	write_missing(&row, verdict);
	csv_string(&row, result->leaf.key);
	csv_string(&row, seen->has_tls ? seen->tls.version : NULL);
	csv_integer(&row, (int64_t)seen->received_count);
	csv_string(&row, seen->error);
	write_tags(&row, seen);
	csv_string(&row, seen->input);
	csv_integer(&row, (int64_t)seen->ordinal);
	csv_end(&row);
}

const struct writer csv_writer = {
	.file = "hosts.csv",
	.word = "csv",
	.format = REPORT_CSV,
	.begin = begin,
	.result = write_result,
};
