/*
 * What a certificate of the lab is to look like: a row of facts, written in
 * the tables of pki_world.c, scenario.c and fleet.c.  In every text NULL
 * means "as usual" and "" means "leave it out".
 */
#ifndef LAB_RECIPE_H
#define LAB_RECIPE_H

#define HOURS(n) ((long)(n)*3600)
#define DAYS(n) (HOURS(24) * (n))

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
	const char *name;      /* "I1"; a leaf's is "leaf:ID" */
	const char *host;      /* a leaf's: its usual names; NULL for a CA */
	unsigned port;	       /* for AIA URLs that lead to the host itself */
	const char *subject;   /* "/C=NL/O=Lab/CN=Root", "" an empty name */
	const char *issuer;    /* another recipe's name, or "self" */
	const char *key;       /* label of keys.h; usually a key of its own */
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
