/* Reads the timestamps, names their logs and checks what these signed. */
#include "audit/scts.h"

#include "base/text.h"
#include "x509/certificate_scts.h"
#include "x509/sct_signature.h"

enum { MOST_SCTS = 32 };

static const char *
hex_of(struct arena *arena, const struct digest *id)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(id, hex);
	return arena_string(arena, hex);
}

/* With an issuer those within the certificate. */
static void
add_list(struct leaf_scts *scts, struct arena *arena,
    const struct ct_logs *logs, struct bytes list, const char *source,
    const struct certificate *leaf, const struct certificate *issuer)
{
	struct sct_cursor cursor = scts_of(list);
	bool is_checked = issuer != NULL || string_equal(source, "staple");
	struct sct sct;

	while (scts->count < MOST_SCTS && scts_next(&cursor, &sct)) {
		const struct ct_log *log =
		    logs == NULL ? NULL : ct_logs_find(logs, &sct.log_id);
		struct sct_facts *facts = &scts->list[scts->count++];

		*facts = (struct sct_facts){
			.log = log != NULL ? log->name
					   : hex_of(arena, &sct.log_id),
			.run_by = log != NULL ? log->run_by : NULL,
			.timestamp = (int64_t)(sct.timestamp_ms / 1000),
			.source = source,
			.valid = SCT_NOT_KNOWN,
		};
		if (log == NULL || log->key.size == 0 || !is_checked)
			continue;
		facts->valid = sct_is_signed(&sct, log->key, leaf, issuer)
				   ? SCT_VALID
				   : SCT_INVALID;
	}
}

void
leaf_scts_judge(struct leaf_scts *scts, struct arena *arena,
    const struct ct_logs *logs, const struct path *path,
    const struct ocsp_verdict *staple)
{
	const struct certificate *leaf, *issuer = NULL;

	*scts = (struct leaf_scts){ .count = 0 };
	if (path->length == 0)
		return;
	leaf = path->steps[0].certificate;
	if (leaf->scts.size == 0 && staple->scts.size == 0)
		return;
	/* What the log signed names the issuer's key. */
	if (path->length > 1 && path->steps[0].signature == SIGNATURE_GOOD)
		issuer = path->steps[1].certificate;
	scts->list = arena_array(arena, MOST_SCTS, sizeof(*scts->list));
	add_list(scts, arena, logs, leaf->scts, "certificate", leaf, issuer);
	add_list(scts, arena, logs, staple->scts, "staple", leaf, NULL);
}
