/* Reads ct-logs.json and finds its entries. */
#include "model/ct_logs.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/json.h"

static bool
read_log(struct arena *arena, const struct json *object, struct ct_log *log)
{
	const char *id = json_string(json_get(object, "log_id"));
	const char *key = json_string(json_get(object, "key"));
	struct bytes octets;

	log->run_by =
	    arena_string(arena, json_string(json_get(object, "operator")));
	log->name = arena_string(arena, json_string(json_get(object, "name")));
	if (id == NULL || log->name == NULL || log->run_by == NULL ||
	    base64_decode(arena, bytes_from_string(id), &octets) != 0 ||
	    octets.size != sizeof(log->id.octets))
		return false;
	memcpy(log->id.octets, octets.data, octets.size);
	return key == NULL ||
	       base64_decode(arena, bytes_from_string(key), &log->key) == 0;
}

const struct ct_logs *
ct_logs_read(struct arena *arena, struct bytes text, const char *name,
    const char **error)
{
	char where[80];
	struct json *json = json_parse(text, where);
	const struct json *list = json_get(json, "logs");
	const char *date = json_string(json_get(json, "date"));
	struct ct_logs *logs = arena_alloc(arena, sizeof(*logs));
	struct ct_log *entries =
	    arena_array(arena, json_length(list), sizeof(*entries));

	*error = NULL;
	if (json == NULL)
		*error = arena_printf(arena, "%s: %s", name, where);
	else if (!string_equal(json_string(json_get(json, "schema")),
		     "fleetscan/ct-logs/1") ||
		 date == NULL || !clock_parse(date, 0, &logs->date))
		*error = arena_printf(
		    arena, "%s: no list of logs of this version", name);
	logs->list = entries;
	for (const struct json *at = json_first(list);
	     at != NULL && *error == NULL; at = json_next(at))
		if (!read_log(arena, at, &entries[logs->count++]))
			*error = arena_printf(arena,
			    "%s: logs[%zu]: log_id, name, operator or key is "
			    "wrong",
			    name, logs->count - 1);
	json_free(json);
	return *error == NULL ? logs : NULL;
}

const struct ct_log *
ct_logs_find(const struct ct_logs *logs, const struct digest *id)
{
	for (size_t i = 0; i < logs->count; i++)
		if (digest_equal(&logs->list[i].id, id))
			return &logs->list[i];
	return NULL;
}
