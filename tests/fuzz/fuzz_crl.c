/*
 * Any octets as a revocation list, whole and octet by octet: both readings
 * agree on everything, and what is damaged has a reason.
 */
#include "tests/fuzz/fuzz.h"
#include "x509/crl.h"

struct told {
	size_t count, octets;
};

static void
tell(void *context, const struct crl_entry *entry)
{
	struct told *told = context;

	told->count++;
	told->octets += entry->serial.size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told told = { 0, 0 }, again = { 0, 0 };
	struct crl_reader *whole = crl_reader_new(tell, &told);
	struct crl_reader *pieces = crl_reader_new(tell, &again);
	const struct crl *crl, *other;

	crl_reader_push(whole, bytes_of(data, size));
	for (size_t i = 0; i < size; i++)
		crl_reader_push(pieces, bytes_of(data + i, 1));
	crl = crl_reader_end(whole);
	other = crl_reader_end(pieces);
	require((crl->damage == NULL) == (other->damage == NULL));
	require(crl->damage != NULL || told.count == again.count);
	require(told.count == crl->entry_count);
	require(crl->damage != NULL || crl->scope == other->scope);
	require(crl->damage != NULL ||
		bytes_equal(crl->signature, other->signature));
	crl_has_point(crl, "http://crl.example.com/");
	crl_reader_free(pieces);
	crl_reader_free(whole);
	return 0;
}
