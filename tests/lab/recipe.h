/*
 * What a certificate of the lab is to look like: a row of facts, written in
 * the tables of pki_world.c, scenario.c and fleet.c.  In every text NULL
 * means "as usual" and "" means "leave it out".
 */
#ifndef LAB_RECIPE_H
#define LAB_RECIPE_H

#define HOURS(n) ((long)(n)*3600)
#define DAYS(n) (HOURS(24) * (n))

/* For `key_algorithm`: forms that RFC 5480 2.1.1 and RFC 3279 2.3.1 ban, and
 * PSS keys that allow less (RFC 4055 3.3) than SHA-256 with a salt of 32. */
#define EXPLICIT_P256                                                      \
	"3082010306072a8648ce3d02013081f7020101302c06072a8648ce3d01010221" \
	"00ffffffff00000001000000000000000000000000ffffffffffffffffffffff" \
	"ff305b0420ffffffff00000001000000000000000000000000ffffffffffffff" \
	"fffffffffc04205ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63b" \
	"ce3c3e27d2604b031500c49d360886e704936a6678e1139d26b7819f7e900441" \
	"046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2" \
	"964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51" \
	"f5022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2" \
	"fc632551020101"
#define RSA_WITHOUT_NULL "300b06092a864886f70d010101"
#define PSS_SHA384                                                         \
	"304106092a864886f70d01010a3034a00f300d06096086480165030402020500" \
	"a11c301a06092a864886f70d010108300d06096086480165030402020500a203" \
	"020130"
#define PSS_SALT_64                                                        \
	"304106092a864886f70d01010a3034a00f300d06096086480165030402010500" \
	"a11c301a06092a864886f70d010108300d06096086480165030402010500a203" \
	"020140"

enum recipe_switch {
	NOT_A_CA = 1 << 0, /* though it issues: CA FALSE */
	NO_BASIC_CONSTRAINTS = 1 << 1,
	BASIC_NOT_CRITICAL = 1 << 2,
	NO_SUBJECT_KEY_ID = 1 << 3,
	NO_AUTHORITY_KEY_ID = 1 << 4,
	ALTERNATIVE_NAME_CRITICAL = 1 << 5,
	MUST_STAPLE = 1 << 6,	      /* RFC 7633 */
	DUPLICATE_EXTENSION = 1 << 7, /* subjectAltName twice */
	VERSION_1 = 1 << 8,	      /* no extensions at all */
	ALGORITHMS_DIFFER = 1 << 9,   /* inner and outer signature field */
};

enum recipe_signature {
	SIGNED_SHA256,
	SIGNED_SHA384,
	SIGNED_SHA512,
	SIGNED_SHA1,
	SIGNED_MD5,
	SIGNED_PSS, /* RSASSA-PSS with SHA-256, salt of 32 */
};

struct recipe {
	const char *name;    /* "I1"; a leaf's is "leaf:ID" */
	const char *host;    /* a leaf's: its usual names; NULL for a CA */
	unsigned port;	     /* for AIA URLs that lead to the host itself */
	const char *subject; /* "/C=NL/O=Lab/CN=Root", "" an empty name */
	const char *issuer;  /* another recipe's name, or "self" */
	const char *key;     /* label of keys.h; usually a key of its own */
	const char *key_algorithm; /* AlgorithmIdentifier of the SPKI in hex */
	const char *san;       /* "DNS:a,IP:127.0.0.1,EMAIL:,URI:,DIR:/CN=" */
	const char *usage;     /* "digitalSignature,keyEncipherment" */
	const char *purposes;  /* "serverAuth,clientAuth", "any" */
	const char *permitted; /* name constraints, written as san */
	const char *excluded;
	const char *aia; /* "der/I1 closed:der/I1": see pki_url() */
	const char *path_length;
	const char *serial; /* octets in hex; usually made of the name */
	const char *authority_key_id; /* octets in hex, in place of the true */
	const char *extra;	      /* "OID:critical:HEX OID::HEX" */
	long from, to;		      /* validity, seconds from the lab's now */
	unsigned switches;
	enum recipe_signature signature;
	unsigned char string_tag; /* of the subject; usually UTF8String */
	unsigned char issuer_string_tag; /* of the issuer's name, likewise */
};

#endif
