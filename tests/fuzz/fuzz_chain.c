/*
 * Certificate messages of TLS 1.2 and 1.3, and CertificateStatus after the
 * former.  The first octet says which; what is kept points into our copy.
 */
#include "scan/chain.h"
#include "tests/fuzz/fuzz.h"

enum { TLS13 = 1, WITH_STATUS = 2 };

static void
require_kept(const struct chain *chain, struct bytes part)
{
	const uint8_t *start = (const uint8_t *)chain->message.data;

	if (part.size > 0)
		require(part.data >= start &&
			part.data + part.size <= start + chain->message.size);
}

static void
read_messages(struct chain *chain, struct bytes rest)
{
	unsigned how = fuzz_octet(&rest);
	struct bytes status = { NULL, 0 };

	if ((how & WITH_STATUS) != 0)
		status = fuzz_vector(&rest);
	(void)chain_parse(chain, rest, (how & TLS13) != 0);
	require(chain->count <= CHAIN_MOST_CERTIFICATES);
	require_kept(chain, chain->staple);
	(void)chain_is_costly(chain);
	for (size_t i = 0; i < chain->count; i++) {
		require_kept(chain, chain->certificates[i]);
		(void)chain_key_is_costly(chain->certificates[i]);
	}
	if ((how & WITH_STATUS) != 0 && chain_parse_status(chain, status))
		require(chain->staple.size < status.size);
}

/* Twice with one chain: a slot goes from host to host. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chain chain = { .count = 0 };

	read_messages(&chain, bytes_of(data, size));
	chain_reset(&chain);
	require(chain.count == 0 && chain.staple.size == 0);
	read_messages(&chain, bytes_of(data, size));
	chain_clear(&chain);
	return 0;
}
