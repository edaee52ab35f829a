/* "the chain fits one of 2 TLSA records, which are validated" */
#include "report/dane_text.h"

#include "base/columns.h"

const char *
dane_text(struct arena *arena, const struct observation *seen)
{
	static const char *const matches[] = {
		[TLSA_UNKNOWN] = "nothing can be said by",
		[TLSA_DIFFERS] = "the chain fits none of",
		[TLSA_MATCHES] = "the chain fits",
	};
	static const char *const errors[][2] = {
		{ "servfail", "it was answered with SERVFAIL" },
		{ "refused", "it was refused" },
		{ "timeout", "there was no answer in time" },
	};
	bool is_one = seen->tlsa_count == 1;
	const char *why = "the answer could not be used";
	const char *records = arena_printf(arena, "%zu TLSA record%s",
	    seen->tlsa_count, plural(seen->tlsa_count));

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (string_equal(seen->tlsa_error, errors[i][0]))
			why = errors[i][1];
	if (seen->tlsa_error != NULL)
		return arena_printf(arena,
		    "the question for its TLSA records failed: %s%s", why,
		    seen->tlsa_secure ? "; servers that check DANE defer "
					"their mail"
				      : "");
	if (seen->tlsa_match == TLSA_MATCHES && !is_one)
		records = arena_printf(arena, "one of %s", records);
	return arena_printf(arena, "%s %s, which %s %svalidated",
	    matches[seen->tlsa_match], records, is_one ? "is" : "are",
	    seen->tlsa_secure ? "" : "not ");
}
