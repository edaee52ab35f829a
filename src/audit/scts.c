/* Reads the timestamps, names their logs and checks what these signed. */
#include "audit/scts.h"

#include "base/text.h"
#include "model/roots.h"
#include "x509/certificate_pool.h"
#include "x509/certificate_scts.h"
#include "x509/sct_signature.h"

enum {
	MOST_SCTS = 32,
	DAY = 86400,
	MOST_AGE = 120 * DAY /* of the list of logs */
};

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
	bool is_checked =
	    issuer != NULL || !string_equal(source, "certificate");
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
    const struct ocsp_verdict *staple, const struct tls_facts *tls)
{
	const struct certificate *leaf, *issuer = NULL;

	*scts = (struct leaf_scts){ .count = 0 };
	if (path->length == 0)
		return;
	leaf = path->steps[0].certificate;
	if (leaf->scts.size == 0 && staple->scts.size == 0 &&
	    tls->scts.size == 0)
		return;
	/* What the log signed names the issuer's key. */
	if (path->length > 1 && path->steps[0].signature == SIGNATURE_GOOD)
		issuer = path->steps[1].certificate;
	scts->list = arena_array(arena, MOST_SCTS, sizeof(*scts->list));
	add_list(scts, arena, logs, leaf->scts, "certificate", leaf, issuer);
	add_list(scts, arena, logs, tls->scts, "tls", leaf, NULL);
	add_list(scts, arena, logs, staple->scts, "staple", leaf, NULL);
}

bool
scts_can_be_judged(const struct audit_settings *settings)
{
	return settings->ct_logs != NULL && settings->roots != NULL &&
	       settings->now - settings->ct_logs->date <= MOST_AGE;
}

bool
scts_are_demanded(
    const struct audit_settings *settings, const struct certificate *root)
{
	const struct root_list *chrome = roots_list(settings->roots, "chrome");
	const struct root *known = roots_find(settings->roots, &root->sha256);

	return chrome != NULL && known != NULL &&
	       root_is_in(settings->roots, known, chrome);
}

static bool
is_anchor_name(const struct audit_settings *settings, struct bytes name)
{
	struct certificate_list anchors = certificate_index_find(
	    trust_store_anchors(settings->stores[0]), name);

	for (size_t i = 0; i < anchors.count; i++)
		if (scts_are_demanded(settings, anchors.certificates[i]))
			return true;
	return false;
}

/* Of a missing intermediate the issuer may be known. */
static bool
leads_to_anchor(const struct audit_settings *settings,
    const struct certificate *certificate)
{
	struct certificate_list above = { .count = 0 };

	if (is_anchor_name(settings, certificate->issuer_key_name))
		return true;
	if (settings->known != NULL)
		above = certificate_index_find(
		    settings->known, certificate->issuer_key_name);
	for (size_t i = 0; i < above.count; i++)
		if (is_anchor_name(
			settings, above.certificates[i]->issuer_key_name))
			return true;
	return false;
}

bool
scts_may_matter(const struct audit_settings *settings,
    const struct bytes chain[], size_t count)
{
	enum { MOST_LOOKED_AT = 4 };
	bool matters = false;

	for (size_t i = 0; i < count && i < MOST_LOOKED_AT && !matters; i++) {
		struct certificate *certificate = certificate_new(chain[i]);
		bool is_logged = i == 0 && certificate->scts.size > 0;

		matters = !is_logged && leads_to_anchor(settings, certificate);
		certificate_free(certificate);
		if (is_logged)
			break;
	}
	return matters;
}
