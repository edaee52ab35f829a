/*
 * Findings about the root of the judged path: clients that refuse what it
 * issued (distrusted_by), and what its hosts have to expect (root_leaves): a
 * program that dropped the root, or takes nothing that is logged or issued
 * after a day.  The judged store itself still has the root.
 *
 * A program for whose clients another path leads to a root that it keeps is
 * left out where the certificates for it are sent; where they are known, they
 * are named as the repair.
 */
#include "audit/clients.h"
#include "audit/rules.h"
#include "audit/validate.h"
#include "base/clock.h"

enum outlook_kind {
	OUTLOOK_DROPPED, /* not in the list of the program */
	OUTLOOK_DATED,	 /* by the program's date */
	OUTLOOK_POLICY,	 /* by a rule of distrust.json */
	OUTLOOK_UPGRADE	 /* not in the next list of the system's program */
};

/* What one program, or one client by itself, has against the root. */
struct outlook {
	enum outlook_kind kind;
	const struct client_store *client;
	const struct root_list *list;
	const struct root_rule *rule;
	const struct distrust_rule *policy;
	bool is_refused; /* this leaf, now */
};

struct root_view {
	const struct audit_view *view;
	const struct client_stores *stores;
	const struct roots *roots;
	const struct certificate *anchor;
	const struct root *root; /* NULL: in no list */
};

/* False: nothing is against this root for the client. */
static bool
outlook_of(
    const struct root_view *look, size_t profile, struct outlook *outlook)
{
	const struct client_settings *settings =
	    client_stores_settings(look->stores);
	const struct client_store *client =
	    client_store_of(look->stores, profile);
	const struct certificate *leaf = look->view->received[0];
	const struct root_list *last, *gone = NULL;
	struct root_refusal refusal;

	*outlook = (struct outlook){ .client = client, .list = client->list };
	outlook->is_refused = client_store_refuses(look->stores, client, leaf,
	    look->anchor, look->view->settings->now, &refusal);
	outlook->policy = client_store_policy(client, look->anchor);
	if (outlook->policy != NULL) {
		outlook->kind = OUTLOOK_POLICY;
		return true;
	}
	if (look->root == NULL || settings->one_store ||
	    (settings->added != NULL && certificate_index_get(settings->added,
					    &look->anchor->sha256) != NULL))
		return false;
	if (client->list == NULL) {
		outlook->kind = OUTLOOK_UPGRADE;
		roots_system_standing(look->roots, look->root, &last, &gone);
		outlook->list = gone;
		return gone != NULL && client->store == settings->stores[0];
	}
	outlook->rule = root_rule_of(look->root, client->list);
	outlook->kind = OUTLOOK_DATED;
	if (!root_is_in(look->roots, look->root, client->list)) {
		outlook->kind = OUTLOOK_DROPPED;
		outlook->is_refused = true;
		return true;
	}
	return outlook->rule != NULL;
}

/* The same finding for both, each with its clients. */
static bool
is_alike(const struct outlook *a, const struct outlook *b)
{
	return a->kind == b->kind && a->policy == b->policy &&
	       (a->kind == OUTLOOK_DROPPED || a->list == b->list);
}

struct other_path {
	struct validation validation;
	const struct root_view *look;
	const struct outlook *outlook;
};

/* Would the program keep a path that ends here? */
static bool
is_kept(const struct other_path *other, const struct certificate *anchor)
{
	const struct root_view *look = other->look;
	const struct outlook *outlook = other->outlook;
	const struct root *root = roots_find(look->roots, &anchor->sha256);
	const struct root_rule *rule;

	if (root == NULL || outlook->list == NULL)
		return root == NULL;
	if (outlook->kind == OUTLOOK_UPGRADE)
		return root_is_in(look->roots, root, outlook->list);
	rule = root_rule_of(root, outlook->list);
	if (rule == NULL || outlook->kind == OUTLOOK_DROPPED)
		return rule == NULL ||
		       look->view->received[0]->not_before <= rule->date;
	return rule->date > outlook->rule->date;
}

static void
validate_other(const void *context, struct path *path)
{
	const struct other_path *other = context;

	validate_path(&other->validation, path);
	/* Any fault will do: a path without one is better. */
	if (path->end == PATH_ANCHOR &&
	    !is_kept(other, path->steps[path->length - 1].certificate))
		faults_add(&path->faults, FAULT_ROOT_EXPIRED, path->length - 1);
}

static size_t
other_step_faults(const void *context, const struct path *path, size_t step)
{
	const struct other_path *other = context;

	return validate_step_faults(&other->validation, path, step);
}

/* Is there another certificate of a name on the path?  Most often not. */
static bool
has_other_issuers(const struct root_view *look, const struct outlook *outlook)
{
	const struct audit_view *view = look->view;
	const struct audit_settings *settings = view->settings;
	const struct certificate_index *places[] = {
		trust_store_anchors(outlook->client->store),
		settings->preloaded,
		settings->known,
	};

	for (size_t i = 1; i < view->path->length; i++) {
		const struct certificate *step =
		    view->path->steps[i].certificate;

		for (size_t k = 0; k < view->received_count; k++)
			if (bytes_equal(view->received[k]->subject_key,
				step->subject_key) &&
			    !digest_equal(
				&view->received[k]->sha256, &step->sha256))
				return true;
		for (size_t k = 0; k < sizeof(places) / sizeof(places[0]);
		     k++) {
			struct certificate_list list = { NULL, 0 };

			if (places[k] != NULL)
				list = certificate_index_find(
				    places[k], step->subject_key);
			for (size_t m = 0; m < list.count; m++)
				if (!digest_equal(&list.certificates[m]->sha256,
					&step->sha256))
					return true;
		}
	}
	return false;
}

/* A path of the program's clients to a root that it keeps; false: none. */
static bool
find_other_path(const struct root_view *look, const struct outlook *outlook,
    bool with_known, struct path_answer *answer)
{
	const struct audit_view *view = look->view;
	const struct audit_settings *settings = view->settings;
	struct found_source found[2];
	struct other_path other = {
		.validation = {
			.now = settings->now,
			.use = key_use_of(&view->seen->tls),
			.host =
			    view->name == NAME_MATCHES ? &view->host : NULL,
		},
		.look = look,
		.outlook = outlook,
	};
	struct path_question question = {
		.edges = view->edges,
		.received = view->received,
		.received_count = view->received_count,
		.store = outlook->client->store,
		.found = found,
		.validate = validate_other,
		.step_faults = other_step_faults,
		.context = &other,
	};

	if (with_known && settings->known != NULL)
		found[question.found_count++] =
		    (struct found_source){ settings->known, SOURCE_KNOWN };
	if (with_known && settings->preloaded != NULL)
		found[question.found_count++] =
		    (struct found_source){ settings->preloaded, SOURCE_KNOWN };
	path_search(&question, answer);
	return answer->path.end == PATH_ANCHOR &&
	       answer->path.faults.count <= view->path->faults.count &&
	       is_kept(&other,
		   answer->path.steps[answer->path.length - 1].certificate);
}

/* Names what to send, and the root that its path ends at. */
static void
tell_repair(const struct root_view *look, const struct path *path,
    struct findings *findings, struct finding *finding)
{
	const struct certificate *end =
	    path->steps[path->length - 1].certificate;
	const struct root *root = roots_find(look->roots, &end->sha256);
	const char *names = NULL, *repair;

	for (size_t i = 1; i + 1 < path->length; i++) {
		const struct certificate *step = path->steps[i].certificate;

		if (path->steps[i].received >= 0)
			continue;
		finding_tell(findings, finding, "send", step->subject);
		names = names == NULL
			    ? name_for_people(findings->arena, step)
			    : arena_printf(findings->arena, "%s and %s", names,
				  name_for_people(findings->arena, step));
	}
	if (names == NULL)
		return;
	repair = arena_printf(findings->arena,
	    "with %s sent too the path ends at %s, which is kept", names,
	    root != NULL ? root->name : end->subject);
	finding_tell(findings, finding, "kept_root", end->subject);
	finding_tell(findings, finding, "repair", repair);
	finding->detail =
	    arena_printf(findings->arena, "%s; %s", finding->detail, repair);
}

/* The outlooks that one finding is about. */
struct outlook_group {
	struct outlook outlook; /* of the first */
	const char *titles;	/* of lists: "Chrome 156, NSS 2.92" */
	const char **ids;	/* of clients */
	size_t id_count;
	const struct path *repair; /* of all of them; NULL: none is known */
};

/* 0: there is no day, the root has left already. */
static int64_t
date_of(const struct outlook *outlook)
{
	if (outlook->policy != NULL)
		return outlook->policy->date;
	return outlook->rule != NULL ? outlook->rule->date : 0;
}

/* What stands after "N hosts depend on NAME: ". */
static const char *
explain(struct arena *arena, const struct outlook_group *group)
{
	const struct outlook *outlook = &group->outlook;

	switch (outlook->kind) {
	case OUTLOOK_DROPPED:
		return arena_printf(
		    arena, "not in the list of %s", group->titles);
	case OUTLOOK_DATED:
		return arena_printf(arena,
		    "%s refuses certificates %s after %s", outlook->list->title,
		    outlook->rule->kind == ROOT_RULE_LOGGED ? "logged"
							    : "issued",
		    date_text(arena, outlook->rule->date));
	case OUTLOOK_POLICY:
		return outlook->policy->sentence;
	case OUTLOOK_UPGRADE:
		break;
	}
	return arena_printf(arena, "no longer in %s's list (%s)",
	    outlook->list->title, outlook->list->version);
}

static void
tell_root(const struct root_view *look, const struct outlook_group *group,
    const char *key, struct findings *findings, struct finding *finding)
{
	const struct outlook *outlook = &group->outlook;
	char *hex = arena_alloc(findings->arena, DIGEST_HEX_SIZE);

	digest_to_hex(&look->anchor->sha256, hex);
	for (size_t i = 0; i < group->id_count; i++)
		finding_tell(findings, finding, key, group->ids[i]);
	finding_tell(findings, finding, "root", look->anchor->subject);
	finding_tell(findings, finding, "sha256", hex);
	finding_tell(findings, finding, "date",
	    date_of(outlook) == 0 && look->roots != NULL
		? look->roots->date
		: date_text(findings->arena, date_of(outlook)));
	finding_tell(findings, finding, "source",
	    outlook->policy != NULL ? outlook->policy->source
				    : outlook->list->source);
}

static void
add_findings(const struct root_view *look, const struct outlook_group *group,
    struct findings *findings)
{
	const struct outlook *outlook = &group->outlook;
	const struct certificate *leaf = look->view->received[0];
	const char *name = look->root != NULL
			       ? look->root->name
			       : name_for_people(findings->arena, look->anchor);
	const char *sentence = arena_printf(
	    findings->arena, "%s: %s", name, explain(findings->arena, group));
	const char *cause = outlook->kind == OUTLOOK_UPGRADE ? "upgrade"
			    : outlook->kind == OUTLOOK_DROPPED ||
				    (outlook->policy != NULL &&
					outlook->policy->kind == DISTRUST_FROM)
				? "dropped"
				: "dated";
	struct finding *finding;

	if (outlook->is_refused) {
		finding = findings_add(findings, FINDING_DISTRUSTED_BY,
		    outlook->policy != NULL ? outlook->policy->id : cause, -1,
		    outlook->policy != NULL ? outlook->policy->sentence
					    : sentence);
		tell_root(look, group, "client", findings, finding);
	}
	finding =
	    findings_add(findings, FINDING_ROOT_LEAVES, cause, -1, sentence);
	tell_root(look, group, "clients", findings, finding);
	if (group->repair != NULL)
		tell_repair(look, group->repair, findings, finding);
	/* Nothing to do yet: not even the next certificate is concerned. */
	if (outlook->kind == OUTLOOK_UPGRADE ||
	    date_of(outlook) > leaf->not_after)
		finding->severity = SEVERITY_NOTICE;
}

/*
 * What one program has against the root, looked at once for all its clients:
 * nothing where what is sent leads to another root that it keeps.
 */
struct program_outlook {
	struct outlook outlook;
	bool depends;
	const struct path *repair; /* NULL: none is known */
};

static void
look_at_program(const struct root_view *look, struct arena *arena,
    struct program_outlook *program)
{
	const struct outlook *outlook = &program->outlook;
	struct path_answer *answer;

	program->depends = true;
	if (outlook->kind == OUTLOOK_POLICY ||
	    !has_other_issuers(look, outlook))
		return;
	answer = arena_alloc(arena, sizeof(*answer));
	program->depends = !find_other_path(look, outlook, false, answer);
	if (program->depends && find_other_path(look, outlook, true, answer))
		program->repair = &answer->path;
}

static bool
ends_alike(const struct path *a, const struct path *b)
{
	return a != NULL && b != NULL &&
	       a->steps[a->length - 1].certificate ==
		   b->steps[b->length - 1].certificate;
}

/* A client of the program; `is_new`: the first one of it. */
static void
join(struct outlook_group *group, const struct program_outlook *program,
    const char *id, bool is_new, struct arena *arena)
{
	const struct outlook *outlook = &program->outlook;

	group->ids[group->id_count++] = id;
	group->outlook.is_refused =
	    group->outlook.is_refused || outlook->is_refused;
	if (!is_new || outlook->list == NULL)
		return;
	group->titles = group->titles == NULL
			    ? outlook->list->title
			    : arena_printf(arena, "%s, %s", group->titles,
				  outlook->list->title);
	if (!ends_alike(group->repair, program->repair))
		group->repair = NULL;
}

static void
find_root_outlook(const struct audit_view *view, struct findings *findings)
{
	struct arena *arena = findings->arena;
	const struct path *path = view->path;
	const struct client_settings *settings;
	struct root_view look = { .view = view };
	struct program_outlook *programs;
	struct outlook_group *groups;
	size_t program_count = 0, group_count = 0;

	if (path->end != PATH_ANCHOR || view->settings->clients == NULL)
		return;
	look.stores = clients_stores(view->settings->clients);
	settings = client_stores_settings(look.stores);
	look.roots = settings->roots;
	look.anchor = path->steps[path->length - 1].certificate;
	if (look.roots != NULL)
		look.root = roots_find(look.roots, &look.anchor->sha256);
	if (look.root == NULL &&
	    !client_stores_have_policy(look.stores, look.anchor))
		return;
	groups = arena_array(arena, settings->profiles->count, sizeof(*groups));
	programs =
	    arena_array(arena, settings->profiles->count, sizeof(*programs));
	for (size_t i = 0; i < settings->profiles->count; i++) {
		struct program_outlook *program = programs;
		struct outlook_group *group = groups;
		struct outlook outlook;
		bool is_new;

		if (!outlook_of(&look, i, &outlook))
			continue;
		while (program < programs + program_count &&
		       (program->outlook.list != outlook.list ||
			   program->outlook.policy != outlook.policy))
			program++;
		is_new = program == programs + program_count;
		if (is_new) {
			program_count++;
			program->outlook = outlook;
			look_at_program(&look, arena, program);
		}
		if (!program->depends)
			continue;
		while (group < groups + group_count &&
		       !is_alike(&group->outlook, &outlook))
			group++;
		if (group == groups + group_count) {
			group_count++;
			group->outlook = outlook;
			group->repair = program->repair;
			group->ids = arena_array(arena,
			    settings->profiles->count, sizeof(*group->ids));
		}
		join(group, program, settings->profiles->list[i].id, is_new,
		    arena);
	}
	for (size_t i = 0; i < group_count; i++)
		add_findings(&look, &groups[i], findings);
}

const struct audit_rule root_rules[] = {
	{ "root programs", find_root_outlook },
	{ NULL, NULL },
};
