/* What a failed lookup is called, and whether it may pass. */
#include "scan/resolve.h"

static const char *const sentences[] = {
	[RESOLVE_FOUND] = "the name was found",
	[RESOLVE_NO_NAME] = "the name does not exist (NXDOMAIN)",
	[RESOLVE_NO_ADDRESS] = "the name has no address",
	[RESOLVE_SERVER_FAILURE] = "the DNS server could not tell (SERVFAIL)",
	[RESOLVE_REFUSED] = "the DNS server refused the question",
	[RESOLVE_TIMEOUT] = "the DNS servers did not answer",
	[RESOLVE_BAD_NAME] = "the name cannot be asked for in the DNS",
	[RESOLVE_FAILED] = "the DNS answer could not be used",
};

bool
resolve_is_transient(enum resolve_result result)
{
	/* Refused, too: it is how a forwarder says that it has too many. */
	return result == RESOLVE_TIMEOUT || result == RESOLVE_SERVER_FAILURE ||
	       result == RESOLVE_REFUSED || result == RESOLVE_FAILED;
}

void
resolve_failure(enum resolve_result result, struct failure *failure)
{
	failure_set(failure, STATUS_DNS_ERROR, "%s", sentences[result]);
	failure->may_pass = resolve_is_transient(result);
}
