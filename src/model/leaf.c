/* Fills a record's leaf.  Judges nothing. */
#include "model/leaf.h"

#include "base/address.h"
#include "base/text.h"

enum { SECONDS_A_DAY = 86400 };

/* -1 on the first day after the end, 0 on the last one before it. */
static int64_t
whole_days(int64_t seconds)
{
	return seconds >= 0 ? seconds / SECONDS_A_DAY
			    : -((-seconds + SECONDS_A_DAY - 1) / SECONDS_A_DAY);
}

static const char *
shown_name(struct arena *arena, const struct general_name *name)
{
	char text[ADDRESS_TEXT_SIZE];

	if (name->kind == NAME_DNS)
		return text_clean(arena, name->value);
	if (name->kind == NAME_ADDRESS && address_format(name->value, text))
		return arena_string(arena, text);
	return NULL;
}

static void
fill_names(struct leaf_facts *facts, struct arena *arena,
    const struct name_list *names)
{
	facts->names = arena_array(arena, names->count, sizeof(char *));
	for (size_t i = 0; i < names->count; i++) {
		const char *text = shown_name(arena, &names->names[i]);

		if (text != NULL)
			facts->names[facts->name_count++] = text;
	}
}

void
leaf_facts_fill(struct leaf_facts *facts, struct arena *arena,
    const struct certificate *leaf, int64_t now)
{
	*facts = (struct leaf_facts){
		.present = true,
		.undated = !leaf->times_valid,
		.sha256 = leaf->sha256,
		.spki_sha256 = leaf->spki_sha256,
		.subject = leaf->subject,
		.subject_cn = leaf->subject_cn,
		.issuer = leaf->issuer,
		.issuer_cn = leaf->issuer_cn,
		.serial = leaf->serial_hex,
		.not_before = leaf->not_before,
		.not_after = leaf->not_after,
		.days_left = whole_days(leaf->not_after - now),
		.key = leaf->key_name,
		.signature = leaf->signature_name,
	};
	fill_names(facts, arena, &leaf->alternative_names);
}
