/*
 * Any octets as the policy extensions of the certificates of a path, and the
 * path's policies (RFC 5280 6.1).  The input is an octet that says how long
 * the path is, and then for each certificate an octet of flags and its
 * extension values, each behind its length.  What is read lies in the values;
 * the answer names a step of the path, and is the same a second time.
 */
#include "audit/certificate_policies.h"
#include "base/memory.h"
#include "tests/fuzz/fuzz.h"
#include "x509/certificate.h"
#include "x509/certificate_policies.h"

enum { LONGEST_PATH = 16, EXTENSIONS = 4 };
enum { SELF_ISSUED = 16 }; /* above a bit for each extension */

typedef bool reading(struct certificate_reader *, const struct extension *);

static void
require_policies(const struct certificate_policies *policies)
{
	if (policies == NULL || policies->fault != NULL)
		return;
	for (size_t i = 1; i < policies->count; i++)
		require(policy_compare(
			    policies->list[i - 1], policies->list[i]) < 0);
	for (size_t i = 1; i < policies->mapping_count; i++)
		require(policy_compare(policies->mappings[i - 1].issuer,
			    policies->mappings[i].issuer) <= 0);
}

static struct certificate *
read_extensions(struct bytes *rest)
{
	static reading *const readings[EXTENSIONS] = { reader_policies,
		reader_policy_mappings, reader_policy_constraints,
		reader_inhibit_any_policy };
	struct certificate_reader reader = { .certificate = reader_place(
						 bytes_of("", 0)) };
	unsigned flags = fuzz_octet(rest);

	reader.certificate->self_issued = (flags & SELF_ISSUED) != 0;
	for (unsigned i = 0; i < EXTENSIONS; i++) {
		struct extension extension = { .critical = true };

		if ((flags & 1U << i) == 0)
			continue;
		extension.value = fuzz_vector(rest);
		require(readings[i](&reader, &extension));
	}
	require_policies(reader.certificate->policies);
	return reader.certificate;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest = bytes_of(data, size);
	struct certificate *certificates[LONGEST_PATH];
	struct path *path = memory_new(sizeof(*path));
	size_t step = 0, again = 0;
	unsigned how = fuzz_octet(&rest);
	enum policies_result result;

	path->end = (how & 1) != 0 ? PATH_OPEN : PATH_ANCHOR;
	path->length = 1 + (how >> 1) % LONGEST_PATH;
	for (size_t i = 0; i < path->length; i++) {
		certificates[i] = read_extensions(&rest);
		path->steps[i].certificate = certificates[i];
	}
	result = certificate_policies_check(path, &step);
	require(result == POLICIES_HOLD || step < path->length);
	require(certificate_policies_check(path, &again) == result);
	require(step == again);
	for (size_t i = 0; i < path->length; i++)
		certificate_free(certificates[i]);
	free(path);
	return 0;
}
