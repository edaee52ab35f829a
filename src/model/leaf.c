/* Fills a record's leaf.  Judges nothing. */
#include "model/leaf.h"

#include "base/address.h"
#include "base/text.h"

enum { SECONDS_A_DAY = 86400 };

void
leaf_facts_fill(struct leaf_facts *facts, struct arena *arena,
    const struct certificate *leaf, int64_t now)
{
	const struct name_list *names = &leaf->alternative_names;
	int64_t left = leaf->not_after - now;

	*facts = (struct leaf_facts){
		.present = true,
		.undated = !leaf->times_valid,
		.sha256 = leaf->sha256,
		.spki_sha256 = leaf->spki_sha256,
		.subject = leaf->subject,
		.subject_cn = leaf->subject_cn,
		.names = arena_array(arena, names->count, sizeof(char *)),
		.issuer = leaf->issuer,
		.issuer_cn = leaf->issuer_cn,
		.serial = leaf->serial_hex,
		.not_before = leaf->not_before,
		.not_after = leaf->not_after,
		/* Rounded down: -1 on the first day after the end. */
		.days_left = left / SECONDS_A_DAY -
			     (left < 0 && left % SECONDS_A_DAY != 0),
		.key = leaf->key_name,
		.signature = leaf->signature_name,
	};
	for (size_t i = 0; i < names->count; i++) {
		const struct general_name *name = &names->names[i];
		char address[ADDRESS_TEXT_SIZE];

		if (name->kind == NAME_DNS)
			facts->names[facts->name_count++] =
			    text_clean(arena, name->value);
		else if (name->kind == NAME_ADDRESS &&
			 address_format(name->value, address))
			facts->names[facts->name_count++] =
			    arena_string(arena, address);
	}
}
