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
	/* Later columns follow, so that the place of a column stays. */
	"what",
	"repair",
	"not_before",
	"serial",
	"sha256",
	"names",
	"starttls",
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

/* What is worst, as a sentence, what is done about it, and the leaf. */
static void
write_later_columns(
    struct csv_row *row, const struct result *result, struct text *list)
{
	const struct finding *finding = result_worst_finding(result);
	const struct leaf_facts *leaf = &result->leaf;
	const struct finding_text *text = NULL;
	char not_before[CLOCK_TEXT_SIZE], sha256[DIGEST_HEX_SIZE];

	if (finding != NULL)
		text = finding_text_find(finding->id, finding->cause);
	csv_string(row, finding == NULL ? NULL : finding->detail);
	csv_string(row, text == NULL ? NULL : text->advice);
	if (leaf->present && !leaf->undated)
		clock_format(leaf->not_before, not_before);
	csv_string(row, leaf->present && !leaf->undated ? not_before : NULL);
	csv_string(row, leaf->serial);
	if (leaf->present)
		digest_to_hex(&leaf->sha256, sha256);
	csv_string(row, leaf->present ? sha256 : NULL);
	for (size_t i = 0; i < leaf->name_count; i++)
		join(list, leaf->names[i]);
	write_list(row, list);
	csv_string(row, result->seen.starttls);
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
	write_later_columns(&row, result, &list);
	csv_end(&row);
	text_free(&list);
}

const struct writer csv_writer = {
	.file = "hosts.csv",
	.word = "csv",
	.begin = begin,
	.result = write_result,
};
