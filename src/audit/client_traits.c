/*
 * Tests for the traits of model/client_trait.h: rows and small functions.
 * The path's rules are those of validate.c; what clients see beyond them, or
 * tell apart where it does not, is added here.
 */
#include "audit/client_traits.h"

#include "audit/client_constraints.h"
#include "x509/der.h"

struct trait_row {
	enum client_trait trait;
	bool (*holds)(const struct client_facts *);
};

static bool
is_server_alert(const struct client_facts *facts)
{
	return server_breaks_off(facts->seen, facts->received) &&
	       handshake_alert(&facts->seen->tls, true) != NULL;
}

static bool
is_handshake_broken(const struct client_facts *facts)
{
	return (facts->seen->status == STATUS_HANDSHAKE_ERROR ||
		   facts->seen->status == STATUS_PROTOCOL_ERROR) &&
	       server_breaks_off(facts->seen, facts->received) &&
	       !is_server_alert(facts);
}

static bool
is_connection_lost(const struct client_facts *facts)
{
	return server_breaks_off(facts->seen, facts->received) &&
	       !is_server_alert(facts) && !is_handshake_broken(facts);
}

static bool
has_warning_alert(const struct client_facts *facts)
{
	return handshake_alert(&facts->seen->tls, false) != NULL;
}

/* Clients of the same library cannot either, whatever we make of it. */
static bool
is_refused_by_library(const struct client_facts *facts)
{
	return facts->seen->tls.failed_by == FAILED_BY_LIBRARY &&
	       facts->seen->tls.failed_at == STAGE_CERTIFICATE;
}

static bool
needs_client_certificate(const struct client_facts *facts)
{
	return facts->seen->tls.client_cert_required;
}

/* Octets after the end of the outermost SEQUENCE; 0 where it is cut. */
static size_t
trailing_octets(const struct certificate *certificate)
{
	uint8_t tag;
	size_t header, content;

	if (!der_header(certificate->der, &tag, &header, &content) ||
	    content > certificate->der.size - header)
		return 0;
	return certificate->der.size - header - content;
}

static bool
has_leaf_trailing(const struct client_facts *facts)
{
	const struct certificate *leaf = facts->received[0];

	return !leaf->malformed && (leaf->odd_forms & FORM_TRAILING) != 0;
}

static bool
has_sent_trailing(const struct client_facts *facts)
{
	for (size_t i = 1; i < facts->seen->received_count; i++)
		if (!facts->received[i]->malformed &&
		    (facts->received[i]->odd_forms & FORM_TRAILING) != 0)
			return true;
	return false;
}

static bool
is_leaf_malformed(const struct client_facts *facts)
{
	return facts->received[0]->malformed;
}

/* Not even the frame of a certificate, which most libraries read at once. */
static bool
has_sent_garbage(const struct client_facts *facts)
{
	for (size_t i = 1; i < facts->seen->received_count; i++) {
		const struct certificate *sent = facts->received[i];

		if (sent->malformed &&
		    (sent->version == 0 || sent->signature.size == 0 ||
			trailing_octets(sent) > 0))
			return true;
	}
	return false;
}

static bool
has_sent_unknown_critical(const struct client_facts *facts)
{
	for (size_t i = 0; i < facts->seen->received_count; i++)
		if (facts->received[i]->unknown_critical_count > 0)
			return true;
	return false;
}

static bool
has_sent_critical_constraints(const struct client_facts *facts)
{
	for (size_t i = 0; i < facts->seen->received_count; i++)
		if (facts->received[i]->name_constraints_critical)
			return true;
	return false;
}

static bool
has_sent_serial_zero(const struct client_facts *facts)
{
	for (size_t i = 0; i < facts->seen->received_count; i++) {
		const struct certificate *sent = facts->received[i];
		size_t zeros = 0;

		while (
		    zeros < sent->serial.size && sent->serial.data[zeros] == 0)
			zeros++;
		if (zeros == sent->serial.size && zeros > 0 &&
		    !(sent->is_ca && sent->self_issued))
			return true;
	}
	return false;
}

static bool
has_sent_serial_negative(const struct client_facts *facts)
{
	for (size_t i = 0; i < facts->seen->received_count; i++) {
		struct bytes serial = facts->received[i]->serial;

		if (serial.size > 0 && (serial.data[0] & 0x80) != 0)
			return true;
	}
	return false;
}

/* What each bit of enum odd_form and of enum der_time_form is to clients. */
static const struct {
	unsigned form;
	enum client_trait trait;
} form_rows[] = {
	{ FORM_STRING_ENCODING, TRAIT_STRING_ENCODING },
	{ FORM_STRING_CHARACTERS, TRAIT_STRING_CHARACTERS },
	{ FORM_NAME_EMPTY, TRAIT_NAME_EMPTY },
	{ FORM_NAME_NOT_ASCII, TRAIT_NAME_NOT_ASCII },
	{ FORM_ADDRESS_SIZE, TRAIT_ADDRESS_SIZE },
	{ FORM_CONSTRAINT_SIZE, TRAIT_CONSTRAINT_SIZE },
	{ FORM_CONSTRAINT_MASK, TRAIT_CONSTRAINT_MASK },
	{ FORM_EXPLICIT_CURVE, TRAIT_SENT_EXPLICIT_CURVE },
	{ FORM_RSA_KEY, TRAIT_SENT_ODD_RSA_FORM },
	{ FORM_NO_ISSUER, TRAIT_SENT_EMPTY_ISSUER },
	{ FORM_NAME_URI, TRAIT_NAME_URI },
	{ FORM_NAME_KIND, TRAIT_NAME_KIND },
	{ FORM_OLD_EXTENSIONS, TRAIT_OLD_EXTENSIONS },
	{ FORM_BOOLEAN, TRAIT_BOOLEAN },
	{ FORM_SERIAL_PADDED, TRAIT_SERIAL_PADDED },
	{ FORM_POINT_RELATIVE, TRAIT_RELATIVE_POINT },
	{ FORM_CRITICAL_VALUE, TRAIT_UNREADABLE_CRITICAL },
	{ FORM_POLICIES_EMPTY, TRAIT_POLICIES_EMPTY },
	{ FORM_POLICIES_STRUCTURE, TRAIT_POLICIES_STRUCTURE },
	{ FORM_POLICIES_TRAILING, TRAIT_POLICIES_TRAILING },
	{ FORM_POLICY_TRAILING, TRAIT_POLICY_TRAILING },
	{ FORM_POLICY_TWICE, TRAIT_POLICY_TWICE },
	{ FORM_POLICY_OID_EMPTY, TRAIT_POLICY_OID_EMPTY },
	{ FORM_POLICY_OID_CUT, TRAIT_POLICY_OID_CUT },
	{ FORM_POLICY_OID_PADDED, TRAIT_POLICY_OID_PADDED },
}, date_rows[] = {
	{ DER_TIME_NO_SECONDS, TRAIT_DATE_NO_SECONDS },
	{ DER_TIME_LONG_NO_SECONDS, TRAIT_LONG_DATE_NO_SECONDS },
	{ DER_TIME_ZONE, TRAIT_DATE_ZONE },
	{ DER_TIME_ZONE_NO_SECONDS, TRAIT_DATE_ZONE_NO_SECONDS },
	{ DER_TIME_FRACTION, TRAIT_DATE_FRACTION },
};

/* What an extension's value is to clients that cannot read it. */
static const struct {
	unsigned kinds; /* enum extension_kind bits */
	enum client_trait leaf, above;
} unreadable_rows[] = {
	{ EXTENSION_BASIC_CONSTRAINTS | EXTENSION_KEY_USAGE |
		EXTENSION_NAME_CONSTRAINTS,
	    TRAIT_UNREADABLE_CONSTRAINTS, TRAIT_CA_UNREADABLE_CONSTRAINTS },
	{ EXTENSION_PURPOSES, TRAIT_UNREADABLE_PURPOSES,
	    TRAIT_UNREADABLE_PURPOSES },
	{ EXTENSION_SUBJECT_KEY_ID | EXTENSION_AUTHORITY_KEY_ID,
	    TRAIT_UNREADABLE_KEY_ID, TRAIT_UNREADABLE_KEY_ID },
	{ EXTENSION_ALTERNATIVE_NAMES, TRAIT_UNREADABLE_NAMES,
	    TRAIT_UNREADABLE_NAMES },
	{ EXTENSION_AUTHORITY_ACCESS, TRAIT_UNREADABLE_ACCESS,
	    TRAIT_UNREADABLE_ACCESS },
	{ EXTENSION_TLS_FEATURES, TRAIT_NONE, TRAIT_CA_UNREADABLE_FEATURES },
	{ EXTENSION_DISTRIBUTION_POINTS, TRAIT_UNREADABLE_POINTS,
	    TRAIT_UNREADABLE_POINTS },
	{ EXTENSION_ISSUER_NAMES, TRAIT_UNREADABLE_ISSUER_NAMES,
	    TRAIT_UNREADABLE_ISSUER_NAMES },
}, trailing_rows[] = {
	{ EXTENSION_BASIC_CONSTRAINTS | EXTENSION_KEY_USAGE,
	    TRAIT_TRAILING_BASICS, TRAIT_CA_TRAILING_BASICS },
	{ EXTENSION_SUBJECT_KEY_ID | EXTENSION_AUTHORITY_KEY_ID,
	    TRAIT_TRAILING_KEY_ID, TRAIT_TRAILING_KEY_ID },
	{ EXTENSION_NAME_CONSTRAINTS, TRAIT_TRAILING_NAME_CONSTRAINTS,
	    TRAIT_CA_TRAILING_NAME_CONSTRAINTS },
	{ EXTENSION_PURPOSES, TRAIT_TRAILING_PURPOSES,
	    TRAIT_TRAILING_PURPOSES },
	{ EXTENSION_ALTERNATIVE_NAMES, TRAIT_TRAILING_NAMES,
	    TRAIT_TRAILING_NAMES },
	{ EXTENSION_TLS_FEATURES, TRAIT_NONE, TRAIT_CA_UNREADABLE_FEATURES },
	{ EXTENSION_ISSUER_NAMES, TRAIT_UNREADABLE_ISSUER_NAMES,
	    TRAIT_UNREADABLE_ISSUER_NAMES },
};

static void
add_of_place(struct client_traits *to, enum client_trait on_leaf,
    enum client_trait above, bool leaf)
{
	enum client_trait trait = leaf ? on_leaf : above;

	if (trait != TRAIT_NONE)
		client_traits_add(to, trait);
}

static void
add_extension_values(
    const struct certificate *certificate, bool leaf, struct client_traits *to)
{
	size_t count = sizeof(unreadable_rows) / sizeof(unreadable_rows[0]);

	for (size_t i = 0; i < count; i++)
		if ((certificate->unreadable_extensions &
			unreadable_rows[i].kinds) != 0)
			add_of_place(to, unreadable_rows[i].leaf,
			    unreadable_rows[i].above, leaf);
	count = sizeof(trailing_rows) / sizeof(trailing_rows[0]);
	for (size_t i = 0; i < count; i++)
		if ((certificate->trailing_extensions &
			trailing_rows[i].kinds) != 0)
			add_of_place(to, trailing_rows[i].leaf,
			    trailing_rows[i].above, leaf);
}

/* Whoever does not read such a form refuses it wherever it is sent. */
static void
add_forms(const struct certificate *certificate, struct client_traits *to)
{
	for (size_t i = 0; i < sizeof(form_rows) / sizeof(form_rows[0]); i++)
		if ((certificate->odd_forms & form_rows[i].form) != 0)
			client_traits_add(to, form_rows[i].trait);
}

static void
add_date_forms(const struct certificate *certificate, struct client_traits *to)
{
	unsigned forms =
	    certificate->not_before_forms | certificate->not_after_forms;

	for (size_t i = 0; i < sizeof(date_rows) / sizeof(date_rows[0]); i++)
		if ((forms & date_rows[i].form) != 0)
			client_traits_add(to, date_rows[i].trait);
}

static bool
is_purpose_any_alone(const struct certificate *certificate)
{
	return certificate->has_purposes &&
	       (certificate->purposes & PURPOSE_ANY) != 0 &&
	       (certificate->purposes & PURPOSE_SERVER_AUTH) == 0;
}

static bool
is_leaf_purpose_any_alone(const struct client_facts *facts)
{
	return is_purpose_any_alone(facts->received[0]);
}

static bool
has_usage_for_no_tls(const struct client_facts *facts)
{
	const struct certificate *leaf = facts->received[0];

	return leaf->has_key_usage && leaf->key_usage != 0 &&
	       (leaf->key_usage &
		   (USAGE_DIGITAL_SIGNATURE | USAGE_KEY_ENCIPHERMENT |
		       USAGE_KEY_AGREEMENT)) == 0;
}

/* Without a handshake, what current ones do: the key signs. */
static bool
has_usage_not_for_this(const struct client_facts *facts)
{
	const struct certificate *leaf = facts->received[0];
	unsigned wanted = facts->validation->use == KEY_USE_DECRYPTS
			      ? USAGE_KEY_ENCIPHERMENT | USAGE_KEY_AGREEMENT
			      : USAGE_DIGITAL_SIGNATURE;

	return leaf->has_key_usage && (leaf->key_usage & wanted) == 0 &&
	       leaf->key_usage != 0 && !has_usage_for_no_tls(facts);
}

/* RFC 5280 4.2.1.3 wants at least one bit. */
static bool
has_usage_of_nothing(const struct client_facts *facts)
{
	return facts->received[0]->has_key_usage &&
	       facts->received[0]->key_usage == 0;
}

static bool
has_empty_subject(const struct client_facts *facts)
{
	const struct certificate *leaf = facts->received[0];

	return leaf->subject_empty && leaf->version == 3 &&
	       !leaf->alternative_names_critical;
}

static bool
is_leaf_self_issued(const struct client_facts *facts)
{
	return facts->received[0]->self_issued;
}

static bool
is_leaf_ca(const struct client_facts *facts)
{
	return facts->received[0]->is_ca;
}

static bool
has_leaf_ed25519(const struct client_facts *facts)
{
	return facts->received[0]->key_kind == KEY_ED25519;
}

static bool
has_leaf_p521(const struct client_facts *facts)
{
	return facts->received[0]->curve == CURVE_P521;
}

static bool
has_leaf_pss_key(const struct client_facts *facts)
{
	return facts->received[0]->key_kind == KEY_RSA_PSS;
}

/* And not another name by --sni, which clients are then asked for. */
static bool
is_host_asked(const struct observation *seen)
{
	return string_equal(observation_name(seen), seen->host);
}

/* The wire's host, where it stands in the text that was typed; or NULL. */
static const char *
find_host_as_typed(const struct client_facts *facts)
{
	const struct observation *seen = facts->seen;

	if (seen->input == NULL || seen->host == NULL || !is_host_asked(seen))
		return NULL;
	return strcasestr(seen->input, seen->host);
}

/* "zürich.example" was typed, and its A-label is what goes on the wire. */
static bool
is_typed_unicode(const struct client_facts *facts)
{
	const char *input = facts->seen->input;

	if (input == NULL || !is_host_asked(facts->seen) ||
	    find_host_as_typed(facts) != NULL)
		return false;
	for (; *input != '\0'; input++)
		if (((uint8_t)*input & 0x80) != 0)
			return true;
	return false;
}

static bool
is_typed_with_dot(const struct client_facts *facts)
{
	const char *typed = find_host_as_typed(facts);
	const char *after;

	if (typed == NULL || facts->host->address_size != 0)
		return false;
	after = typed + strlen(facts->seen->host);
	return after[0] == '.' &&
	       (after[1] == '\0' || strchr(":/,?# \t", after[1]) != NULL);
}

static bool
is_one_label_typed_with_dot(const struct client_facts *facts)
{
	return is_typed_with_dot(facts) &&
	       strchr(facts->seen->host, '.') == NULL;
}

static bool
is_staple_revoked(const struct client_facts *facts)
{
	return facts->staple == STAPLE_SAYS_REVOKED;
}

static bool
is_staple_unknown(const struct client_facts *facts)
{
	return facts->staple == STAPLE_SAYS_UNKNOWN;
}

static bool
is_staple_unusable(const struct client_facts *facts)
{
	return facts->staple == STAPLE_IS_UNUSABLE;
}

static bool
is_staple_garbage(const struct client_facts *facts)
{
	return facts->staple == STAPLE_IS_GARBAGE;
}

static bool
is_staple_missing(const struct client_facts *facts)
{
	if (facts->seen->tls.version == NULL || facts->seen->tls.ocsp_stapled)
		return false;
	for (size_t i = 0; i < facts->seen->received_count; i++)
		if (facts->received[i]->must_staple)
			return true;
	return false;
}

static bool
is_leaf_staple_missing(const struct client_facts *facts)
{
	return facts->received[0]->must_staple && is_staple_missing(facts);
}

static bool
is_leaf_staple_promised_tls13(const struct client_facts *facts)
{
	const char *version = facts->seen->tls.version;

	return facts->received[0]->must_staple && version != NULL &&
	       starts_with(version, "TLS1.3");
}

static const struct trait_row host_rows[] = {
	{ TRAIT_CONNECTION_LOST, is_connection_lost },
	{ TRAIT_HANDSHAKE_BROKEN, is_handshake_broken },
	{ TRAIT_SERVER_ALERT, is_server_alert },
	{ TRAIT_WARNING_ALERT, has_warning_alert },
	{ TRAIT_CLIENT_CERT_REQUIRED, needs_client_certificate },
	{ TRAIT_LEAF_MALFORMED, is_leaf_malformed },
	{ TRAIT_GNUTLS_CANNOT_READ, is_refused_by_library },
	{ TRAIT_LEAF_TRAILING, has_leaf_trailing },
	{ TRAIT_SENT_TRAILING, has_sent_trailing },
	{ TRAIT_SENT_GARBAGE, has_sent_garbage },
	{ TRAIT_SENT_UNKNOWN_CRITICAL, has_sent_unknown_critical },
	{ TRAIT_SENT_CRITICAL_CONSTRAINTS, has_sent_critical_constraints },
	{ TRAIT_SENT_SERIAL_ZERO, has_sent_serial_zero },
	{ TRAIT_SENT_SERIAL_NEGATIVE, has_sent_serial_negative },
	{ TRAIT_LEAF_PURPOSE_ANY, is_leaf_purpose_any_alone },
	{ TRAIT_LEAF_USAGE_NO_TLS, has_usage_for_no_tls },
	{ TRAIT_LEAF_USAGE_NOT_THIS, has_usage_not_for_this },
	{ TRAIT_LEAF_USAGE_EMPTY, has_usage_of_nothing },
	{ TRAIT_EMPTY_SUBJECT, has_empty_subject },
	{ TRAIT_SELF_ISSUED_LEAF, is_leaf_self_issued },
	{ TRAIT_LEAF_IS_CA, is_leaf_ca },
	{ TRAIT_LEAF_ED25519, has_leaf_ed25519 },
	{ TRAIT_LEAF_P521, has_leaf_p521 },
	{ TRAIT_LEAF_PSS_KEY, has_leaf_pss_key },
	{ TRAIT_TYPED_UNICODE, is_typed_unicode },
	{ TRAIT_TYPED_DOT, is_typed_with_dot },
	{ TRAIT_TYPED_DOT_ONE_LABEL, is_one_label_typed_with_dot },
	{ TRAIT_STAPLE_REVOKED, is_staple_revoked },
	{ TRAIT_STAPLE_UNKNOWN, is_staple_unknown },
	{ TRAIT_STAPLE_UNUSABLE, is_staple_unusable },
	{ TRAIT_STAPLE_GARBAGE, is_staple_garbage },
	{ TRAIT_STAPLE_MISSING, is_staple_missing },
	{ TRAIT_LEAF_STAPLE_MISSING, is_leaf_staple_missing },
	{ TRAIT_LEAF_STAPLE_PROMISED_TLS13, is_leaf_staple_promised_tls13 },
};

void
client_host_outcome(
    const struct client_facts *facts, struct client_outcome *outcome)
{
	size_t count = facts->seen->received_count, largest = 0;
	/* RFC 5246 7.4.2: three octets of length each, and for the list. */
	size_t message = 3;
	size_t request = facts->seen->tls.request_octets;

	memset(outcome, 0, sizeof(*outcome));
	for (size_t i = 0; i < sizeof(host_rows) / sizeof(host_rows[0]); i++)
		if (host_rows[i].holds(facts))
			client_traits_add(&outcome->traits, host_rows[i].trait);
	for (size_t i = 0; i < count; i++) {
		size_t size = facts->received[i]->der.size;

		add_forms(facts->received[i], &outcome->traits);
		message += 3 + size;
		largest = size > largest ? size : largest;
	}
	outcome->measures[LIMIT_LEAST_DHE_BITS] =
	    dhe_bits_of(&facts->seen->tls);
	outcome->measures[LIMIT_MOST_SENT] = (unsigned)count;
	outcome->measures[LIMIT_MOST_MESSAGE_OCTETS] =
	    (unsigned)(request > message ? request : message);
	outcome->measures[LIMIT_MOST_CERTIFICATE_OCTETS] = (unsigned)largest;
}

/*
 * The certificates are taken to be the same: what another chain would be
 * worth is not looked into.
 */
void
client_choice_outcome(const struct client_facts *facts,
    const struct tls_facts *chosen, struct client_outcome *outcome)
{
	struct observation seen = *facts->seen;
	struct validation validation = *facts->validation;
	struct client_facts own = *facts;

	seen.tls.version = chosen->version;
	seen.tls.group = chosen->group;
	seen.status = STATUS_SUCCESS;
	validation.use = key_use_of(&seen.tls);
	own.seen = &seen;
	own.validation = &validation;
	client_host_outcome(&own, outcome);
}

/*
 * What a fault of the path is to clients, on the leaf and above it;
 * TRAIT_NONE where a row above or a limit tells it more exactly.
 */
#define SAME(trait)          \
	{                    \
		trait, trait \
	}
#define LEAF(trait)               \
	{                         \
		trait, TRAIT_NONE \
	}
#define ABOVE(trait)              \
	{                         \
		TRAIT_NONE, trait \
	}

static const struct {
	enum client_trait leaf, above;
} fault_traits[FAULT_COUNT] = {
	[FAULT_MALFORMED] = ABOVE(TRAIT_CA_MALFORMED),
	[FAULT_EMPTY_ISSUER] = SAME(TRAIT_EMPTY_ISSUER),
	[FAULT_BAD_SIGNATURE] = SAME(TRAIT_BAD_SIGNATURE),
	[FAULT_UNSUPPORTED_ALGORITHM] = SAME(TRAIT_UNSUPPORTED_ALGORITHM),
	/* Of a curve's own parameters a row above tells more exactly. */
	[FAULT_UNSUPPORTED_KEY] = SAME(TRAIT_NONE),
	[FAULT_NOT_A_CA] = ABOVE(TRAIT_NOT_A_CA),
	[FAULT_PATH_LENGTH] = ABOVE(TRAIT_PATH_LENGTH),
	[FAULT_KEY_USAGE] = ABOVE(TRAIT_CA_KEY_USAGE),
	[FAULT_PURPOSE] = { TRAIT_LEAF_PURPOSE, TRAIT_CA_PURPOSE },
	[FAULT_NAME_CONSTRAINTS] = ABOVE(TRAIT_NAME_CONSTRAINTS),
	[FAULT_CONSTRAINT_DISTANCE] = ABOVE(TRAIT_CONSTRAINT_DISTANCE),
	/* Measures of the path tell whose own budget it is beyond. */
	[FAULT_NAME_CONSTRAINTS_UNDECIDED] = ABOVE(TRAIT_NONE),
	[FAULT_UNKNOWN_CRITICAL_EXTENSION] = SAME(TRAIT_NONE),
	[FAULT_POLICY] = SAME(TRAIT_POLICY),
	[FAULT_POLICY_EXTENSION] = SAME(TRAIT_POLICY_EXTENSION),
	[FAULT_POLICY_UNDECIDED] = SAME(TRAIT_NONE),
	[FAULT_LEAF_EXPIRED] = LEAF(TRAIT_LEAF_EXPIRED),
	[FAULT_INTERMEDIATE_EXPIRED] = ABOVE(TRAIT_CA_EXPIRED),
	[FAULT_ROOT_EXPIRED] = { TRAIT_LEAF_EXPIRED, TRAIT_ROOT_EXPIRED },
	[FAULT_NOT_YET_VALID] = SAME(TRAIT_NOT_YET_VALID),
	[FAULT_RSA_BITS] = SAME(TRAIT_NONE),
	/* Libraries lack such curves, and DSA, rather than forbid them. */
	[FAULT_EC_BITS] = SAME(TRAIT_UNSUPPORTED_ALGORITHM),
	[FAULT_DSA] = SAME(TRAIT_UNSUPPORTED_ALGORITHM),
	[FAULT_SHA1] = SAME(TRAIT_SHA1),
	[FAULT_MD5] = SAME(TRAIT_MD5),
};

_Static_assert(FAULT_COUNT == FAULT_MD5 + 1, "what is the new fault's trait?");

static bool
has_rare_kind(const struct name_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		switch (list->names[i].kind) {
		case NAME_DNS:
		case NAME_ADDRESS:
		case NAME_EMAIL:
		case NAME_URI:
			break;
		default:
			return true;
		}
	return false;
}

/* What each bit of enum critical_extension is to clients. */
static const struct {
	unsigned bit;
	enum client_trait trait;
	bool unknown; /* among the unknown ones of the certificate */
} critical_rows[] = {
	{ CRITICAL_SUBJECT_KEY_ID, TRAIT_CRITICAL_KEY_ID, false },
	{ CRITICAL_AUTHORITY_KEY_ID, TRAIT_CRITICAL_KEY_ID, false },
	{ CRITICAL_AUTHORITY_ACCESS, TRAIT_CRITICAL_AUTHORITY_ACCESS, false },
	{ CRITICAL_ISSUER_NAMES, TRAIT_CRITICAL_ISSUER_NAMES, false },
	{ CRITICAL_DISTRIBUTION_POINTS, TRAIT_CRITICAL_DISTRIBUTION_POINTS,
	    false },
	{ CRITICAL_NETSCAPE_TYPE, TRAIT_CRITICAL_NETSCAPE_TYPE, false },
	{ CRITICAL_TLS_FEATURES, TRAIT_CRITICAL_TLS_FEATURES, false },
	{ CRITICAL_NO_CHECK, TRAIT_CRITICAL_NO_CHECK, true },
	{ CRITICAL_ADDRESS_BLOCKS, TRAIT_CRITICAL_RESOURCES, true },
	{ CRITICAL_AS_NUMBERS, TRAIT_CRITICAL_RESOURCES, true },
	{ CRITICAL_PROXY, TRAIT_CRITICAL_PROXY, true },
};

static void
add_critical(const struct certificate *certificate, struct client_traits *to)
{
	size_t named = 0;

	for (size_t i = 0; i < sizeof(critical_rows) / sizeof(critical_rows[0]);
	     i++) {
		if ((certificate->critical_extensions & critical_rows[i].bit) ==
		    0)
			continue;
		client_traits_add(to, critical_rows[i].trait);
		named += critical_rows[i].unknown;
	}
	if (certificate->unknown_critical_count > named)
		client_traits_add(to, TRAIT_UNKNOWN_CRITICAL);
}

/* What RFC 5280 4.1 and 4.2 demand of a conforming CA and most overlook. */
static void
add_must_haves(const struct certificate *certificate, bool root, bool issuer,
    struct client_traits *to)
{
	bool is_old = certificate->version < 3;
	bool is_ca = issuer || certificate->is_ca;
	bool signs = certificate->has_key_usage &&
		     (certificate->key_usage & USAGE_KEY_CERT_SIGN) != 0;

	if (is_ca && !is_old && !certificate->has_subject_key_id)
		client_traits_add(to, TRAIT_CA_NO_SUBJECT_KEY_ID);
	if (is_ca && !is_old && !certificate->has_key_usage)
		client_traits_add(to, TRAIT_CA_NO_KEY_USAGE);
	if (is_ca && (is_old ? root : !certificate->basic_constraints_critical))
		client_traits_add(to, TRAIT_CA_BASIC_NOT_CRITICAL);
	if (!certificate->is_ca && signs)
		client_traits_add(to, TRAIT_CERT_SIGN_WITHOUT_CA);
	if (!certificate->is_ca && certificate->has_path_length)
		client_traits_add(to, TRAIT_PATH_LENGTH_WITHOUT_CA);
	if (certificate->is_ca && certificate->has_path_length && !signs)
		client_traits_add(to, TRAIT_PATH_LENGTH_WITHOUT_SIGNING);
	if (certificate->subject_empty &&
	    (certificate->is_ca ||
		(certificate->key_usage & USAGE_CRL_SIGN) != 0))
		client_traits_add(to, TRAIT_EMPTY_SUBJECT_SIGNS);
	if (certificate->has_alternative_names &&
	    certificate->alternative_names.count == 0)
		client_traits_add(to, TRAIT_NO_ALTERNATIVE_NAMES);
	if (!root && certificate->version == 3 &&
	    certificate->authority_key_id.size == 0)
		client_traits_add(to, TRAIT_NO_AUTHORITY_KEY_ID);
}

static void
add_step(const struct path *path, size_t at, struct client_traits *to)
{
	const struct certificate *certificate = path->steps[at].certificate;
	bool root = at + 1 == path->length && certificate->self_issued;

	add_forms(certificate, to);
	add_date_forms(certificate, to);
	add_extension_values(certificate, at == 0, to);
	add_critical(certificate, to);
	if (certificate->name_constraints_critical)
		client_traits_add(to, TRAIT_CRITICAL_CONSTRAINTS);
	if (certificate->policies_critical)
		client_traits_add(to, TRAIT_CRITICAL_POLICIES);
	if (certificate->policy_constraints_critical)
		client_traits_add(to, TRAIT_POLICY_CONSTRAINTS_CRITICAL);
	if (certificate->policy_mappings_critical)
		client_traits_add(to, TRAIT_POLICY_MAPPINGS_CRITICAL);
	if (certificate->inhibit_any_policy_critical)
		client_traits_add(to, TRAIT_INHIBIT_ANY_POLICY_CRITICAL);
	if (certificate->policies_critical &&
	    certificate->policies->has_qualifiers)
		client_traits_add(to, TRAIT_POLICY_QUALIFIERS_CRITICAL);
	if (certificate->name_constraints_critical &&
	    (has_rare_kind(&certificate->permitted) ||
		has_rare_kind(&certificate->excluded)))
		client_traits_add(to, TRAIT_RARE_CONSTRAINTS);
	if (certificate->key_kind == KEY_ED25519)
		client_traits_add(to, TRAIT_ED25519);
	if ((certificate->odd_forms & FORM_EXPLICIT_CURVE) != 0)
		client_traits_add(to, TRAIT_EXPLICIT_CURVE);
	else if (key_flaw(certificate) != NULL && certificate->key_bits > 0)
		client_traits_add(to, TRAIT_UNSUPPORTED_ALGORITHM);
	if ((certificate->odd_forms & FORM_RSA_KEY) != 0)
		client_traits_add(to, TRAIT_ODD_RSA_FORM);
	if (certificate->key_kind == KEY_ED448)
		client_traits_add(to, TRAIT_ED448);
	if (path->length > 1)
		add_must_haves(certificate, root, at > 0, to);
	if (at > 0 && is_purpose_any_alone(certificate))
		client_traits_add(to, TRAIT_CA_PURPOSE_ANY);
	if (at > 0 && certificate->key_kind == KEY_RSA_PSS)
		client_traits_add(to, TRAIT_CA_PSS_KEY);
	if (!root && certificate->signature_kind == SIGNATURE_RSA_PSS)
		client_traits_add(to, TRAIT_PSS_SIGNATURE);
	if (at + 1 < path->length &&
	    !string_equal(
		certificate->issuer, path->steps[at + 1].certificate->subject))
		client_traits_add(to, TRAIT_NAME_SPELLING);
	if (at + 1 < path->length &&
	    !bytes_equal(certificate->raw_issuer,
		path->steps[at + 1].certificate->raw_subject))
		client_traits_add(to, TRAIT_NAME_ENCODING);
}

/* What only some libraries count or hand down from a CA. */
static void
add_inherited(const struct path *path, struct client_traits *to,
    struct client_traits *to_anchor)
{
	bool anchored = path->end == PATH_ANCHOR;
	uint64_t features = 0;

	for (size_t at = path->length; at-- > 0;) {
		const struct certificate *step = path->steps[at].certificate;
		bool is_anchor = anchored && at + 1 == path->length;

		if ((features & ~step->tls_features) != 0)
			client_traits_add(to, TRAIT_TLS_FEATURES);
		features |= step->tls_features;
		if (at > 1 && step->is_ca && step->has_path_length &&
		    at - 1 > step->path_length)
			client_traits_add(is_anchor ? to_anchor : to,
			    TRAIT_PATH_LENGTH_SELF_ISSUED);
	}
}

static enum client_trait
trait_of_end(const struct path *path)
{
	const struct path_step *last = &path->steps[path->length - 1];

	if (path->end == PATH_ANCHOR)
		return TRAIT_NONE;
	if (path->end == PATH_REFUSED)
		return TRAIT_STORE_REFUSES;
	if (path->end == PATH_SELF_SIGNED)
		return path->length == 1 ? TRAIT_SELF_SIGNED_LEAF
					 : TRAIT_UNTRUSTED_ROOT;
	if (path->length > 1 && last[-1].signature == SIGNATURE_BAD)
		return TRAIT_BAD_SIGNATURE;
	if (last->from == SOURCE_STORE)
		return TRAIT_PARTIAL_CHAIN;
	return path->length > 1 ? TRAIT_CA_NO_ISSUER : TRAIT_NO_ISSUER;
}

/* An anchor that does not say what it is. */
static enum client_trait
trait_of_old_root(const struct certificate *certificate)
{
	if (certificate->has_basic_constraints)
		return TRAIT_NOT_A_CA;
	if (!certificate->has_key_usage)
		return TRAIT_ROOT_BARE;
	return (certificate->key_usage & USAGE_KEY_CERT_SIGN) != 0
		   ? TRAIT_ROOT_BY_KEY_USAGE
		   : TRAIT_NOT_A_CA;
}

/* None of them is serverAuth. */
static enum client_trait
trait_of_purposes(const struct certificate *certificate, bool leaf)
{
	if (leaf && certificate->purposes == 0)
		return TRAIT_LEAF_PURPOSE_EMPTY;
	if (!leaf && (certificate->purposes & PURPOSE_NETSCAPE_GATED) != 0)
		return TRAIT_CA_PURPOSE_NETSCAPE;
	if ((certificate->purposes &
		(PURPOSE_SERVER_GATED | PURPOSE_NETSCAPE_GATED)) != 0)
		return leaf ? TRAIT_LEAF_PURPOSE_GATED : TRAIT_CA_PURPOSE_GATED;
	return leaf ? TRAIT_LEAF_PURPOSE : TRAIT_CA_PURPOSE;
}

static bool
is_unreadable(const struct certificate *certificate)
{
	return certificate->malformed ||
	       certificate->signature_algorithms_differ;
}

void
client_path_outcome(const struct validation *validation, struct path *path,
    struct client_outcome *outcome)
{
	bool anchored = path->end == PATH_ANCHOR;
	size_t ends = anchored && path->length > 1 ? 2 : 1;
	enum client_trait trait = trait_of_end(path);
	unsigned *least = &outcome->measures[LIMIT_LEAST_RSA_BITS];

	memset(outcome, 0, sizeof(*outcome));
	outcome->leaf_is_anchor = anchored && path->length == 1;
	path->faults.count = 0;
	validate_path(validation, path);
	if (trait != TRAIT_NONE)
		client_traits_add(&outcome->traits, trait);
	client_constraints_of_path(validation, path, outcome);
	add_inherited(path, &outcome->traits, &outcome->anchor_traits);
	for (size_t i = 0; i < path->faults.count && i < FAULTS_MOST; i++) {
		const struct path_fault *fault = &path->faults.list[i];

		trait = fault->step == 0 ? fault_traits[fault->fault].leaf
					 : fault_traits[fault->fault].above;
		/* Forms of dates, and octets after the end, have their own. */
		if (fault->fault == FAULT_MALFORMED &&
		    !is_unreadable(path->steps[fault->step].certificate))
			trait = TRAIT_NONE;
		/* The inner algorithm is not the outer one, 4.1.1.2. */
		if (fault->fault == FAULT_MALFORMED && fault->step == 0 &&
		    path->steps[0].certificate->signature_algorithms_differ)
			trait = TRAIT_BAD_SIGNATURE;
		if (fault->fault == FAULT_NAME_CONSTRAINTS ||
		    fault->fault == FAULT_NAME_CONSTRAINTS_UNDECIDED) {
			client_constraints_forbid(validation, path, fault->step,
			    anchored && fault->step + 1 == path->length
				? &outcome->anchor_traits
				: &outcome->traits);
			continue;
		}
		if (fault->fault == FAULT_UNSUPPORTED_ALGORITHM &&
		    path->steps[fault->step].certificate->signature_kind ==
			SIGNATURE_RSA_PSS &&
		    path->steps[fault->step].certificate->signature_hash ==
			HASH_SHA1)
			trait = TRAIT_PSS_SHA1;
		if (fault->fault == FAULT_PURPOSE)
			trait = trait_of_purposes(
			    path->steps[fault->step].certificate,
			    fault->step == 0);
		if (fault->fault == FAULT_NOT_A_CA && anchored &&
		    fault->step + 1 == path->length)
			trait = trait_of_old_root(
			    path->steps[fault->step].certificate);
		if (trait != TRAIT_NONE)
			client_traits_add(
			    anchored && fault->step + 1 == path->length
				? &outcome->anchor_traits
				: &outcome->traits,
			    trait);
	}
	for (size_t at = 0; at < path->length; at++) {
		const struct certificate *on = path->steps[at].certificate;

		add_step(path, at,
		    anchored && at + 1 == path->length ? &outcome->anchor_traits
						       : &outcome->traits);
		if ((on->key_kind == KEY_RSA || on->key_kind == KEY_RSA_PSS) &&
		    (*least == 0 || on->key_bits < *least))
			*least = on->key_bits;
	}
	outcome->measures[LIMIT_MOST_INTERMEDIATES] =
	    (unsigned)(path->length - ends);
}
