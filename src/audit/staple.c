/* Brings staple and issuer together; the response is read in model/ocsp.c. */
#include "audit/staple.h"

void
staple_judge(struct ocsp_verdict *staple, const struct observation *seen,
    const struct path *path, struct signature_memory *signatures, int64_t now)
{
	*staple = (struct ocsp_verdict){ .state = OCSP_NONE };
	if (!seen->has_tls || seen->tls.staple.size == 0 || path->length < 2 ||
	    path->steps[0].signature != SIGNATURE_GOOD)
		return;
	ocsp_judge(staple, seen->tls.staple, path->steps[0].certificate,
	    path->steps[1].certificate, signatures, now);
}
