/*
 * Public keys and signature algorithms: which they are, how large, and what
 * they are called.  signature.c computes with them.
 */
#include "x509/certificate_key.h"

#include "x509/der.h"

/* The first element of an AlgorithmIdentifier, and what follows it. */
static bool
read_algorithm(struct der *der, struct bytes *oid, struct der *parameters)
{
	struct der_item item;

	if (!der_enter(der, DER_SEQUENCE, parameters) ||
	    !der_take(parameters, DER_OID, &item))
		return false;
	*oid = item.content;
	return true;
}

/* Bits of a non-negative INTEGER. */
static unsigned
count_bits(struct bytes integer)
{
	unsigned bits;

	while (integer.size > 0 && integer.data[0] == 0)
		integer = bytes_of(integer.data + 1, integer.size - 1);
	if (integer.size == 0)
		return 0;
	bits = (unsigned)(integer.size - 1) * 8;
	for (uint8_t octet = integer.data[0]; octet != 0; octet >>= 1)
		bits++;
	return bits;
}

static bool
take_positive(struct der *der, struct bytes *integer)
{
	struct der_item item;

	if (!der_take(der, DER_INTEGER, &item) || item.content.size == 0 ||
	    item.content.data[0] >= 0x80)
		return false;
	*integer = item.content;
	return true;
}

static const struct bytes sha1_oid = OID("\x2b\x0e\x03\x02\x1a");
static const struct bytes mgf1_oid =
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08");

/* Of a signature or of a key, behind the algorithm's OID. */
static bool
read_pss(struct der *algorithm, struct pss_parameters *pss)
{
	struct der parameters, inside, of_mask, ignored;
	struct der_item number;
	struct bytes mask;

	*pss = (struct pss_parameters){ sha1_oid, sha1_oid, 20 };
	if (!der_enter(algorithm, DER_SEQUENCE, &parameters))
		return false;
	/* [0] HashAlgorithm DEFAULT sha1 */
	if (der_peek(&parameters) == DER_CONTEXT_CONSTRUCTED(0) &&
	    (!der_enter(&parameters, DER_CONTEXT_CONSTRUCTED(0), &inside) ||
		!read_algorithm(&inside, &pss->hash, &ignored)))
		return false;
	/* [1] MaskGenAlgorithm DEFAULT mgf1SHA1 */
	if (der_peek(&parameters) == DER_CONTEXT_CONSTRUCTED(1)) {
		if (!der_enter(
			&parameters, DER_CONTEXT_CONSTRUCTED(1), &inside) ||
		    !read_algorithm(&inside, &mask, &of_mask) ||
		    !read_algorithm(&of_mask, &pss->mask_hash, &ignored))
			return false;
		if (!bytes_equal(mask, mgf1_oid))
			pss->mask_hash = bytes_of(NULL, 0);
	}
	/* [2] INTEGER DEFAULT 20; [3], the trailer, has one value only. */
	if (der_peek(&parameters) == DER_CONTEXT_CONSTRUCTED(2) &&
	    (!der_enter(&parameters, DER_CONTEXT_CONSTRUCTED(2), &inside) ||
		!der_take(&inside, DER_INTEGER, &number) ||
		!der_unsigned(number.content, &pss->salt_size)))
		return false;
	(void)der_take(&parameters, DER_CONTEXT_CONSTRUCTED(3), &number);
	return der_at_end(&parameters);
}

struct key_reading {
	struct certificate *certificate;
	struct der parameters;
	struct bytes key;
	struct text *name; /* to be filled; empty: the row's word */
};

/*
 * RFC 3279 2.3.1.  Of a modulus without its leading zero every library but Go's
 * reads the magnitude, and few refuse absent parameters.
 */
static bool
read_rsa(struct key_reading *reading)
{
	struct certificate *certificate = reading->certificate;
	struct der der = der_of(reading->key), numbers;
	struct der_item modulus;
	struct bytes exponent;

	if (!der_enter(&der, DER_SEQUENCE, &numbers) ||
	    !der_take(&numbers, DER_INTEGER, &modulus) ||
	    modulus.content.size == 0 || !take_positive(&numbers, &exponent))
		return false;
	if (modulus.content.data[0] >= 0x80 ||
	    (certificate->key_kind == KEY_RSA &&
		der_at_end(&reading->parameters)))
		certificate->odd_forms |= FORM_RSA_KEY;
	certificate->key_bits = count_bits(modulus.content);
	certificate->exponent_bits = count_bits(exponent);
	if (certificate->key_kind == KEY_RSA_PSS &&
	    der_peek(&reading->parameters) == DER_SEQUENCE) {
		certificate->has_pss_parameters = true;
		if (!read_pss(&reading->parameters, &certificate->pss))
			return false;
	}
	return certificate->key_bits > 0;
}

/* Dss-Parms (RFC 3279 2.3.2); an issuer's that are inherited show no size. */
static bool
read_dsa(struct key_reading *reading)
{
	struct der numbers;
	struct bytes prime;

	if (!der_enter(&reading->parameters, DER_SEQUENCE, &numbers))
		return true;
	if (!take_positive(&numbers, &prime))
		return false;
	reading->certificate->key_bits = count_bits(prime);
	return true;
}

struct curve_row {
	struct bytes oid;
	const char *name;
	enum curve curve;
	unsigned bits;
};

static const struct curve_row curves[] = {
	{ OID("\x2a\x86\x48\xce\x3d\x03\x01\x07"), "EC P-256", CURVE_P256,
	    256 },
	{ OID("\x2b\x81\x04\x00\x22"), "EC P-384", CURVE_P384, 384 },
	{ OID("\x2b\x81\x04\x00\x23"), "EC P-521", CURVE_P521, 521 },
	{ OID("\x2a\x86\x48\xce\x3d\x03\x01\x01"), "EC P-192", CURVE_P192,
	    192 },
	{ OID("\x2b\x81\x04\x00\x21"), "EC P-224", CURVE_P224, 224 },
	{ OID("\x2b\x81\x04\x00\x0a"), "EC secp256k1", CURVE_OTHER, 256 },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x07"), "EC brainpoolP256r1",
	    CURVE_OTHER, 256 },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0b"), "EC brainpoolP384r1",
	    CURVE_OTHER, 384 },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0d"), "EC brainpoolP512r1",
	    CURVE_OTHER, 512 },
};

/* RFC 5480 2.1.1: a curve's name; parameters in full are not for PKIX. */
static bool
read_ec(struct key_reading *reading)
{
	struct certificate *certificate = reading->certificate;
	struct bytes point = reading->key;
	struct der_item name;
	char oid[128];

	certificate->curve = CURVE_OTHER;
	/* SEC 1 2.3.3: a compressed point is one coordinate, else two. */
	if (point.size > 0)
		certificate->key_bits =
		    (unsigned)(point.size - 1) * (point.data[0] == 4 ? 4 : 8);
	if (der_peek(&reading->parameters) == DER_SEQUENCE) {
		certificate->odd_forms |= FORM_EXPLICIT_CURVE;
		text_append(reading->name, "EC with its own parameters");
		return true;
	}
	if (!der_take(&reading->parameters, DER_OID, &name) ||
	    !der_oid_text(name.content, oid, sizeof(oid)))
		return false;
	for (size_t i = 0; i < sizeof(curves) / sizeof(*curves); i++) {
		if (!bytes_equal(name.content, curves[i].oid))
			continue;
		certificate->curve = curves[i].curve;
		certificate->key_bits = curves[i].bits;
		text_append(reading->name, curves[i].name);
		return true;
	}
	text_printf(reading->name, "EC %s", oid);
	return true;
}

static bool
read_ed25519(struct key_reading *reading)
{
	reading->certificate->key_bits = 256;
	return reading->key.size == 32;
}

static bool
read_ed448(struct key_reading *reading)
{
	reading->certificate->key_bits = 456;
	return reading->key.size == 57;
}

struct key_row {
	struct bytes oid;
	enum key_kind kind;
	const char *name;
	bool (*read)(struct key_reading *);
};

static const struct key_row key_rows[] = {
	{ OID("\x2a\x86\x48\xce\x3d\x02\x01"), KEY_EC, "EC", read_ec },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), KEY_RSA, "RSA",
	    read_rsa },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), KEY_RSA_PSS, "RSA-PSS",
	    read_rsa },
	{ OID("\x2b\x65\x70"), KEY_ED25519, "Ed25519", read_ed25519 },
	{ OID("\x2b\x65\x71"), KEY_ED448, "Ed448", read_ed448 },
	{ OID("\x2a\x86\x48\xce\x38\x04\x01"), KEY_DSA, "DSA", read_dsa },
};

static bool
read_key(struct certificate_reader *reader, struct der *spki)
{
	struct certificate *certificate = reader->certificate;
	struct key_reading reading = { certificate, .name = &reader->text };
	const struct key_row *row = NULL;
	struct der_item key;
	struct bytes algorithm;
	unsigned unused;
	char oid[128];

	if (!read_algorithm(spki, &algorithm, &reading.parameters) ||
	    !der_take(spki, DER_BIT_STRING, &key) || !der_at_end(spki) ||
	    !der_bit_string(key.content, &reading.key, &unused))
		return false;
	for (size_t i = 0; i < sizeof(key_rows) / sizeof(*key_rows); i++)
		if (bytes_equal(algorithm, key_rows[i].oid))
			row = &key_rows[i];
	if (row == NULL) {
		if (!der_oid_text(algorithm, oid, sizeof(oid)))
			return false;
		text_append(&reader->text, oid);
		certificate->key_name = reader_keep_string(reader);
		return true;
	}
	certificate->key_kind = row->kind;
	if (!row->read(&reading))
		return false;
	/* "RSA 2048"; where the name alone says the size, the name alone. */
	if (row->kind == KEY_ED25519 || row->kind == KEY_ED448) {
		certificate->key_name = row->name;
		return true;
	}
	if (reader->text.size == 0)
		text_printf(
		    &reader->text, "%s %u", row->name, certificate->key_bits);
	certificate->key_name = reader_keep_string(reader);
	return true;
}

void
reader_key(struct certificate_reader *reader, struct bytes whole)
{
	struct der der = der_of(whole), spki;

	if (der_enter(&der, DER_SEQUENCE, &spki) && read_key(reader, &spki))
		return;
	text_clear(&reader->text);
	reader_damage(reader, "the public key cannot be read");
}

struct scheme_row {
	struct bytes oid;
	enum signature_kind kind;
	enum hash_kind hash;
	const char *name;
};

/* RFC 3279, 4055, 5758, 8410, 8702; the last row is from OIW, before 1996. */
static const struct scheme_row scheme_rows[] = {
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), SIGNATURE_RSA,
	    HASH_SHA256, "RSA-SHA256" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x03\x02"), SIGNATURE_ECDSA, HASH_SHA256,
	    "ECDSA-SHA256" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x03\x03"), SIGNATURE_ECDSA, HASH_SHA384,
	    "ECDSA-SHA384" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"), SIGNATURE_RSA,
	    HASH_SHA384, "RSA-SHA384" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"), SIGNATURE_RSA,
	    HASH_SHA512, "RSA-SHA512" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"), SIGNATURE_RSA, HASH_SHA1,
	    "RSA-SHA1" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e"), SIGNATURE_RSA,
	    HASH_SHA224, "RSA-SHA224" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"), SIGNATURE_RSA, HASH_MD5,
	    "RSA-MD5" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x02"), SIGNATURE_RSA, HASH_MD2,
	    "RSA-MD2" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x03\x04"), SIGNATURE_ECDSA, HASH_SHA512,
	    "ECDSA-SHA512" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x03\x01"), SIGNATURE_ECDSA, HASH_SHA224,
	    "ECDSA-SHA224" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x01"), SIGNATURE_ECDSA, HASH_SHA1,
	    "ECDSA-SHA1" },
	{ OID("\x2b\x65\x70"), SIGNATURE_ED25519, HASH_NONE, "Ed25519" },
	{ OID("\x2b\x65\x71"), SIGNATURE_ED448, HASH_NONE, "Ed448" },
	{ OID("\x2a\x86\x48\xce\x38\x04\x03"), SIGNATURE_DSA, HASH_SHA1,
	    "DSA-SHA1" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x01"), SIGNATURE_DSA,
	    HASH_SHA224, "DSA-SHA224" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x02"), SIGNATURE_DSA,
	    HASH_SHA256, "DSA-SHA256" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x03"), SIGNATURE_DSA,
	    HASH_SHA384, "DSA-SHA384" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x04"), SIGNATURE_DSA,
	    HASH_SHA512, "DSA-SHA512" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x05"), SIGNATURE_DSA, HASH_SHA3,
	    "DSA-SHA3-224" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x06"), SIGNATURE_DSA, HASH_SHA3,
	    "DSA-SHA3-256" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x07"), SIGNATURE_DSA, HASH_SHA3,
	    "DSA-SHA3-384" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x08"), SIGNATURE_DSA, HASH_SHA3,
	    "DSA-SHA3-512" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x09"), SIGNATURE_ECDSA,
	    HASH_SHA3, "ECDSA-SHA3-224" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0a"), SIGNATURE_ECDSA,
	    HASH_SHA3, "ECDSA-SHA3-256" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0b"), SIGNATURE_ECDSA,
	    HASH_SHA3, "ECDSA-SHA3-384" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0c"), SIGNATURE_ECDSA,
	    HASH_SHA3, "ECDSA-SHA3-512" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0d"), SIGNATURE_RSA, HASH_SHA3,
	    "RSA-SHA3-224" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0e"), SIGNATURE_RSA, HASH_SHA3,
	    "RSA-SHA3-256" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0f"), SIGNATURE_RSA, HASH_SHA3,
	    "RSA-SHA3-384" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x10"), SIGNATURE_RSA, HASH_SHA3,
	    "RSA-SHA3-512" },
	{ OID("\x2b\x0e\x03\x02\x1d"), SIGNATURE_RSA, HASH_SHA1, "RSA-SHA1" },
};

/* RSASSA-PSS says its hash beside the algorithm (RFC 4055 3.1). */
static const struct scheme_row pss_rows[] = {
	{ OID("\x2b\x0e\x03\x02\x1a"), SIGNATURE_RSA_PSS, HASH_SHA1,
	    "RSA-PSS-SHA1" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01"), SIGNATURE_RSA_PSS,
	    HASH_SHA256, "RSA-PSS-SHA256" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x02"), SIGNATURE_RSA_PSS,
	    HASH_SHA384, "RSA-PSS-SHA384" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x03"), SIGNATURE_RSA_PSS,
	    HASH_SHA512, "RSA-PSS-SHA512" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x04"), SIGNATURE_RSA_PSS,
	    HASH_SHA224, "RSA-PSS-SHA224" },
};

static const struct bytes pss_oid = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a");
static const struct scheme_row *
scheme_row_of(struct bytes oid, const struct scheme_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(oid, rows[i].oid))
			return &rows[i];
	return NULL;
}

bool
signature_scheme_parse(struct bytes whole, struct signature_scheme *scheme)
{
	const struct scheme_row *row;
	struct der der = der_of(whole), parameters;

	*scheme = (struct signature_scheme){ .kind = SIGNATURE_UNKNOWN };
	if (!read_algorithm(&der, &scheme->oid, &parameters))
		return false;
	if (bytes_equal(scheme->oid, pss_oid)) {
		scheme->kind = SIGNATURE_RSA_PSS;
		scheme->name = "RSA-PSS";
		if (!read_pss(&parameters, &scheme->pss))
			return false;
		row = scheme_row_of(scheme->pss.hash, pss_rows,
		    sizeof(pss_rows) / sizeof(*pss_rows));
		if (row != NULL) {
			scheme->hash = row->hash;
			scheme->name = row->name;
		}
		return true;
	}
	row = scheme_row_of(scheme->oid, scheme_rows,
	    sizeof(scheme_rows) / sizeof(*scheme_rows));
	if (row != NULL) {
		scheme->kind = row->kind;
		scheme->hash = row->hash;
		scheme->name = row->name;
	}
	return true;
}

bool
signature_kind_fits(enum signature_kind signature, enum key_kind key)
{
	switch (signature) {
	case SIGNATURE_RSA:
		return key == KEY_RSA;
	case SIGNATURE_RSA_PSS:
		return key == KEY_RSA || key == KEY_RSA_PSS;
	case SIGNATURE_ECDSA:
		return key == KEY_EC;
	case SIGNATURE_DSA:
		return key == KEY_DSA;
	case SIGNATURE_ED25519:
		return key == KEY_ED25519;
	case SIGNATURE_ED448:
		return key == KEY_ED448;
	case SIGNATURE_UNKNOWN:
		break;
	}
	return false;
}
