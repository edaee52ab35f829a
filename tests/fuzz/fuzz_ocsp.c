/*
 * Any octets as a stapled OCSP response, for a leaf and an issuer that may be
 * nonsense too: three parts, each behind its length.  Whatever it says, it is
 * one of the known states, and a reason goes with an unusable one.
 */
#include "x509/ocsp.h"
#include "tests/fuzz/fuzz.h"

/* The seeds were made before this and are judged as of then. */
enum { NOW = 1795780000 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest = bytes_of(data, size);
	struct certificate *leaf = certificate_new(fuzz_vector(&rest));
	struct certificate *issuer = certificate_new(fuzz_vector(&rest));
	struct signature_memory *signatures = signature_memory_new();
	struct ocsp_verdict staple;

	ocsp_judge(&staple, fuzz_vector(&rest), leaf, issuer, signatures, NOW);
	require((staple.state == OCSP_UNUSABLE) == (staple.cause != NULL));
	require((staple.cause == NULL) == (staple.reason == NULL));
	require(staple.state <= OCSP_UNUSABLE);
	signature_memory_free(signatures);
	certificate_free(issuer);
	certificate_free(leaf);
	return 0;
}
