/*
 * Reads the response with our own bounded reader, finds the answer about one
 * certificate, and checks who signed it and when.  GnuTLS hashes, and writes
 * requests.
 */
#include "x509/ocsp.h"

#include <gnutls/crypto.h>
#include <gnutls/ocsp.h>

#include "x509/crl.h"
#include "x509/der.h"

enum {
	MOST_RESPONDERS = 8, /* certificates that are looked at */
	MOST_ANSWERS = 256,
	MOST_HASH_OCTETS = 64
};

/* BasicOCSPResponse, RFC 6960 4.2.1. */
struct basic {
	struct bytes signed_data; /* ResponseData, whole */
	struct bytes algorithm;	  /* AlgorithmIdentifier, whole */
	struct bytes signature;
	struct der certificates;
	struct der_item responder; /* byName [1] or byKey [2] */
	struct der answers;
	struct der extensions;
};

/* SingleResponse. */
struct single_response {
	struct der id;
	struct der_item status;
	int64_t this_update, next_update;
	bool has_next_update;
	struct der extensions;
};

struct ocsp_question {
	const struct certificate *leaf, *issuer;
	struct signature_memory *signatures;
	int64_t now;
};

static void
find_unusable(
    struct ocsp_verdict *verdict, const char *cause, const char *reason)
{
	verdict->state = OCSP_UNUSABLE;
	verdict->cause = cause;
	verdict->reason = reason;
}

/* Reading */

static bool
take_time(struct der *der, int64_t *time)
{
	struct der_item item;
	unsigned forms;

	return der_take(der, DER_GENERALIZED_TIME, &item) &&
	       der_time(item.tag, item.content, time, &forms) &&
	       (forms & ~(unsigned)DER_TIME_FRACTION) == 0;
}

/* [n] EXPLICIT SEQUENCE, or nothing: then there is nothing inside. */
static bool
enter_optional(struct der *der, unsigned number, struct der *inside)
{
	struct der explicit;

	*inside = der_of(bytes_of(NULL, 0));
	if (der_peek(der) != DER_CONTEXT_CONSTRUCTED(number))
		return true;
	return der_enter(der, DER_CONTEXT_CONSTRUCTED(number), &explicit) &&
	       der_enter(&explicit, DER_SEQUENCE, inside) &&
	       der_at_end(&explicit);
}

static bool
read_basic(struct bytes octets, struct basic *basic)
{
	struct der der = der_of(octets), inside;
	struct der_item item, data;
	int64_t produced_at;
	unsigned unused;

	if (!der_enter(&der, DER_SEQUENCE, &inside) || !der_at_end(&der) ||
	    !der_take(&inside, DER_SEQUENCE, &data))
		return false;
	basic->signed_data = data.whole;
	if (!der_take(&inside, DER_SEQUENCE, &item))
		return false;
	basic->algorithm = item.whole;
	if (!der_take(&inside, DER_BIT_STRING, &item) ||
	    !der_bit_string(item.content, &basic->signature, &unused) ||
	    !enter_optional(&inside, 0, &basic->certificates) ||
	    !der_at_end(&inside))
		return false;
	/* ResponseData */
	inside = der_of(data.content);
	der_take(&inside, DER_CONTEXT_CONSTRUCTED(0), &item); /* version 1 */
	return der_next(&inside, &basic->responder) &&
	       take_time(&inside, &produced_at) &&
	       der_enter(&inside, DER_SEQUENCE, &basic->answers) &&
	       enter_optional(&inside, 1, &basic->extensions) &&
	       der_at_end(&inside);
}

/* responseBytes: id-pkix-ocsp-basic is the only type in use. */
static bool
read_response_bytes(struct der explicit, struct basic *basic)
{
	static const struct bytes basic_type =
	    OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x01");
	struct der inside;
	struct der_item type, octets;

	return der_enter(&explicit, DER_SEQUENCE, &inside) &&
	       der_at_end(&explicit) && der_take(&inside, DER_OID, &type) &&
	       bytes_equal(type.content, basic_type) &&
	       der_take(&inside, DER_OCTET_STRING, &octets) &&
	       der_at_end(&inside) && read_basic(octets.content, basic);
}

/* RFC 6960 4.2.1, OCSPResponseStatus; 4 is not used. */
static const char *
status_sentence(uint8_t status)
{
	static const char *const sentences[] = {
		[1] = "the responder answers malformedRequest",
		[2] = "the responder answers internalError",
		[3] = "the responder answers tryLater",
		[5] = "the responder answers sigRequired",
		[6] = "the responder answers unauthorized",
	};

	if (status < sizeof(sentences) / sizeof(sentences[0]) &&
	    sentences[status] != NULL)
		return sentences[status];
	return "the responder answers an unknown status";
}

/* False when the verdict already has a reason why not. */
static bool
read_response(
    struct bytes octets, struct basic *basic, struct ocsp_verdict *verdict)
{
	struct der der = der_of(octets), inside, explicit;
	struct der_item status;

	if (!der_enter(&der, DER_SEQUENCE, &inside) || !der_at_end(&der) ||
	    !der_take(&inside, DER_ENUMERATED, &status) ||
	    status.content.size != 1) {
		find_unusable(
		    verdict, "malformed", "the answer is not an OCSP response");
		return false;
	}
	if (status.content.data[0] != 0) {
		find_unusable(verdict, "not_successful",
		    status_sentence(status.content.data[0]));
		return false;
	}
	if (der_enter(&inside, DER_CONTEXT_CONSTRUCTED(0), &explicit) &&
	    der_at_end(&inside) && read_response_bytes(explicit, basic))
		return true;
	find_unusable(verdict, "malformed", "the OCSP response cannot be read");
	return false;
}

static bool
read_answer(struct der *list, struct single_response *answer)
{
	struct der der, explicit;

	*answer = (struct single_response){ .has_next_update = false };
	if (!der_enter(list, DER_SEQUENCE, &der) ||
	    !der_enter(&der, DER_SEQUENCE, &answer->id) ||
	    !der_next(&der, &answer->status) ||
	    !take_time(&der, &answer->this_update))
		return false;
	answer->has_next_update = der_peek(&der) == DER_CONTEXT_CONSTRUCTED(0);
	if (answer->has_next_update &&
	    (!der_enter(&der, DER_CONTEXT_CONSTRUCTED(0), &explicit) ||
		!take_time(&explicit, &answer->next_update) ||
		!der_at_end(&explicit)))
		return false;
	return enter_optional(&der, 1, &answer->extensions) && der_at_end(&der);
}

/* Is it about our certificate? */

static gnutls_digest_algorithm_t
digest_of(struct bytes oid)
{
	static const struct {
		struct bytes oid;
		gnutls_digest_algorithm_t digest;
	} rows[] = {
		{ OID("\x2b\x0e\x03\x02\x1a"), GNUTLS_DIG_SHA1 },
		{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01"),
		    GNUTLS_DIG_SHA256 },
		{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x02"),
		    GNUTLS_DIG_SHA384 },
		{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x03"),
		    GNUTLS_DIG_SHA512 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bytes_equal(rows[i].oid, oid))
			return rows[i].digest;
	return GNUTLS_DIG_UNKNOWN;
}

static bool
is_hash_of(
    struct bytes hash, gnutls_digest_algorithm_t digest, struct bytes data)
{
	uint8_t octets[MOST_HASH_OCTETS];
	size_t size = gnutls_hash_get_len(digest);

	return size > 0 && size <= sizeof(octets) && hash.size == size &&
	       gnutls_hash_fast(digest, data.data, data.size, octets) >= 0 &&
	       memcmp(hash.data, octets, size) == 0;
}

/* The key's octets: what is in the BIT STRING of SubjectPublicKeyInfo. */
static struct bytes
key_octets(const struct certificate *certificate)
{
	struct der der = der_of(certificate->spki), inside;
	struct der_item algorithm, key;
	struct bytes octets;
	unsigned unused;

	if (der_enter(&der, DER_SEQUENCE, &inside) &&
	    der_take(&inside, DER_SEQUENCE, &algorithm) &&
	    der_take(&inside, DER_BIT_STRING, &key) &&
	    der_bit_string(key.content, &octets, &unused))
		return octets;
	return bytes_of(NULL, 0);
}

/* CertID, RFC 6960 4.1.1: the name is the issuer's as the leaf spells it. */
static bool
is_about(struct der id, const struct ocsp_question *question)
{
	struct der algorithm;
	struct der_item oid, name, key, serial;
	gnutls_digest_algorithm_t digest;

	if (!der_enter(&id, DER_SEQUENCE, &algorithm) ||
	    !der_take(&algorithm, DER_OID, &oid) ||
	    !der_take(&id, DER_OCTET_STRING, &name) ||
	    !der_take(&id, DER_OCTET_STRING, &key) ||
	    !der_take(&id, DER_INTEGER, &serial))
		return false;
	digest = digest_of(oid.content);
	return digest != GNUTLS_DIG_UNKNOWN &&
	       bytes_equal(serial.content, question->leaf->serial) &&
	       (is_hash_of(name.content, digest, question->leaf->raw_issuer) ||
		   is_hash_of(
		       name.content, digest, question->issuer->raw_subject)) &&
	       is_hash_of(key.content, digest, key_octets(question->issuer));
}

static bool
find_answer(struct der answers, const struct ocsp_question *question,
    struct single_response *answer, struct ocsp_verdict *verdict)
{
	for (int i = 0; i < MOST_ANSWERS && !der_at_end(&answers); i++) {
		if (!read_answer(&answers, answer)) {
			find_unusable(verdict, "malformed",
			    "an answer in the OCSP response cannot be read");
			return false;
		}
		if (is_about(answer->id, question))
			return true;
	}
	find_unusable(verdict, "other_certificate",
	    "the OCSP response is about another certificate");
	return false;
}

/* Who signed it? */

static bool
is_named(
    const struct der_item *responder, const struct certificate *certificate)
{
	struct der explicit = der_of(responder->content);
	struct der_item item;

	if (responder->tag == DER_CONTEXT_CONSTRUCTED(1))
		return der_take(&explicit, DER_SEQUENCE, &item) &&
		       bytes_equal(item.whole, certificate->raw_subject);
	if (responder->tag == DER_CONTEXT_CONSTRUCTED(2))
		return der_take(&explicit, DER_OCTET_STRING, &item) &&
		       is_hash_of(item.content, GNUTLS_DIG_SHA1,
			   key_octets(certificate));
	return false;
}

/* RFC 6960 4.2.2.2: issued by the same CA, and for this purpose. */
static bool
is_authorized(
    const struct certificate *responder, const struct ocsp_question *question)
{
	if (!bytes_equal(
		responder->issuer_key_name, question->issuer->subject_key) ||
	    !responder->has_purposes ||
	    !(responder->purposes & PURPOSE_OCSP_SIGNING))
		return false;
	if (responder->has_key_usage &&
	    !(responder->key_usage &
		(USAGE_DIGITAL_SIGNATURE | USAGE_NON_REPUDIATION)))
		return false;
	if (!responder->times_valid || responder->damage != NULL ||
	    question->now < responder->not_before ||
	    question->now > responder->not_after)
		return false;
	return signature_check(question->signatures, responder,
		   question->issuer, NULL) == SIGNATURE_GOOD;
}

enum signer { SIGNER_ABSENT, SIGNER_UNAUTHORIZED, SIGNER_FORGED, SIGNER_GOOD };

static enum signer
try_signer(const struct certificate *signer, const struct basic *basic,
    const struct ocsp_question *question)
{
	bool is_issuer =
	    digest_equal(&signer->spki_sha256, &question->issuer->spki_sha256);

	if (!is_named(&basic->responder, signer))
		return SIGNER_ABSENT;
	if (!is_issuer && !is_authorized(signer, question))
		return SIGNER_UNAUTHORIZED;
	return signature_check_data(question->signatures, signer,
		   basic->algorithm, basic->signed_data,
		   basic->signature) == SIGNATURE_GOOD
		   ? SIGNER_GOOD
		   : SIGNER_FORGED;
}

static bool
check_signer(const struct basic *basic, const struct ocsp_question *question,
    struct ocsp_verdict *verdict)
{
	struct der certificates = basic->certificates;
	enum signer best = try_signer(question->issuer, basic, question);
	struct der_item item;

	for (int i = 0; i < MOST_RESPONDERS && best != SIGNER_GOOD &&
			der_next(&certificates, &item);
	     i++) {
		struct certificate *certificate = certificate_new(item.whole);
		enum signer signer = try_signer(certificate, basic, question);

		if (signer > best)
			best = signer;
		certificate_free(certificate);
	}
	if (best == SIGNER_GOOD)
		return true;
	if (best == SIGNER_FORGED)
		find_unusable(verdict, "bad_signature",
		    "the signature of the OCSP response is wrong");
	else if (best == SIGNER_UNAUTHORIZED)
		find_unusable(verdict, "unauthorized_responder",
		    "the issuer has not authorized the OCSP responder");
	else
		find_unusable(verdict, "unauthorized_responder",
		    "the OCSP responder is not the issuer, and its "
		    "certificate is not in the response");
	return false;
}

/* Is it valid now, and what is its status? */

static bool
has_critical(struct der extensions)
{
	struct der extension;
	struct der_item item;
	bool critical;

	while (der_enter(&extensions, DER_SEQUENCE, &extension))
		if (der_next(&extension, &item) &&
		    der_take(&extension, DER_BOOLEAN, &item) &&
		    (!der_boolean(item.content, &critical) || critical))
			return true;
	return !der_at_end(&extensions);
}

static bool
check_dates(const struct single_response *answer, int64_t now,
    struct ocsp_verdict *verdict)
{
	int64_t end = answer->has_next_update
			  ? answer->next_update
			  : answer->this_update + OCSP_MOST_AGE;

	if (answer->this_update > now + OCSP_SKEW) {
		find_unusable(verdict, "not_yet_valid",
		    "the OCSP response is of the future");
		return false;
	}
	if (now > end) {
		find_unusable(
		    verdict, "expired", "the OCSP response has expired");
		return false;
	}
	return true;
}

static void
tell_status(const struct der_item *status, struct ocsp_verdict *verdict)
{
	struct der der = der_of(status->content), explicit;

	switch (status->tag) {
	case DER_CONTEXT(0):
		verdict->state = OCSP_GOOD;
		break;
	case DER_CONTEXT_CONSTRUCTED(1):
		verdict->state = OCSP_REVOKED;
		take_time(&der, &verdict->revoked_at);
		if (der_enter(&der, DER_CONTEXT_CONSTRUCTED(0), &explicit))
			verdict->revocation_reason = crl_reason_word(explicit);
		break;
	case DER_CONTEXT(2):
		verdict->state = OCSP_UNKNOWN;
		break;
	default:
		find_unusable(verdict, "malformed",
		    "the OCSP response has no certificate status");
	}
}

static void
take_scts(struct der extensions, struct ocsp_verdict *verdict)
{
	static const struct bytes scts =
	    OID("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x05");
	struct der extension, value;
	struct der_item oid, item;

	while (der_enter(&extensions, DER_SEQUENCE, &extension)) {
		if (!der_take(&extension, DER_OID, &oid) ||
		    !bytes_equal(oid.content, scts))
			continue;
		der_take(&extension, DER_BOOLEAN, &item);
		if (der_enter(&extension, DER_OCTET_STRING, &value) &&
		    der_take(&value, DER_OCTET_STRING, &item))
			verdict->scts = item.content;
	}
}

void
ocsp_judge(struct ocsp_verdict *verdict, struct bytes response,
    const struct certificate *leaf, const struct certificate *issuer,
    struct signature_memory *signatures, int64_t now)
{
	struct ocsp_question question = { leaf, issuer, signatures, now };
	struct basic basic = { .signed_data = response };
	struct single_response answer;

	*verdict = (struct ocsp_verdict){ .state = OCSP_NONE };
	if (response.size == 0 || !read_response(response, &basic, verdict) ||
	    !find_answer(basic.answers, &question, &answer, verdict))
		return;
	verdict->this_update = answer.this_update;
	verdict->next_update = answer.next_update;
	if (!check_signer(&basic, &question, verdict) ||
	    !check_dates(&answer, now, verdict))
		return;
	if (has_critical(basic.extensions) || has_critical(answer.extensions))
		find_unusable(verdict, "critical_extension",
		    "the OCSP response has an unknown critical extension");
	else
		tell_status(&answer.status, verdict);
	if (verdict->state != OCSP_UNUSABLE)
		take_scts(answer.extensions, verdict);
}

/*
 * SHA-1, and no nonce: responders that answer from a cache know nothing else
 * (RFC 5019 2.1.1).
 */
bool
ocsp_request(struct arena *arena, const struct certificate *subject,
    const struct certificate *issuer, struct bytes *request)
{
	enum { SHA1_SIZE = 20 };
	uint8_t name_hash[SHA1_SIZE], key_hash[SHA1_SIZE];
	const struct bytes name = subject->raw_issuer;
	const struct bytes key = key_octets(issuer);
	const gnutls_datum_t by_name = { name_hash, SHA1_SIZE };
	const gnutls_datum_t by_key = { key_hash, SHA1_SIZE };
	const gnutls_datum_t serial = { (unsigned char *)subject->serial.data,
		(unsigned)subject->serial.size };
	gnutls_datum_t octets = { NULL, 0 };
	gnutls_ocsp_req_t made;
	bool is_made;

	if (serial.size == 0 || key.size == 0 ||
	    gnutls_ocsp_req_init(&made) < 0)
		return false;
	is_made = gnutls_hash_fast(
		      GNUTLS_DIG_SHA1, name.data, name.size, name_hash) >= 0 &&
		  gnutls_hash_fast(
		      GNUTLS_DIG_SHA1, key.data, key.size, key_hash) >= 0 &&
		  gnutls_ocsp_req_add_cert_id(
		      made, GNUTLS_DIG_SHA1, &by_name, &by_key, &serial) >= 0 &&
		  gnutls_ocsp_req_export(made, &octets) >= 0;
	if (is_made)
		*request =
		    arena_bytes(arena, bytes_of(octets.data, octets.size));
	gnutls_free(octets.data);
	gnutls_ocsp_req_deinit(made);
	return is_made;
}
