/*
 * A host against a leaf's names, and both against an issuer's constraints:
 * whatever the octets are, there is an answer, the same each time, and the
 * budget holds.  First the host, then names: kind and list, then the value.
 */
#include <string.h>

#include "audit/constraints.h"
#include "tests/fuzz/fuzz.h"

enum { MOST_NAMES = 64, KINDS = NAME_REGISTERED_ID + 1 };

enum list { SUBJECT, PERMITTED, EXCLUDED, LISTS };

struct names {
	struct general_name lists[LISTS][MOST_NAMES];
	size_t counts[LISTS];
};

static void
read_names(struct bytes rest, struct names *names)
{
	while (rest.size > 0) {
		unsigned octet = fuzz_octet(&rest);
		unsigned list = octet / KINDS % LISTS;
		struct bytes value = fuzz_vector(&rest);

		if (names->counts[list] == MOST_NAMES)
			return;
		names->lists[list][names->counts[list]++] =
		    (struct general_name){ (enum name_kind)(octet % KINDS),
			    value };
	}
}

static struct name_list
list_of(const struct names *names, enum list list)
{
	return (struct name_list){ names->lists[list], names->counts[list] };
}

static bool
is_allowed(const struct certificate *issuer, const struct certificate *leaf,
    const struct host_name *host)
{
	struct constraint_budget budget = { CONSTRAINTS_MOST_COMPARISONS,
		NULL };
	enum constraint_answer answer =
	    constraints_check(issuer, leaf, host, &budget);

	require(budget.left <= CONSTRAINTS_MOST_COMPARISONS);
	return answer == CONSTRAINT_ALLOWS;
}

static void
check(const char *host_text, struct bytes subject, const struct names *names)
{
	struct certificate leaf = {
		.raw_subject = subject,
		.subject_empty = subject.size == 0,
		.alternative_names = list_of(names, SUBJECT),
	};
	struct certificate issuer = {
		.has_name_constraints = true,
		.permitted = list_of(names, PERMITTED),
		.excluded = list_of(names, EXCLUDED),
	};
	struct host_name host = host_name_of(host_text);
	enum name_match match = name_match(&host, &leaf);
	bool allowed = is_allowed(&issuer, &leaf, &host);

	require(match == name_match(&host, &leaf));
	require(allowed == is_allowed(&issuer, &leaf, &host));
	/* Without a host there is less that could be forbidden. */
	require(!allowed || is_allowed(&issuer, &leaf, NULL));
	issuer.excluded.count = 0;
	require(!allowed || is_allowed(&issuer, &leaf, &host));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest = bytes_of(data, size);
	struct bytes host = fuzz_vector(&rest);
	struct bytes subject = fuzz_vector(&rest);
	char *text = strndup((const char *)host.data, host.size);
	struct names *names = calloc(1, sizeof(*names));

	require(text != NULL && names != NULL);
	read_names(rest, names);
	check(text, subject, names);
	free(names);
	free(text);
	return 0;
}
