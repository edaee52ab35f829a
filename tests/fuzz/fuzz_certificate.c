/*
 * Any octets as a certificate: nothing may be read past the end, take long or
 * leak, and what was read must hold together.
 */
#include "base/arena.h"
#include "x509/certificate.h"
#include "x509/certificate_names.h"
#include "x509/signature.h"
#include "tests/fuzz/fuzz.h"

static void
require_within(const struct certificate *certificate, struct bytes part)
{
	const uint8_t *start = certificate->der.data;

	if (part.size == 0)
		return;
	require(part.data >= start &&
		part.data + part.size <= start + certificate->der.size);
}

static void
require_strings(const struct certificate *certificate)
{
	require(certificate->subject != NULL && certificate->issuer != NULL &&
		certificate->key_name != NULL &&
		certificate->signature_name != NULL);
	require_clean(certificate->subject);
	require_clean(certificate->issuer);
	require_clean(certificate->subject_cn);
	require_clean(certificate->issuer_cn);
	require_clean(certificate->damage);
	for (size_t i = 0; i < certificate->issuer_url_count; i++)
		require_clean(certificate->issuer_urls[i]);
	for (size_t i = 0; i < certificate->ocsp_url_count; i++)
		require_clean(certificate->ocsp_urls[i]);
	for (size_t i = 0; i < certificate->unknown_critical_count; i++)
		require_clean(certificate->unknown_critical[i]);
}

static void
require_names(
    const struct certificate *certificate, const struct name_list *list)
{
	struct arena *arena = arena_new();
	struct bytes canonical;

	for (size_t i = 0; i < list->count; i++) {
		require_within(certificate, list->names[i].value);
		require(list->names[i].kind <= NAME_UNKNOWN);
		if (list->names[i].kind != NAME_DIRECTORY)
			continue;
		name_canonical(arena, list->names[i].value, &canonical);
	}
	arena_free(arena);
}

static void
require_consistent(const struct certificate *certificate)
{
	require_strings(certificate);
	require_within(certificate, certificate->serial);
	require_within(certificate, certificate->tbs);
	require_within(certificate, certificate->signature);
	require_within(certificate, certificate->spki);
	require_within(certificate, certificate->raw_subject);
	require_within(certificate, certificate->subject_key_id);
	require_within(certificate, certificate->authority_key_id);
	require_within(certificate, certificate->scts);
	require_names(certificate, &certificate->alternative_names);
	require_names(certificate, &certificate->permitted);
	require_names(certificate, &certificate->excluded);
	if (certificate->damage == NULL) {
		require(certificate->times_valid && certificate->version > 0);
		require(
		    certificate->tbs.size > 0 && certificate->spki.size > 0);
	}
}

static void
try_signature(const struct certificate *certificate)
{
	struct signature_memory *memory = signature_memory_new();

	(void)signature_check(memory, certificate, certificate, NULL);
	signature_memory_free(memory);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct certificate *certificate = certificate_new(bytes_of(data, size));

	require_consistent(certificate);
	try_signature(certificate);
	certificate_free(certificate);
	return 0;
}
