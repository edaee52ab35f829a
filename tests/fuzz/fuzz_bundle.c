/*
 * Any octets as a file of certificates or an AIA answer: PEM, DER, PKCS#7,
 * PKCS#12, JKS, p11-kit's text or the CCADB's CSV.  What comes out is in the
 * arena, and there is no more of it than came in.
 */
#include "base/memory.h"
#include "x509/bundle.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct bundle bundle = { .count = 0 };
	int status = bundle_read_bytes(arena, bytes_of(data, size), &bundle);

	require((status == 0) == (bundle.count > 0));
	require(bundle.count <= size);
	/* AddressSanitizer sees whether all of it is there. */
	for (size_t i = 0; i < bundle.count; i++)
		free(memory_copy(
		    bundle.certificates[i].data, bundle.certificates[i].size));
	arena_free(arena);
	return 0;
}
