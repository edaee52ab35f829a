/*
 * What writers ask of a result; result_fields.c and observation_fields.c write
 * and read it.
 */
#include "model/result.h"

const char *
result_endpoint(struct arena *arena, const struct result *result)
{
	const struct observation *seen = &result->seen;
	const char *host = seen->host != NULL ? seen->host : seen->input;

	if (host == NULL)
		return "";
	/* What could not be read as a target names no port either. */
	if (seen->status == STATUS_INVALID_INPUT)
		return arena_string(arena, host);
	return arena_printf(arena,
	    strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host,
	    (unsigned)seen->port);
}

const char *
result_place(struct arena *arena, const struct result *result)
{
	const struct observation *seen = &result->seen;
	const char *endpoint = result_endpoint(arena, result);

	if (seen->addresses > 1 && seen->ip != NULL)
		endpoint = arena_printf(arena, "%s at %s", endpoint, seen->ip);
	return seen->mx_domain != NULL
		   ? arena_printf(arena, "%s for %s", endpoint, seen->mx_domain)
		   : endpoint;
}

bool
client_verdict_equal(
    const struct client_verdict *a, const struct client_verdict *b)
{
	return a->accepts == b->accepts && string_equal(a->reason, b->reason);
}

const struct finding *
result_class_finding(const struct result *result)
{
	const struct verdict *verdict = &result->verdict;
	enum finding_id id = finding_of_class(verdict->class_id);

	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		if (id == FINDING_NONE
			? finding->severity == SEVERITY_ERROR
			: finding_is(finding, id) &&
			      string_equal(finding->cause, verdict->cause))
			return finding;
	}
	return NULL;
}

const struct finding *
result_worst_finding(const struct result *result)
{
	const struct verdict *verdict = &result->verdict;
	const struct finding *worst = result_class_finding(result);

	for (size_t i = 0; i < verdict->finding_count && worst == NULL; i++)
		if (verdict->findings[i].severity == verdict->severity)
			worst = &verdict->findings[i];
	return worst;
}

const struct finding *
result_finding(const struct result *result, enum finding_id id)
{
	const struct verdict *verdict = &result->verdict;

	for (size_t i = 0; i < verdict->finding_count; i++)
		if (finding_is(&verdict->findings[i], id))
			return &verdict->findings[i];
	return NULL;
}

bool
result_is_good(const struct result *result)
{
	return result->verdict.class_id == CLASS_OK &&
	       result->verdict.severity < SEVERITY_ERROR;
}

const char *
result_cause(const struct result *result)
{
	const struct finding *finding = result_class_finding(result);

	return result->verdict.class_id == CLASS_OK && finding != NULL
		   ? finding->id
		   : result->verdict.cause;
}

const char *
result_title(const struct result *result)
{
	const struct verdict *verdict = &result->verdict;

	return verdict->class_id == CLASS_OK && !result_is_good(result)
		   ? "handshake fails"
		   : class_title(verdict->class_id);
}

bool
result_is_waived(const struct result *result)
{
	const struct verdict *verdict = &result->verdict;
	enum finding_id id = finding_of_class(verdict->class_id);
	bool waived = false;

	for (size_t i = 0; i < verdict->finding_count; i++) {
		if (!finding_is(&verdict->findings[i], id))
			continue;
		if (!finding_is_waived(&verdict->findings[i]))
			return false;
		waived = true;
	}
	return waived;
}

bool
result_lacks_fetch(const struct result *result)
{
	const struct verdict *verdict = &result->verdict;

	for (size_t i = 0; i < verdict->finding_count; i++)
		if (finding_is(&verdict->findings[i], FINDING_UNKNOWN_ISSUER) &&
		    string_equal(verdict->findings[i].cause, "fetch_deadline"))
			return true;
	return false;
}

bool
result_lacks_time(const struct result *result)
{
	return result->verdict.revocation.is_late || result_lacks_fetch(result);
}

enum class_id
result_counted_class(const struct result *result)
{
	return result_is_waived(result) ? CLASS_OK : result->verdict.class_id;
}

const struct step *
result_root(const struct result *result)
{
	const struct verdict *verdict = &result->verdict;

	if (verdict->path_length == 0)
		return NULL;
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (finding_is(&verdict->findings[i], FINDING_UNKNOWN_ISSUER))
			return NULL;
	/* A leaf alone is a root if it signed itself or is trusted itself. */
	if (verdict->path_length == 1 && !verdict->self_signed &&
	    verdict->untrusted)
		return NULL;
	return &verdict->path[verdict->path_length - 1];
}

bool
result_root_is_untrusted(const struct result *result)
{
	return result->verdict.class_id == CLASS_WRONG_ROOT &&
	       !string_equal(result->verdict.cause, "unexpected_root");
}

/* RFC 4514 2.4: "\," is a comma; "\HH" stays, it may be anything. */
static char *
unescape(struct arena *arena, const char *value, const char *end)
{
	char *out = arena_alloc(arena, (size_t)(end - value) + 1);
	char *to = out;

	while (value < end) {
		if (*value == '\\' && value + 1 < end &&
		    strchr(" \"#+,;<=>\\", value[1]) != NULL)
			value++;
		*to++ = *value++;
	}
	return out;
}

const struct client_verdict *
verdict_client(const struct verdict *verdict, const char *id)
{
	for (size_t i = 0; i < verdict->client_count; i++)
		if (strcmp(verdict->clients[i].id, id) == 0)
			return &verdict->clients[i];
	return NULL;
}

const char *
result_common_name(struct arena *arena, const char *name)
{
	const char *at = name;

	if (name == NULL)
		return NULL;
	while (*at != '\0') {
		const char *end = at;

		/* The next separator that is not escaped. */
		while (*end != '\0' && *end != ',' && *end != '+')
			end += end[0] == '\\' && end[1] != '\0' ? 2 : 1;
		if (starts_with(at, "CN="))
			return unescape(arena, at + 3, end);
		at = *end == '\0' ? end : end + 1;
	}
	return name;
}

const char *
result_short_name(struct arena *arena, const char *name)
{
	const char *common = result_common_name(arena, name);

	return common == name ? name : arena_printf(arena, "CN=%s", common);
}
