/* The list of findings that rules add to.  Holds no rule itself. */
#include "audit/rules.h"

struct finding *
findings_add(struct findings *findings, enum finding_id id, const char *cause,
    int cert, const char *detail)
{
	struct finding *finding;

	if (findings->count == findings->capacity) {
		size_t capacity = findings->capacity * 2 + 8;
		struct finding *list =
		    arena_array(findings->arena, capacity, sizeof(*list));

		if (findings->count > 0)
			memcpy(list, findings->list,
			    findings->count * sizeof(*list));
		findings->list = list;
		findings->capacity = capacity;
	}
	finding = &findings->list[findings->count++];
	*finding = (struct finding){
		.id = finding_word(id),
		.cause = cause,
		.severity = finding_severity(id),
		.cert = cert,
		.detail = detail,
	};
	return finding;
}

void
finding_tell(struct findings *findings, struct finding *finding,
    const char *key, const char *value)
{
	size_t count = finding->evidence_count;
	struct evidence *list =
	    arena_array(findings->arena, count + 1, sizeof(*list));

	if (count > 0)
		memcpy(list, finding->evidence, count * sizeof(*list));
	list[count] = (struct evidence){ key, value };
	finding->evidence = list;
	finding->evidence_count = count + 1;
}

const char *
name_for_people(struct arena *arena, const struct certificate *certificate)
{
	if (certificate->subject_cn != NULL)
		return arena_printf(arena, "CN=%s", certificate->subject_cn);
	if (certificate->subject != NULL && certificate->subject[0] != '\0')
		return certificate->subject;
	return "a certificate without a subject";
}
