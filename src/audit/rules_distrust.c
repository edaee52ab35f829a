/*
 * Findings about roots that some clients stopped believing: a warning each,
 * because the judged store itself still carries the root.
 */
#include "audit/distrust.h"
#include "audit/rules.h"

/* The clients that a rule names and that it is against here. */
static void
check_rule(const struct audit_view *view, const struct distrust_rule *rule,
    struct findings *findings)
{
	const struct path *path = view->path;
	const struct certificate *anchor =
	    path->steps[path->length - 1].certificate;
	struct finding *finding;

	if (distrust_find(&rule, 1, view->received[0], anchor,
		view->settings->now) == NULL)
		return;
	finding = findings_add(
	    findings, FINDING_DISTRUSTED_BY, rule->id, -1, rule->sentence);
	for (size_t i = 0; i < rule->client_count; i++)
		finding_tell(findings, finding, "client", rule->clients[i]);
	finding_tell(findings, finding, "root", anchor->subject);
	finding_tell(findings, finding, "source", rule->source);
}

static void
find_distrust(const struct audit_view *view, struct findings *findings)
{
	const struct distrust *distrust = view->settings->distrust;

	if (distrust == NULL || view->path->end != PATH_ANCHOR)
		return;
	for (size_t i = 0; i < distrust->count; i++)
		check_rule(view, &distrust->rules[i], findings);
}

const struct audit_rule distrust_rules[] = {
	{ "distrust", find_distrust },
	{ NULL, NULL },
};
