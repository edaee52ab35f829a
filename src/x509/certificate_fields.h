/*
 * An X.509 certificate (RFC 5280): its DER and the fields that judging needs,
 * read by our own bounded reader, so that a certificate which a library refuses
 * as a whole is still read as far as possible.  Immutable once made; shared
 * freely.
 */
#ifndef X509_CERTIFICATE_FIELDS_H
#define X509_CERTIFICATE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* RFC 5280 4.2.1.3, bit 0 first. */
enum key_usage {
	USAGE_DIGITAL_SIGNATURE = 1 << 0,
	USAGE_NON_REPUDIATION = 1 << 1,
	USAGE_KEY_ENCIPHERMENT = 1 << 2,
	USAGE_DATA_ENCIPHERMENT = 1 << 3,
	USAGE_KEY_AGREEMENT = 1 << 4,
	USAGE_KEY_CERT_SIGN = 1 << 5,
	USAGE_CRL_SIGN = 1 << 6
};

/* RFC 5280 4.2.1.12; OTHER: at least one purpose not named here. */
enum purpose {
	PURPOSE_SERVER_AUTH = 1 << 0,
	PURPOSE_CLIENT_AUTH = 1 << 1,
	PURPOSE_ANY = 1 << 2,
	PURPOSE_OCSP_SIGNING = 1 << 3,
	PURPOSE_OTHER = 1 << 4,
	PURPOSE_SERVER_GATED = 1 << 5, /* once Microsoft's */
	PURPOSE_NETSCAPE_GATED = 1 << 6
};

enum key_kind {
	KEY_UNKNOWN,
	KEY_RSA,
	KEY_RSA_PSS,
	KEY_EC,
	KEY_ED25519,
	KEY_ED448,
	KEY_DSA
};

enum curve {
	CURVE_NONE,
	CURVE_P192,
	CURVE_P224,
	CURVE_P256,
	CURVE_P384,
	CURVE_P521,
	CURVE_OTHER
};

enum hash_kind {
	HASH_NONE, /* in the scheme itself (EdDSA), or unknown */
	HASH_MD2,
	HASH_MD5,
	HASH_SHA1,
	HASH_SHA224,
	HASH_SHA256,
	HASH_SHA384,
	HASH_SHA512,
	HASH_SHA3
};

enum signature_kind {
	SIGNATURE_UNKNOWN,
	SIGNATURE_RSA,
	SIGNATURE_RSA_PSS,
	SIGNATURE_ECDSA,
	SIGNATURE_DSA,
	SIGNATURE_ED25519,
	SIGNATURE_ED448
};

/* GeneralName kinds by their context tag (RFC 5280 4.2.1.6). */
enum name_kind {
	NAME_OTHER = 0,
	NAME_EMAIL = 1,
	NAME_DNS = 2,
	NAME_X400 = 3,
	NAME_DIRECTORY = 4,
	NAME_EDI = 5,
	NAME_URI = 6,
	NAME_ADDRESS = 7,
	NAME_REGISTERED_ID = 8,
	NAME_UNKNOWN = 9
};

struct general_name {
	enum name_kind kind;
	struct bytes value; /* content octets; NAME_DIRECTORY: the Name */
};

struct name_list {
	const struct general_name *names;
	size_t count;
};

/* RFC 5280 4.2.1.5: a policy of the issuer's, and what counts as it below. */
struct policy_mapping {
	struct bytes issuer, subject;
};

/*
 * The policy extensions (RFC 5280 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14), as
 * path validation needs them.  Policies are contents of OIDs, in the order of
 * policy_compare (certificate_policies.h).
 */
struct certificate_policies {
	const char *fault; /* NULL, or what RFC 5280 forbids in one of them */
	bool has_any;	   /* anyPolicy is listed; it is not in the list */
	bool maps_any;	   /* to or from anyPolicy */
	bool has_qualifiers;
	const struct bytes *list; /* each once */
	size_t count;
	const struct policy_mapping *mappings; /* by issuer */
	size_t mapping_count;
	bool has_require_explicit, has_inhibit_mapping, has_inhibit_any;
	uint32_t require_explicit, inhibit_mapping, inhibit_any;
};

/* RSASSA-PSS-params (RFC 4055 3.1), of a signature or of a key. */
struct pss_parameters {
	struct bytes hash, mask_hash; /* OIDs; mask_hash size 0: not MGF1 */
	uint32_t salt_size;
};

struct storage;

/* Extensions that are critical, and that not every client knows; bits. */
enum critical_extension {
	CRITICAL_SUBJECT_KEY_ID = 1 << 0,
	CRITICAL_AUTHORITY_KEY_ID = 1 << 1,
	CRITICAL_AUTHORITY_ACCESS = 1 << 2,
	CRITICAL_ISSUER_NAMES = 1 << 3,
	CRITICAL_DISTRIBUTION_POINTS = 1 << 4,
	CRITICAL_NETSCAPE_TYPE = 1 << 5,
	CRITICAL_TLS_FEATURES = 1 << 6,
	/* Among the unknown ones too: they are not processed here. */
	CRITICAL_NO_CHECK = 1 << 7,
	CRITICAL_ADDRESS_BLOCKS = 1 << 8,
	CRITICAL_AS_NUMBERS = 1 << 9,
	CRITICAL_PROXY = 1 << 10 /* RFC 3820 3.8 */
};

/*
 * What RFC 5280 and X.690 do not allow and many parsers read all the same;
 * bits.  Octets after the end are damage, the others are none.
 */
enum odd_form {
	FORM_TRAILING = 1 << 0,	       /* octets after the certificate */
	FORM_STRING_ENCODING = 1 << 1, /* a name's string: no such characters */
	FORM_STRING_CHARACTERS = 1 << 2, /* its kind excludes a character */
	FORM_NAME_EMPTY = 1 << 3,	 /* an alternative name of no octets */
	FORM_NAME_NOT_ASCII = 1 << 4,	 /* one that is an IA5String */
	FORM_ADDRESS_SIZE = 1 << 5,	 /* neither IPv4 nor IPv6 */
	FORM_EXPLICIT_CURVE = 1 << 6,	 /* EC parameters, no curve's name */
	FORM_RSA_KEY = 1 << 7, /* without NULL, or of a negative modulus */
	FORM_CONSTRAINT_SIZE = 1 << 9,	/* no address and mask */
	FORM_CONSTRAINT_MASK = 1 << 10, /* a mask with gaps */
	FORM_NO_ISSUER = 1 << 8, /* the issuer's, or a CA's, name is empty */
	FORM_OLD_EXTENSIONS = 1 << 11, /* extensions below version 3 */
	FORM_BOOLEAN = 1 << 12,	       /* neither 00 nor FF (X.690 11.1) */
	FORM_SERIAL_PADDED = 1 << 13,  /* X.690 8.3.2 */
	FORM_NAME_KIND = 1 << 14,      /* a GeneralName of no known kind */
	FORM_NAME_URI = 1 << 15,       /* one that RFC 3986 does not allow */
	FORM_POINT_RELATIVE = 1 << 16, /* a CRL's point is a relative name */
	/* a critical extension whose value cannot be read, or is followed */
	FORM_CRITICAL_VALUE = 1 << 17,
	/* an emailAddress of the subject is no IA5String (4.1.2.6) */
	FORM_MAILBOX_STRING = 1 << 18,
	/* certificatePolicies (4.2.1.4): without one, of no such structure, */
	/* with octets behind the list or behind a policy, one listed twice */
	FORM_POLICIES_EMPTY = 1 << 19,
	FORM_POLICIES_STRUCTURE = 1 << 20,
	FORM_POLICIES_TRAILING = 1 << 21,
	FORM_POLICY_TRAILING = 1 << 22,
	FORM_POLICY_TWICE = 1 << 23,
	/* a policy is no OID (X.690 8.19.2): of no octet, its last number */
	/* does not end, a number is padded */
	FORM_POLICY_OID_EMPTY = 1 << 24,
	FORM_POLICY_OID_CUT = 1 << 25,
	FORM_POLICY_OID_PADDED = 1 << 26
};

/* Extensions whose value is not what its section says; bits. */
enum extension_kind {
	EXTENSION_BASIC_CONSTRAINTS = 1 << 0,
	EXTENSION_KEY_USAGE = 1 << 1,
	EXTENSION_PURPOSES = 1 << 2,
	EXTENSION_SUBJECT_KEY_ID = 1 << 3,
	EXTENSION_AUTHORITY_KEY_ID = 1 << 4,
	EXTENSION_ALTERNATIVE_NAMES = 1 << 5,
	EXTENSION_AUTHORITY_ACCESS = 1 << 6,
	EXTENSION_NAME_CONSTRAINTS = 1 << 7,
	EXTENSION_TLS_FEATURES = 1 << 8,
	EXTENSION_ISSUER_NAMES = 1 << 9,
	EXTENSION_DISTRIBUTION_POINTS = 1 << 10
};

/* Two limits on a hostile certificate; past them it is damaged. */
enum { CERTIFICATE_MOST_NAMES = 65536, CERTIFICATE_MOST_EXTENSIONS = 128 };

struct certificate {
	struct bytes der;
	struct digest sha256;

	/*
	 * NULL, or why this is not the certificate it should be, in one
	 * sentence: the first such reason.  Where the structure breaks off,
	 * the fields after it are empty (their strings "", or NULL where that
	 * is said); a duplicate or unreadable extension and octets after the
	 * end leave all others readable.
	 */
	const char *damage;
	/* The damage is more than forms of enum odd_form, of dates, and of
	   an extension's value. */
	bool malformed;
	unsigned odd_forms; /* enum odd_form bits */
	/* enum extension_kind bits: one cannot be read, or is followed by
	   octets within its OCTET STRING. */
	unsigned unreadable_extensions, trailing_extensions;

	int version;		/* 1..3; 0 when unreadable */
	struct bytes serial;	/* content octets, two's complement */
	const char *serial_hex; /* "-0a" for a negative one; or NULL */
	struct bytes tbs;	/* the signed octets */
	struct bytes signature;
	struct bytes signature_algorithm; /* AlgorithmIdentifier, whole */
	bool signature_algorithms_differ; /* outer and tbs, RFC 5280 4.1.1.2 */
	enum signature_kind signature_kind;
	enum hash_kind signature_hash;
	const char *signature_name; /* "ECDSA-SHA256", or the dotted OID */

	/* Names: DER as sent, a form to compare by, a form to show. */
	struct bytes raw_subject, raw_issuer;
	struct bytes subject_key, issuer_key_name; /* canonical, 7.1 */
	const char *subject, *issuer;		   /* RFC 4514, clean UTF-8 */
	const char *subject_cn, *issuer_cn;	   /* last CN, clean; or NULL */
	size_t subject_attribute_count;
	struct name_list subject_mailboxes; /* its emailAddress attributes */
	const char **common_names; /* of the subject, all, in order; clean */
	size_t common_name_count;
	bool subject_empty, issuer_empty; /* readable, and without any part */

	int64_t not_before, not_after;
	bool times_valid;			    /* both could be read */
	unsigned not_before_forms, not_after_forms; /* enum der_time_form */

	/* Public key */
	struct bytes spki; /* SubjectPublicKeyInfo, whole */
	struct digest spki_sha256;
	enum key_kind key_kind;
	enum curve curve;
	unsigned key_bits;
	unsigned exponent_bits; /* RSA; 0 otherwise */
	const char *key_name;	/* "EC P-256", "RSA 2048" */
	/* RSA-PSS: the key's own parameters bind what it signs, RFC 4055 3.3 */
	bool has_pss_parameters;
	struct pss_parameters pss;

	/* Extensions; has_X tells absent from empty */
	bool has_basic_constraints, basic_constraints_critical, is_ca;
	bool has_path_length;
	uint32_t path_length;
	bool has_key_usage;
	unsigned key_usage; /* enum key_usage bits */
	bool has_purposes;
	unsigned purposes; /* enum purpose bits */
	bool has_subject_key_id, has_authority_key_id;
	struct bytes subject_key_id;   /* the octets */
	struct bytes authority_key_id; /* size 0: AKI without keyid */
	struct bytes authority_serial; /* size 0: none */
	struct bytes authority_name;   /* its first Name, or size 0 */
	bool has_alternative_names, alternative_names_critical;
	struct name_list alternative_names;
	struct bytes raw_alternative_names; /* the extension's value */
	bool has_name_constraints, name_constraints_critical;
	struct name_list permitted, excluded; /* addresses: with mask */
	unsigned distances; /* 1 << kind: one has a minimum or maximum */
	bool policies_critical, policy_mappings_critical;
	bool policy_constraints_critical, inhibit_any_policy_critical;
	struct certificate_policies *policies; /* NULL: no such extension */
	bool must_staple;		       /* RFC 7633 status_request */
	uint64_t tls_features;	  /* bit n: feature n; 63: any from 63 on */
	const char **issuer_urls; /* AIA caIssuers, in order, clean */
	size_t issuer_url_count;
	const char **ocsp_urls;
	size_t ocsp_url_count;
	const char **crl_urls; /* of distribution points, in order, clean */
	size_t crl_url_count;
	const char *crl_point_unused;  /* why a point is not among them: what
					  follows "a distribution point"; NULL:
					  all are */
	const char **unknown_critical; /* dotted OIDs */
	size_t unknown_critical_count;
	unsigned critical_extensions;	 /* enum critical_extension */
	const char *duplicate_extension; /* dotted OID of the first, or NULL */
	bool has_scts;			 /* an embedded SCT list is present */
	int64_t earliest_sct;		 /* seconds; 0: none readable */
	struct bytes scts;		 /* SignedCertificateTimestampList */

	bool self_issued; /* subject_key equals issuer_key_name;
			     not when one is unreadable */

	struct storage *storage; /* holds all of the above */
};

#endif
