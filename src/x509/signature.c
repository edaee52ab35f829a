/*
 * Verifies signatures with GnuTLS.  Results are kept, as a fleet asks the same
 * few questions thousands of times.  Whether the algorithm is strong enough is
 * decided elsewhere.
 */
#include "x509/signature.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "x509/certificate_key.h"
#include "x509/der.h"

enum {
	AFFORDABLE_RSA_BITS = 8192,
	AFFORDABLE_EXPONENT_BITS = 64,

	WAYS = 4,	     /* entries that one place has room for */
	ANSWERS_FIRST = 256, /* what a table starts with */
	ANSWERS_ABOUT_AUTHORITIES = 1 << 16,
	/* Of 26 octets each: 52 MiB.  A table doubles, so the next size would
	   be beyond 64 MiB. */
	ANSWERS_ABOUT_LEAVES = 1 << 21,
	KEYS_FIRST = 64,
	/* 1 to 2 KiB each: the public CAs have about 3,000, and unknown hosts
	   may send any number. */
	KEYS_MOST = 8192
};

struct answer {
	struct signature_id id;
	uint8_t known;
	uint8_t result; /* enum signature_result */
};

/* A cache of sets of WAYS answers; it grows as it fills, up to `most`. */
struct answer_table {
	struct answer *answers;
	size_t size, used, most;
};

struct kept_key {
	struct digest spki_sha256;
	gnutls_pubkey_t key; /* NULL: empty */
};

struct key_table {
	struct kept_key *keys;
	size_t size, used;
};

struct signature_memory {
	struct answer_table authorities, leaves;
	struct key_table keys;
	const struct good_signatures *shared; /* NULL: none */
	size_t turn; /* which of a full set goes next */
};

const char *
key_flaw(const struct certificate *certificate)
{
	if ((certificate->odd_forms & FORM_EXPLICIT_CURVE) != 0)
		return "has its own curve parameters in place of the name of "
		       "a curve";
	switch (certificate->key_kind) {
	case KEY_RSA:
	case KEY_RSA_PSS:
	case KEY_DSA:
		break;
	default:
		return NULL;
	}
	if (certificate->key_bits == 0)
		return certificate->key_kind == KEY_DSA
			   ? "takes its parameters from another key"
			   : "cannot be read";
	return certificate->key_bits <= AFFORDABLE_RSA_BITS &&
		       certificate->exponent_bits <= AFFORDABLE_EXPONENT_BITS
		   ? NULL
		   : "is built to be costly, and nothing is computed with it";
}

struct signature_memory *
signature_memory_new(void)
{
	struct signature_memory *memory = memory_new(sizeof(*memory));

	memory->authorities.most = ANSWERS_ABOUT_AUTHORITIES;
	memory->leaves.most = ANSWERS_ABOUT_LEAVES;
	return memory;
}

void
signature_memory_free(struct signature_memory *memory)
{
	if (memory == NULL)
		return;
	for (size_t i = 0; i < memory->keys.size; i++)
		if (memory->keys.keys[i].key != NULL)
			gnutls_pubkey_deinit(memory->keys.keys[i].key);
	free(memory->keys.keys);
	free(memory->authorities.answers);
	free(memory->leaves.answers);
	free(memory);
}

void
signature_memory_share(
    struct signature_memory *memory, const struct good_signatures *shared)
{
	memory->shared = shared;
}

/*
 * The result follows from the whole certificate and the whole key, and from
 * the program that computes it: another GnuTLS may refuse what this one takes,
 * and RULES is raised when check_octets() does.
 */
static struct signature_id
id_of(const struct certificate *subject, const struct certificate *issuer)
{
	enum { RULES = 1, VERSION_MOST = 31, FIXED = 2 * 32 + 1 };
	const char *version = gnutls_check_version(NULL);
	uint8_t octets[FIXED + VERSION_MOST];
	size_t size = strnlen(version, VERSION_MOST);
	struct signature_id id;
	struct digest digest;

	memcpy(octets, subject->sha256.octets, 32);
	memcpy(octets + 32, issuer->spki_sha256.octets, 32);
	octets[FIXED - 1] = RULES;
	memcpy(octets + FIXED, version, size);
	certificate_digest(bytes_of(octets, FIXED + size), &digest);
	memcpy(id.octets, digest.octets, sizeof(id.octets));
	return id;
}

/*
 * The octets are of a SHA-256 value: any of them are as good as a hash.  `size`
 * is a power of two, as WAYS is.
 */
static size_t
place_of(const uint8_t octets[], size_t size)
{
	uint64_t hash;

	memcpy(&hash, octets, sizeof(hash));
	return (size_t)hash & (size - WAYS);
}

static const struct answer *
answer_find(const struct answer_table *table, const struct signature_id *id)
{
	size_t place;

	if (table->size == 0)
		return NULL;
	place = place_of(id->octets, table->size);
	for (size_t i = place; i < place + WAYS; i++) {
		const struct answer *answer = &table->answers[i];

		if (answer->known != 0 &&
		    memcmp(&answer->id, id, sizeof(*id)) == 0)
			return answer;
	}
	return NULL;
}

static void
answer_put(struct answer_table *table, const struct answer *answer, size_t turn)
{
	size_t place = place_of(answer->id.octets, table->size);

	for (size_t i = place; i < place + WAYS; i++)
		if (table->answers[i].known == 0) {
			table->answers[i] = *answer;
			table->used++;
			return;
		}
	table->answers[place + turn % WAYS] = *answer;
}

/* A run over one host should not pay for what a fleet needs. */
static void
table_grow(struct answer_table *table)
{
	struct answer_table old = *table;

	table->size = old.size == 0 ? ANSWERS_FIRST : old.size * 2;
	table->used = 0;
	table->answers = memory_array(table->size, sizeof(*table->answers));
	for (size_t i = 0; i < old.size; i++)
		if (old.answers[i].known != 0)
			answer_put(table, &old.answers[i], 0);
	free(old.answers);
}

/* NULL: GnuTLS does not take this key. */
static gnutls_pubkey_t
import_key(struct bytes spki)
{
	gnutls_datum_t der = { (void *)spki.data, (unsigned)spki.size };
	gnutls_pubkey_t key;

	if (gnutls_pubkey_init(&key) < 0)
		return NULL;
	if (gnutls_pubkey_import(key, &der, GNUTLS_X509_FMT_DER) < 0) {
		gnutls_pubkey_deinit(key);
		return NULL;
	}
	return key;
}

/* A full set loses the one whose turn it is. */
static void
key_put(struct key_table *table, const struct kept_key *kept, size_t turn)
{
	size_t place = place_of(kept->spki_sha256.octets, table->size);
	struct kept_key *slot = &table->keys[place + turn % WAYS];

	for (size_t i = place; i < place + WAYS; i++)
		if (table->keys[i].key == NULL) {
			slot = &table->keys[i];
			table->used++;
			break;
		}
	if (slot->key != NULL)
		gnutls_pubkey_deinit(slot->key);
	*slot = *kept;
}

static void
key_table_grow(struct key_table *table)
{
	struct key_table old = *table;

	table->size = old.size == 0 ? KEYS_FIRST : old.size * 2;
	table->used = 0;
	table->keys = memory_array(table->size, sizeof(*table->keys));
	for (size_t i = 0; i < old.size; i++)
		if (old.keys[i].key != NULL)
			key_put(table, &old.keys[i], 0);
	free(old.keys);
}

static gnutls_pubkey_t
kept_key(struct signature_memory *memory, const struct certificate *issuer)
{
	struct key_table *table = &memory->keys;
	struct kept_key kept = { .spki_sha256 = issuer->spki_sha256 };
	size_t place;

	if (table->used >= table->size / 2 && table->size < KEYS_MOST)
		key_table_grow(table);
	place = place_of(issuer->spki_sha256.octets, table->size);
	for (size_t i = place; i < place + WAYS; i++) {
		const struct kept_key *other = &table->keys[i];

		if (other->key != NULL &&
		    digest_equal(&other->spki_sha256, &issuer->spki_sha256))
			return other->key;
	}
	kept.key = import_key(issuer->spki);
	if (kept.key != NULL)
		key_put(table, &kept, memory->turn++);
	return kept.key;
}

/* A signature that is not even of the right form is bad, not unknown. */
static enum signature_result
result_of(int status)
{
	switch (status) {
	case GNUTLS_E_PK_SIG_VERIFY_FAILED:
	case GNUTLS_E_ASN1_DER_ERROR:
	case GNUTLS_E_ASN1_DER_OVERFLOW:
	case GNUTLS_E_ASN1_ELEMENT_NOT_FOUND:
	case GNUTLS_E_ASN1_TAG_ERROR:
	case GNUTLS_E_ASN1_TAG_IMPLICIT:
	case GNUTLS_E_ASN1_GENERIC_ERROR:
	case GNUTLS_E_ASN1_VALUE_NOT_FOUND:
	case GNUTLS_E_ASN1_VALUE_NOT_VALID:
	case GNUTLS_E_ASN1_TYPE_ANY_ERROR:
	case GNUTLS_E_ASN1_SYNTAX_ERROR:
	case GNUTLS_E_MPI_SCAN_FAILED:
		return SIGNATURE_BAD;
	default:
		return status >= 0 ? SIGNATURE_GOOD
				   : SIGNATURE_UNSUPPORTED_ALGORITHM;
	}
}

/* What was signed: all of it, or its hash. */
struct signed_octets {
	struct bytes octets;
	bool is_hash;
	struct bytes signature;
};

static enum signature_result
compute(gnutls_pubkey_t key, gnutls_sign_algorithm_t algorithm,
    const struct signed_octets *data)
{
	const unsigned flags =
	    GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1;
	gnutls_datum_t octets = { (void *)data->octets.data,
		(unsigned)data->octets.size };
	gnutls_datum_t value = { (void *)data->signature.data,
		(unsigned)data->signature.size };

	return result_of(data->is_hash
			     ? gnutls_pubkey_verify_hash2(
				   key, algorithm, flags, &octets, &value)
			     : gnutls_pubkey_verify_data2(
				   key, algorithm, flags, &octets, &value));
}

struct pss_hash {
	gnutls_sign_algorithm_t algorithm;
	gnutls_digest_algorithm_t digest;
};

static struct pss_hash
pss_hash_of(enum hash_kind hash)
{
	switch (hash) {
	case HASH_SHA256:
		return (struct pss_hash){ GNUTLS_SIGN_RSA_PSS_SHA256,
			GNUTLS_DIG_SHA256 };
	case HASH_SHA384:
		return (struct pss_hash){ GNUTLS_SIGN_RSA_PSS_SHA384,
			GNUTLS_DIG_SHA384 };
	case HASH_SHA512:
		return (struct pss_hash){ GNUTLS_SIGN_RSA_PSS_SHA512,
			GNUTLS_DIG_SHA512 };
	default:
		return (
		    struct pss_hash){ GNUTLS_SIGN_UNKNOWN, GNUTLS_DIG_UNKNOWN };
	}
}

/* Without these, GnuTLS takes any salt but the hash's length for forged. */
static int
set_pss_parameters(
    gnutls_pubkey_t key, gnutls_digest_algorithm_t digest, unsigned salt_size)
{
	gnutls_x509_spki_t spki;
	int status = gnutls_x509_spki_init(&spki);

	if (status < 0)
		return status;
	gnutls_x509_spki_set_rsa_pss_params(spki, digest, salt_size);
	status = gnutls_pubkey_set_spki(key, spki, 0);
	gnutls_x509_spki_deinit(spki);
	return status;
}

/* The parameters change the key, so it is one of its own. */
static enum signature_result
check_pss(const struct certificate *issuer,
    const struct signature_scheme *scheme, const struct signed_octets *data)
{
	enum signature_result result = SIGNATURE_UNSUPPORTED_ALGORITHM;
	struct pss_hash hash = pss_hash_of(scheme->hash);
	gnutls_pubkey_t key;

	/* RFC 4055 3.3: what the key allows; every client seen refuses more. */
	if (issuer->has_pss_parameters &&
	    (!bytes_equal(issuer->pss.hash, scheme->pss.hash) ||
		!bytes_equal(issuer->pss.mask_hash, scheme->pss.mask_hash) ||
		scheme->pss.salt_size < issuer->pss.salt_size))
		return SIGNATURE_BAD;
	if (hash.algorithm == GNUTLS_SIGN_UNKNOWN ||
	    !bytes_equal(scheme->pss.hash, scheme->pss.mask_hash))
		return SIGNATURE_UNSUPPORTED_ALGORITHM;
	if (scheme->pss.salt_size > issuer->key_bits / 8)
		return SIGNATURE_BAD;
	key = import_key(issuer->spki);
	if (key == NULL)
		return SIGNATURE_UNSUPPORTED_ALGORITHM;
	if (set_pss_parameters(key, hash.digest, scheme->pss.salt_size) >= 0)
		result = compute(key, hash.algorithm, data);
	gnutls_pubkey_deinit(key);
	return result;
}

/* Without a memory the key is not kept. */
static enum signature_result
check_plain(struct signature_memory *memory, const struct certificate *issuer,
    const struct signature_scheme *scheme, const struct signed_octets *data)
{
	enum signature_result result = SIGNATURE_UNSUPPORTED_ALGORITHM;
	gnutls_sign_algorithm_t algorithm;
	gnutls_pubkey_t key;
	char oid[128];

	if (!der_oid_text(scheme->oid, oid, sizeof(oid)))
		return SIGNATURE_UNSUPPORTED_ALGORITHM;
	algorithm = gnutls_oid_to_sign(oid);
	if (algorithm == GNUTLS_SIGN_UNKNOWN)
		return SIGNATURE_UNSUPPORTED_ALGORITHM;
	key = memory != NULL ? kept_key(memory, issuer)
			     : import_key(issuer->spki);
	if (key != NULL)
		result = compute(key, algorithm, data);
	if (key != NULL && memory == NULL)
		gnutls_pubkey_deinit(key);
	return result;
}

static enum signature_result
check_octets(struct signature_memory *memory, const struct certificate *issuer,
    struct bytes algorithm, const struct signed_octets *data)
{
	struct signature_scheme scheme;

	if (!signature_scheme_parse(algorithm, &scheme) ||
	    scheme.kind == SIGNATURE_UNKNOWN ||
	    issuer->key_kind == KEY_UNKNOWN || issuer->spki.size == 0)
		return SIGNATURE_UNSUPPORTED_ALGORITHM;
	if (!signature_kind_fits(scheme.kind, issuer->key_kind) ||
	    data->signature.size == 0)
		return SIGNATURE_BAD;
	if (key_flaw(issuer) != NULL)
		return SIGNATURE_UNSUPPORTED_KEY;
	if (scheme.kind == SIGNATURE_RSA_PSS)
		return check_pss(issuer, &scheme, data);
	return check_plain(memory, issuer, &scheme, data);
}

enum signature_result
signature_check_data(struct signature_memory *memory,
    const struct certificate *issuer, struct bytes algorithm, struct bytes data,
    struct bytes signature)
{
	const struct signed_octets octets = { data, false, signature };

	return check_octets(memory, issuer, algorithm, &octets);
}

enum signature_result
signature_check_hash(struct signature_memory *memory,
    const struct certificate *issuer, struct bytes algorithm, struct bytes hash,
    struct bytes signature)
{
	const struct signed_octets octets = { hash, true, signature };

	return check_octets(memory, issuer, algorithm, &octets);
}

int
signature_digest(struct bytes algorithm)
{
	struct signature_scheme scheme;
	gnutls_sign_algorithm_t known;
	char oid[128];

	if (!signature_scheme_parse(algorithm, &scheme) ||
	    !der_oid_text(scheme.oid, oid, sizeof(oid)))
		return GNUTLS_DIG_UNKNOWN;
	if (scheme.kind == SIGNATURE_RSA_PSS)
		return (int)pss_hash_of(scheme.hash).digest;
	known = gnutls_oid_to_sign(oid);
	if (known == GNUTLS_SIGN_UNKNOWN || scheme.kind == SIGNATURE_ED25519 ||
	    scheme.kind == SIGNATURE_ED448)
		return GNUTLS_DIG_UNKNOWN;
	return (int)gnutls_sign_get_hash_algorithm(known);
}

enum signature_result
signature_check(struct signature_memory *memory,
    const struct certificate *subject, const struct certificate *issuer,
    unsigned *fresh)
{
	struct answer_table *table = certificate_is_authority(subject)
					 ? &memory->authorities
					 : &memory->leaves;
	struct answer answer = { id_of(subject, issuer), 1, SIGNATURE_BAD };
	const struct answer *known = answer_find(table, &answer.id);
	const struct good_signatures *shared = memory->shared;
	bool is_own_key =
	    digest_equal(&subject->spki_sha256, &issuer->spki_sha256);
	bool is_shared;

	if (known != NULL)
		return (enum signature_result)known->result;
	is_shared = shared != NULL && shared->has(shared->context, &answer.id);
	if (is_shared) {
		answer.result = SIGNATURE_GOOD;
	} else {
		if (fresh != NULL)
			(*fresh)++;
		/* The key of a self-signed certificate is asked once, and a
		   fleet of devices has one each: CA keys stay. */
		if (subject->tbs.size > 0)
			answer.result = (uint8_t)signature_check_data(
			    is_own_key ? NULL : memory, issuer,
			    subject->signature_algorithm, subject->tbs,
			    subject->signature);
		if (shared != NULL && answer.result == SIGNATURE_GOOD)
			is_shared = shared->add(shared->context, &answer.id);
	}
	/* Of a million leaves a second copy would be 26 MiB a thread. */
	if (is_shared && table == &memory->leaves)
		return SIGNATURE_GOOD;
	if (table->used >= table->size / 4 * 3 && table->size < table->most)
		table_grow(table);
	answer_put(table, &answer, memory->turn++);
	return (enum signature_result)answer.result;
}
