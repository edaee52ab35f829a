/*
 * Certificates from recipes: what is usual is filled in, then the whole
 * TBSCertificate (RFC 5280 4.1) is written and signed by the issuer's key.
 */
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>

#include "tests/lab/der_writer.h"
#include "tests/lab/names.h"
#include "tests/lab/pki.h"

struct algorithm {
	gnutls_pk_algorithm_t key;
	enum recipe_signature signature;
	gnutls_sign_algorithm_t sign;
	const char *oid;
};

static const struct algorithm algorithms[] = {
	{ GNUTLS_PK_RSA, SIGNED_SHA256, GNUTLS_SIGN_RSA_SHA256,
	    "1.2.840.113549.1.1.11" },
	{ GNUTLS_PK_RSA, SIGNED_SHA384, GNUTLS_SIGN_RSA_SHA384,
	    "1.2.840.113549.1.1.12" },
	{ GNUTLS_PK_RSA, SIGNED_SHA512, GNUTLS_SIGN_RSA_SHA512,
	    "1.2.840.113549.1.1.13" },
	{ GNUTLS_PK_RSA, SIGNED_SHA1, GNUTLS_SIGN_RSA_SHA1,
	    "1.2.840.113549.1.1.5" },
	{ GNUTLS_PK_RSA, SIGNED_MD5, GNUTLS_SIGN_RSA_MD5,
	    "1.2.840.113549.1.1.4" },
	{ GNUTLS_PK_RSA, SIGNED_PSS, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256,
	    "1.2.840.113549.1.1.10" },
	{ GNUTLS_PK_RSA_PSS, SIGNED_SHA256, GNUTLS_SIGN_RSA_PSS_SHA256,
	    "1.2.840.113549.1.1.10" },
	{ GNUTLS_PK_ECDSA, SIGNED_SHA256, GNUTLS_SIGN_ECDSA_SHA256,
	    "1.2.840.10045.4.3.2" },
	{ GNUTLS_PK_ECDSA, SIGNED_SHA384, GNUTLS_SIGN_ECDSA_SHA384,
	    "1.2.840.10045.4.3.3" },
	{ GNUTLS_PK_ECDSA, SIGNED_SHA512, GNUTLS_SIGN_ECDSA_SHA512,
	    "1.2.840.10045.4.3.4" },
	{ GNUTLS_PK_ECDSA, SIGNED_SHA1, GNUTLS_SIGN_ECDSA_SHA1,
	    "1.2.840.10045.4.1" },
	{ GNUTLS_PK_EDDSA_ED25519, SIGNED_SHA256, GNUTLS_SIGN_EDDSA_ED25519,
	    "1.3.101.112" },
};

void
pki_init(struct pki *pki, time_t now)
{
	*pki = (struct pki){ .now = now };
	pki->last = &pki->first;
}

void
pki_clear(struct pki *pki)
{
	while (pki->first != NULL) {
		struct pki_certificate *certificate = pki->first;

		pki->first = certificate->next;
		octets_clear(&certificate->der);
		free(certificate->key_label);
		free(certificate->usual_san);
		free(certificate);
	}
	key_ring_clear(&pki->keys);
}

const struct pki_certificate *
pki_find(const struct pki *pki, const char *name)
{
	const struct pki_certificate *certificate;

	for (certificate = pki->first; certificate != NULL;
	     certificate = certificate->next)
		if (strcmp(certificate->recipe.name, name) == 0)
			return certificate;
	return NULL;
}

bool
pki_is_root(const struct pki_certificate *certificate)
{
	return strcmp(certificate->recipe.issuer, certificate->recipe.name) ==
	       0;
}

bool
recipe_is_authority(const struct recipe *recipe)
{
	return recipe->host == NULL && (recipe->switches & NOT_A_CA) == 0;
}

static bool
is_rsa(const char *key_label)
{
	return strncmp(key_label, "rsa", 3) == 0;
}

static void
fill_usual(
    struct recipe *recipe, const char *key_label, const char *alternative_name)
{
	bool is_ca = recipe->host == NULL;

	if (recipe->issuer == NULL || strcmp(recipe->issuer, "self") == 0)
		recipe->issuer = recipe->name;
	if (recipe->from == 0 && recipe->to == 0) {
		recipe->from = is_ca ? -DAYS(400) : -DAYS(20);
		recipe->to = is_ca ? DAYS(3000) : DAYS(70);
	}
	if (recipe->usage == NULL && is_ca)
		recipe->usage = "keyCertSign,cRLSign";
	else if (recipe->usage == NULL && is_rsa(key_label))
		recipe->usage = "digitalSignature,keyEncipherment";
	else if (recipe->usage == NULL)
		recipe->usage = "digitalSignature";
	if (recipe->purposes == NULL && !is_ca)
		recipe->purposes = "serverAuth,clientAuth";
	if (recipe->san == NULL && !is_ca)
		recipe->san = alternative_name;
}

void
pki_add(struct pki *pki, const struct recipe *recipe)
{
	struct pki_certificate *certificate;
	struct octets label = { 0 };

	if (pki_find(pki, recipe->name) != NULL)
		lab_bug("two recipes of one name", recipe->name);
	if (recipe->key != NULL)
		octets_add_text(&label, recipe->key);
	else
		octets_add_format(&label, "ec256/%s", recipe->name);
	certificate = lab_alloc(1, sizeof(*certificate));
	certificate->recipe = *recipe;
	certificate->key_label = octets_take_text(&label);
	octets_add_format(&label, "DNS:%s", recipe->host ? recipe->host : "");
	certificate->usual_san = octets_take_text(&label);
	fill_usual(&certificate->recipe, certificate->key_label,
	    certificate->usual_san);
	*pki->last = certificate;
	pki->last = &certificate->next;
}

void
pki_add_url(const struct pki *pki, const struct recipe *recipe,
    struct span item, struct octets *url)
{
	const char *text = item.text;
	int length = (int)item.length;

	if (span_begins(item, "name:"))
		octets_add_format(url, "http://aia.lab.test:%u/%.*s",
		    pki->aia_port, length - 5, text + 5);
	else if (span_begins(item, "closed:"))
		octets_add_format(url, "http://127.0.0.1:%u/%.*s",
		    pki->closed_port, length - 7, text + 7);
	else if (span_begins(item, "secure:"))
		octets_add_format(url, "https://127.0.0.1:%u/%.*s",
		    pki->aia_port, length - 7, text + 7);
	else if (span_begins(item, "ldap:"))
		octets_add_format(
		    url, "ldap://127.0.0.1/cn=%.*s", length - 5, text + 5);
	else if (span_begins(item, "own:"))
		octets_add_format(url, "https://%s:%u/%.*s", recipe->host,
		    recipe->port, length - 4, text + 4);
	else
		octets_add_format(url, "http://127.0.0.1:%u/%.*s",
		    pki->aia_port, length, text);
}

/* A leaf's usual name is its first DNS name, as most issuers have it. */
void
pki_put_subject(struct octets *out, const struct recipe *recipe, unsigned tag)
{
	const char *cursor = recipe->san;
	struct octets text = { 0 };
	struct span item;
	char *subject;

	if (recipe->subject != NULL) {
		put_name(out, recipe->subject, tag);
		return;
	}
	if (cursor != NULL && list_next(&cursor, ',', &item) &&
	    span_begins(item, "DNS:"))
		octets_add_format(
		    &text, "/CN=%.*s", (int)item.length - 4, item.text + 4);
	else if (recipe->host == NULL)
		octets_add_format(
		    &text, "/C=NL/O=Lab Trust/CN=Lab CA %s", recipe->name);
	else
		octets_add_format(&text, "/CN=%s", recipe->host);
	subject = octets_take_text(&text);
	put_name(out, subject, tag);
	free(subject);
}

/* Serials are made of the name, so that they are the same every day. */
void
pki_put_serial(struct octets *out, const struct recipe *recipe)
{
	uint8_t digest[20];
	size_t inside;

	if (recipe->serial != NULL) {
		inside = put_open(out, TAG_INTEGER);
		add_hex(out, recipe->serial, strlen(recipe->serial));
		put_close(out, inside);
		return;
	}
	if (gnutls_hash_fast(GNUTLS_DIG_SHA1, recipe->name,
		strlen(recipe->name), digest) < 0)
		lab_bug("cannot hash", recipe->name);
	digest[0] = (digest[0] & 0x7f) | 0x40; /* positive, shortest form */
	put_value(out, TAG_INTEGER, digest, 16);
}

static void
put_sha256(struct octets *out)
{
	size_t inside = put_open(out, TAG_SEQUENCE);

	put_oid_text(out, "2.16.840.1.101.3.4.2.1");
	put_null(out);
	put_close(out, inside);
}

/* RSASSA-PSS-params of RFC 4055: SHA-256 throughout, a salt as long. */
static void
put_pss_parameters(struct octets *out)
{
	size_t outer = put_open(out, TAG_SEQUENCE);
	size_t field = put_open(out, TAG_CONTEXT_CONSTRUCTED(0));
	size_t mask;

	put_sha256(out);
	put_close(out, field);
	field = put_open(out, TAG_CONTEXT_CONSTRUCTED(1));
	mask = put_open(out, TAG_SEQUENCE);
	put_oid_text(out, "1.2.840.113549.1.1.8");
	put_sha256(out);
	put_close(out, mask);
	put_close(out, field);
	field = put_open(out, TAG_CONTEXT_CONSTRUCTED(2));
	put_integer(out, 32);
	put_close(out, field);
	put_close(out, outer);
}

static const struct algorithm *
find_algorithm(const struct key *key, enum recipe_signature signature)
{
	int kind;

	if (key->private_key == NULL)
		return NULL;
	kind = gnutls_privkey_get_pk_algorithm(key->private_key, NULL);
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (kind == (int)algorithms[i].key &&
		    signature == algorithms[i].signature)
			return &algorithms[i];
	return NULL;
}

static void
put_algorithm(struct octets *out, const struct algorithm *algorithm)
{
	size_t inside = put_open(out, TAG_SEQUENCE);

	put_oid_text(out, algorithm->oid);
	if (strcmp(algorithm->oid, "1.2.840.113549.1.1.10") == 0)
		put_pss_parameters(out);
	else if (algorithm->key == GNUTLS_PK_RSA)
		put_null(out); /* RFC 3279 2.2.1 wants it for RSA only */
	put_close(out, inside);
}

bool
pki_put_algorithm(
    struct octets *out, const struct key *key, enum recipe_signature signature)
{
	const struct algorithm *algorithm = find_algorithm(key, signature);

	if (algorithm != NULL)
		put_algorithm(out, algorithm);
	return algorithm != NULL;
}

bool
pki_put_signed(struct octets *out, const struct octets *tbs,
    const struct key *key, enum recipe_signature signature)
{
	const struct algorithm *algorithm = find_algorithm(key, signature);
	gnutls_datum_t data = { tbs->data, (unsigned)tbs->length };
	gnutls_datum_t signed_data;
	size_t inside;

	if (algorithm == NULL ||
	    gnutls_privkey_sign_data2(
		key->private_key, algorithm->sign, 0, &data, &signed_data) < 0)
		return false;
	inside = put_open(out, TAG_SEQUENCE);
	octets_append(out, tbs);
	put_algorithm(out, algorithm);
	put_bit_string(out, signed_data.data, signed_data.size, 0);
	put_close(out, inside);
	gnutls_free(signed_data.data);
	return true;
}

static void
put_validity(
    struct octets *out, const struct pki *pki, const struct recipe *recipe)
{
	size_t inside = put_open(out, TAG_SEQUENCE);

	put_time(out, pki->now + recipe->from);
	put_time(out, pki->now + recipe->to);
	put_close(out, inside);
}

static void
put_version(struct octets *out)
{
	size_t inside = put_open(out, TAG_CONTEXT_CONSTRUCTED(0));

	put_integer(out, 2);
	put_close(out, inside);
}

/* With another AlgorithmIdentifier in front of the key, where one is given. */
static void
put_spki(struct octets *out, const struct recipe *recipe, const struct key *key)
{
	const uint8_t *spki = key->spki.data;
	size_t begin = spki[1] < 0x80 ? 2 : 2 + (size_t)(spki[1] & 0x7f);
	size_t outer;

	if (recipe->key_algorithm == NULL) {
		octets_append(out, &key->spki);
		return;
	}
	begin += 2 + (size_t)spki[begin + 1]; /* never 128 octets or more */
	outer = put_open(out, TAG_SEQUENCE);
	add_hex(out, recipe->key_algorithm, strlen(recipe->key_algorithm));
	octets_add(out, spki + begin, key->spki.length - begin);
	put_close(out, outer);
}

static bool
put_tbs(struct octets *out, const struct pki *pki,
    const struct pki_certificate *own, const struct pki_certificate *issuer)
{
	const struct recipe *recipe = &own->recipe;
	bool is_v1 = (recipe->switches & VERSION_1) != 0;
	bool differs = (recipe->switches & ALGORITHMS_DIFFER) != 0;
	unsigned issuer_tag = recipe->issuer_string_tag;
	size_t tbs = put_open(out, TAG_SEQUENCE);

	if (!is_v1)
		put_version(out);
	pki_put_serial(out, recipe);
	if (!pki_put_algorithm(
		out, issuer->key, differs ? SIGNED_SHA384 : recipe->signature))
		return false;
	pki_put_subject(out, &issuer->recipe,
	    issuer_tag ? issuer_tag : issuer->recipe.string_tag);
	put_validity(out, pki, recipe);
	pki_put_subject(out, recipe, recipe->string_tag);
	put_spki(out, recipe, own->key);
	if (!is_v1)
		put_extensions(out, pki, recipe, own->key, issuer->key);
	put_close(out, tbs);
	return true;
}

void
pki_issue(const struct pki *pki, struct pki_certificate *own,
    const struct pki_certificate *issuer)
{
	struct octets tbs = { 0 };

	if (own->key != NULL && issuer->key != NULL &&
	    put_tbs(&tbs, pki, own, issuer))
		pki_put_signed(
		    &own->der, &tbs, issuer->key, own->recipe.signature);
	octets_clear(&tbs);
}

static void
make_one(struct pki *pki, struct pki_certificate *certificate)
{
	const struct pki_certificate *issuer =
	    pki_find(pki, certificate->recipe.issuer);

	if (issuer == NULL)
		lab_bug("no such issuer", certificate->recipe.issuer);
	pki_issue(pki, certificate, issuer);
}

void
pki_make(struct pki *pki)
{
	struct pki_certificate *certificate;

	for (certificate = pki->first; certificate != NULL;
	     certificate = certificate->next)
		certificate->key =
		    key_ring_get(&pki->keys, certificate->key_label);
	for (certificate = pki->first; certificate != NULL;
	     certificate = certificate->next)
		make_one(pki, certificate);
}
