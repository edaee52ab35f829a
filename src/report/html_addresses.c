/* The names with an address that is not like the others: each with all of its
   addresses. */
#include "base/columns.h"
#include "report/addresses_text.h"
#include "report/html.h"

enum { NAMES_MOST = 100 };

bool
html_has_addresses(const struct sheet *sheet)
{
	return sheet->tally->names.odd_names > 0;
}

static void
append_row(struct text *out, const struct tally_address *address,
    struct arena *scratch)
{
	html_fill(out, "<tr><td>{}</td><td class=\"{}\">{}</td>", address->ip,
	    address->good ? "ok" : html_class_tone(address->class_id),
	    address_state(address));
	html_fill(out,
	    "<td class=number>{}</td><td>{}</td><td class=date>{}</td>"
	    "<td>{}</td></tr>\n",
	    address->received_count == 0
		? NULL
		: count_text(scratch, address->received_count),
	    address->version,
	    address->dated ? html_date(scratch, address->not_after) : NULL,
	    address->difference);
}

void
html_addresses(struct sheet *sheet)
{
	const struct tally_names *names = &sheet->tally->names;
	struct arena *scratch = sheet->scratch;
	struct text *out = &sheet->line;
	uint64_t shown = 0;

	for (size_t i = 0; i < names->count && shown < NAMES_MOST; i++) {
		const struct tally_name *name = &names->list[i];

		if (name->odd == 0)
			continue;
		shown++;
		html_fill(out,
		    "<details open><summary><b>{}</b> {} of {} addresses "
		    "differ: {}</summary><table class=addresses><thead><tr>"
		    "<th scope=col>Address<th scope=col>State"
		    "<th scope=col class=number>Sent<th scope=col>TLS"
		    "<th scope=col>Ends<th scope=col>Difference"
		    "</tr></thead><tbody>\n",
		    name->endpoint, count_text(scratch, name->odd),
		    count_text(scratch, name->addresses),
		    addresses_odd_text(scratch, name));
		for (size_t k = 0; k < name->count; k++)
			append_row(out, &name->list[k], scratch);
		html_raw(out, "</tbody></table>");
		if (name->addresses > name->count)
			html_fill(out, "<p class=quiet>And {} more.</p>",
			    count_text(scratch, name->addresses - name->count));
		html_raw(out, "</details>\n");
	}
	if (names->odd_names > shown)
		html_fill(out,
		    "<p class=quiet>{} more are in <a href=\"sites.csv\">"
		    "sites.csv</a>.</p>\n",
		    count_text(scratch, names->odd_names - shown));
	html_fill(out,
	    "<p class=quiet>Of {} names with {} addresses in all.</p>\n",
	    count_text(scratch, names->names),
	    count_text(scratch, names->addresses));
}
