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
	text_clear(list);
}

static void
write_result(struct sheet *sheet, const struct result *result)
{
	const struct observation *seen = &result->seen;
	const struct verdict *verdict = &result->verdict;
	const struct leaf_facts *leaf = &result->leaf;
	const struct step *root = result_root(result);
	struct text list = { NULL, 0, 0 };
	char not_after[CLOCK_TEXT_SIZE];
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
	for (size_t i = 0; i < verdict->client_count; i++)
		if (verdict->clients[i].accepts == ACCEPTS_NO)
			join(&list, verdict->clients[i].id);
	write_list(&row, &list);
	csv_string(&row, leaf->issuer_cn);
	csv_string(&row,
	    root == NULL ? NULL
			 : result_common_name(sheet->scratch, root->subject));
	csv_string(&row, leaf->subject_cn);
	if (leaf->present && !leaf->undated) {
		clock_format(leaf->not_after, not_after);
		csv_string(&row, not_after);
		csv_integer(&row, leaf->days_left);
	} else {
		csv_string(&row, NULL);
		csv_string(&row, NULL);
	}
	for (size_t i = 0; i < verdict->missing_count; i++)
		join(&list, verdict->missing[i].subject);
	write_list(&row, &list);
	for (size_t i = 0; i < verdict->missing_count; i++)
		join(&list, source_word(verdict->missing[i].from));
	write_list(&row, &list);
	csv_string(&row, leaf->key);
	csv_string(&row, seen->has_tls ? seen->tls.version : NULL);
	csv_integer(&row, (int64_t)seen->received_count);
	csv_string(&row, seen->error);
	for (size_t i = 0; i < seen->tag_count; i++)
		join(&list, seen->tags[i]);
	write_list(&row, &list);
	csv_string(&row, seen->input);
	csv_integer(&row, (int64_t)seen->ordinal);
	csv_end(&row);
	text_free(&list);
}

const struct writer csv_writer = {
	.file = "hosts.csv",
	.word = "csv",
	.begin = begin,
	.result = write_result,
};
