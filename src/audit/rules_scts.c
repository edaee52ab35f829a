/* Are the leaf's timestamps enough for Chrome?  scts.c has judged each. */
#include "audit/rules.h"

enum { SHORT_LIFE = 180 * 86400, OPERATORS_NEEDED = 2 };

/* Valid ones of logs that differ, and the operators that differ. */
static void
count_scts(const struct leaf_scts *scts, bool is_embedded, size_t *logs,
    size_t *operators)
{
	*logs = *operators = 0;
	for (size_t i = 0; i < scts->count; i++) {
		const struct sct_facts *one = &scts->list[i];
		bool new_log = true, new_operator = true;

		if (one->valid != SCT_VALID ||
		    string_equal(one->source, "certificate") != is_embedded)
			continue;
		for (size_t k = 0; k < i; k++) {
			const struct sct_facts *other = &scts->list[k];

			if (other->valid != SCT_VALID ||
			    string_equal(other->source, "certificate") !=
				is_embedded)
				continue;
			new_log =
			    new_log && !string_equal(other->log, one->log);
			new_operator =
			    new_operator &&
			    !string_equal(other->run_by, one->run_by);
		}
		*logs += new_log;
		*operators += new_operator;
	}
}

/*
 * Chrome asks it of what its own list of roots leads to, and of no other.
 * Where there are none, all three places have to have been looked at.
 */
static bool
is_asked_for(const struct audit_view *view)
{
	const struct path *path = view->path;

	if (!scts_can_be_judged(view->settings) || path->end != PATH_ANCHOR ||
	    path->length < 2 ||
	    (view->scts.count == 0 && !view->seen->tls.scts_asked))
		return false;
	/* Of a newer log, say, nobody can tell here whether it counts. */
	for (size_t i = 0; i < view->scts.count; i++)
		if (view->scts.list[i].valid == SCT_NOT_KNOWN)
			return false;
	return scts_are_demanded(
	    view->settings, path->steps[path->length - 1].certificate);
}

/* Of those that the server sends beside the certificate two are enough. */
static void
find_too_few(const struct audit_view *view, struct findings *findings)
{
	const struct certificate *leaf = view->received[0];
	size_t needed =
	    leaf->not_after - leaf->not_before <= SHORT_LIFE ? 2 : 3;
	size_t logs, operators, sent, by;
	struct finding *finding;

	if (!is_asked_for(view))
		return;
	count_scts(&view->scts, true, &logs, &operators);
	count_scts(&view->scts, false, &sent, &by);
	if ((logs >= needed && operators >= OPERATORS_NEEDED) ||
	    (sent >= OPERATORS_NEEDED && by >= OPERATORS_NEEDED))
		return;
	if (logs == 0 && sent > 0) {
		logs = sent;
		operators = by;
		needed = OPERATORS_NEEDED;
	}
	finding = findings_add(findings, FINDING_TOO_FEW_SCTS, NULL, 0,
	    arena_printf(findings->arena,
		"the certificate has valid timestamps of %zu log%s of %zu "
		"operator%s; Chrome asks for %zu logs of two operators",
		logs, logs == 1 ? "" : "s", operators,
		operators == 1 ? "" : "s", needed));
	for (size_t i = 0; i < view->scts.count; i++)
		finding_tell(findings, finding, "log", view->scts.list[i].log);
}

const struct audit_rule sct_rules[] = {
	{ "scts", find_too_few },
	{ NULL, NULL },
};
