/*
 * The extensions of RFC 5280 4.2 that judging needs, one row each.  What
 * they mean for a path is not decided here.
 */
#include "x509/certificate_extensions.h"

#include <ctype.h>

#include "x509/certificate_policies.h"
#include "x509/certificate_scts.h"
#include "x509/der.h"

static bool
enter_only(struct bytes value, uint8_t tag, struct der *inside)
{
	struct der der = der_of(value);

	return der_enter(&der, tag, inside) && der_at_end(&der);
}

static bool
take_only(struct bytes value, uint8_t tag, struct der_item *item)
{
	struct der der = der_of(value);

	return der_take(&der, tag, item) && der_at_end(&der);
}

static bool
read_boolean(struct certificate *certificate, struct bytes content, bool *value)
{
	if (!der_boolean(content, value))
		return false;
	if (content.data[0] != 0 && content.data[0] != 0xff)
		certificate->odd_forms |= FORM_BOOLEAN;
	return true;
}

static bool
read_basic_constraints(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate *certificate = reader->certificate;
	struct der_item item;
	struct der inside;

	certificate->has_basic_constraints = true;
	certificate->basic_constraints_critical = extension->critical;
	if (!enter_only(extension->value, DER_SEQUENCE, &inside))
		return false;
	if (der_take(&inside, DER_BOOLEAN, &item) &&
	    !read_boolean(certificate, item.content, &certificate->is_ca))
		return false;
	if (der_take(&inside, DER_INTEGER, &item)) {
		if (!der_unsigned(item.content, &certificate->path_length))
			return false;
		certificate->has_path_length = true;
	}
	return der_at_end(&inside);
}

static bool
read_key_usage(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate *certificate = reader->certificate;
	struct der_item item;
	struct bytes bits;
	unsigned unused;

	certificate->has_key_usage = true;
	if (!take_only(extension->value, DER_BIT_STRING, &item) ||
	    !der_bit_string(item.content, &bits, &unused))
		return false;
	/* The first bit is the highest of the first octet; ours the lowest. */
	for (unsigned bit = 0; bit < 7 && bits.size > 0; bit++)
		if (bits.data[0] & 0x80 >> bit)
			certificate->key_usage |= 1U << bit;
	return true;
}

struct purpose_row {
	struct bytes oid;
	enum purpose purpose;
};

/* RFC 5280 4.2.1.12 */
static const struct purpose_row purpose_rows[] = {
	{ OID("\x2b\x06\x01\x05\x05\x07\x03\x01"), PURPOSE_SERVER_AUTH },
	{ OID("\x2b\x06\x01\x05\x05\x07\x03\x02"), PURPOSE_CLIENT_AUTH },
	{ OID("\x2b\x06\x01\x05\x05\x07\x03\x09"), PURPOSE_OCSP_SIGNING },
	{ OID("\x55\x1d\x25\x00"), PURPOSE_ANY },
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x0a\x03\x03"),
	    PURPOSE_SERVER_GATED },
	{ OID("\x60\x86\x48\x01\x86\xf8\x42\x04\x01"), PURPOSE_NETSCAPE_GATED },
};

static bool
read_purposes(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate *certificate = reader->certificate;
	struct der_item item;
	struct der inside;

	certificate->has_purposes = true;
	if (!enter_only(extension->value, DER_SEQUENCE, &inside))
		return false;
	while (der_take(&inside, DER_OID, &item)) {
		enum purpose purpose = PURPOSE_OTHER;

		for (size_t i = 0;
		     i < sizeof(purpose_rows) / sizeof(*purpose_rows); i++)
			if (bytes_equal(item.content, purpose_rows[i].oid))
				purpose = purpose_rows[i].purpose;
		certificate->purposes |= purpose;
	}
	return der_at_end(&inside);
}

static bool
read_subject_key_id(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate *certificate = reader->certificate;
	struct der_item item;

	if (!take_only(extension->value, DER_OCTET_STRING, &item))
		return false;
	certificate->has_subject_key_id = true;
	certificate->subject_key_id = item.content;
	return true;
}

/* False where it is no GeneralName; one of no known kind is one, but odd. */
static bool
read_general_name(struct certificate_reader *reader, struct der *der,
    struct general_name *name)
{
	struct der_item item;
	bool constructed, is_structure;

	if (!der_next(der, &item))
		return false;
	name->kind = (enum name_kind)(item.tag & 0x1f);
	name->value = item.content;
	constructed = (item.tag & 0x20) != 0;
	is_structure = name->kind == NAME_OTHER || name->kind == NAME_X400 ||
		       name->kind == NAME_DIRECTORY || name->kind == NAME_EDI;
	if ((item.tag & 0xc0) != 0x80 || name->kind > NAME_REGISTERED_ID) {
		name->kind = NAME_UNKNOWN;
		reader->certificate->odd_forms |= FORM_NAME_KIND;
		reader_odd_damage(reader, "a general name is of no known kind");
		return true;
	}
	return constructed == is_structure;
}

static bool
read_authority_key_id(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate *certificate = reader->certificate;
	struct general_name name;
	struct der inside, names;
	struct der_item item;

	certificate->has_authority_key_id = true;
	if (!enter_only(extension->value, DER_SEQUENCE, &inside))
		return false;
	if (der_take(&inside, DER_CONTEXT(0), &item))
		certificate->authority_key_id = item.content;
	/* Of several names OpenSSL takes the first directoryName. */
	if (der_enter(&inside, DER_CONTEXT_CONSTRUCTED(1), &names))
		while (certificate->authority_name.size == 0 &&
		       !der_at_end(&names)) {
			if (!read_general_name(reader, &names, &name))
				return false;
			if (name.kind == NAME_DIRECTORY)
				certificate->authority_name = name.value;
		}
	if (der_take(&inside, DER_CONTEXT(2), &item))
		certificate->authority_serial = item.content;
	return der_at_end(&inside);
}

/* False also when there are more than any list of ours may hold. */
static bool
count_elements(struct der der, size_t *count)
{
	struct der_item item;

	for (*count = 0; der_next(&der, &item); (*count)++)
		if (*count == CERTIFICATE_MOST_NAMES)
			return false;
	return der_at_end(&der);
}

/* What may stand in a host: RFC 3986 3.2.2, and what Go's net/url adds. */
static bool
is_host_octet(uint8_t octet)
{
	return octet >= 0x80 || (octet >= '0' && octet <= '9') ||
	       (octet >= 'A' && octet <= 'Z') ||
	       (octet >= 'a' && octet <= 'z') ||
	       (octet != 0 && strchr("-._~!$&'()*+,;=:[]<>\"", octet) != NULL);
}

/*
 * Is the authority one (RFC 3986 3.2): a host or an address in brackets, then a
 * port or none?  A host that has labels has none that is empty.
 */
static bool
is_authority(struct bytes authority)
{
	const uint8_t *end = authority.data + authority.size;
	const uint8_t *at = memrchr(authority.data, '@', authority.size);
	const uint8_t *host = at == NULL ? authority.data : at + 1;
	const uint8_t *close = memrchr(host, ']', (size_t)(end - host));
	const uint8_t *after = close == NULL ? host : close + 1;
	const uint8_t *port = memrchr(after, ':', (size_t)(end - after));

	if (host < end && host[0] == '[' &&
	    (close == NULL || (after < end && port != after)))
		return false;
	for (const uint8_t *octet = host; octet < end; octet++)
		if (!is_host_octet(*octet) ||
		    (*octet == '.' &&
			(octet == host || octet + 1 == end || octet[1] == '.')))
			return false;
	for (const uint8_t *octet = port; port != NULL && ++octet < end;)
		if (*octet < '0' || *octet > '9')
			return false;
	return true;
}

/* Only what parsers agree on: octets, the authority, and escapes before '?'. */
static bool
is_uri(struct bytes uri)
{
	const uint8_t *colon = memchr(uri.data, ':', uri.size);
	const uint8_t *end = uri.data + uri.size;
	const uint8_t *authority = colon == NULL ? end : colon + 1;
	const uint8_t *stop;

	for (size_t i = 0; i < uri.size; i++)
		if (uri.data[i] < 0x20 || uri.data[i] == 0x7f)
			return false;
	if (colon == uri.data)
		return false;
	if (end - authority < 2 || memcmp(authority, "//", 2) != 0)
		return true;
	authority += 2;
	for (stop = authority; stop < end && strchr("/?#", *stop) == NULL;)
		stop++;
	if (!is_authority(bytes_of(authority, (size_t)(stop - authority))))
		return false;
	for (; stop < end && *stop != '?'; stop++)
		if (*stop == '%' && (end - stop < 3 || !isxdigit(stop[1]) ||
					!isxdigit(stop[2])))
			return false;
	return true;
}

/* RFC 5280 4.2.1.6: IA5Strings that are not empty, addresses as in 791, 2460 */
static unsigned
odd_form_of(const struct general_name *name)
{
	unsigned forms = 0;

	switch (name->kind) {
	case NAME_ADDRESS:
		if (name->value.size != 4 && name->value.size != 16)
			forms |= FORM_ADDRESS_SIZE;
		break;
	case NAME_EMAIL:
	case NAME_DNS:
	case NAME_URI:
		for (size_t i = 0; i < name->value.size; i++)
			if (name->value.data[i] >= 0x80)
				forms |= FORM_NAME_NOT_ASCII;
		if (name->kind == NAME_URI && !is_uri(name->value))
			forms |= FORM_NAME_URI;
		break;
	default:
		return 0;
	}
	return name->value.size == 0 ? forms | FORM_NAME_EMPTY : forms;
}

static bool
read_alternative_names(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate *certificate = reader->certificate;
	struct general_name *names;
	struct der inside;
	size_t count;

	certificate->has_alternative_names = true;
	certificate->alternative_names_critical = extension->critical;
	certificate->raw_alternative_names = extension->value;
	if (!enter_only(extension->value, DER_SEQUENCE, &inside) ||
	    !count_elements(inside, &count))
		return false;
	names = reader_take(reader, count * sizeof(*names));
	for (size_t i = 0; i < count; i++) {
		if (!read_general_name(reader, &inside, &names[i]))
			return false;
		certificate->odd_forms |= odd_form_of(&names[i]);
	}
	certificate->alternative_names = (struct name_list){ names, count };
	return true;
}

/* Nobody reads them to build a path; some libraries want them readable. */
static bool
read_issuer_names(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct general_name name;
	struct der inside;

	if (!enter_only(extension->value, DER_SEQUENCE, &inside))
		return false;
	while (!der_at_end(&inside))
		if (!read_general_name(reader, &inside, &name))
			return false;
	return true;
}

/* RFC 5280 4.2.1.10: an address and a mask, in the manner of CIDR. */
static unsigned
address_form_of(struct bytes value)
{
	bool ended = false;

	if (value.size != 8 && value.size != 32)
		return FORM_CONSTRAINT_SIZE;
	for (size_t bit = value.size * 4; bit < value.size * 8; bit++) {
		bool set = (value.data[bit / 8] & 0x80 >> bit % 8) != 0;

		if (set && ended)
			return FORM_CONSTRAINT_MASK;
		ended = !set;
	}
	return 0;
}

/* RFC 5280 4.2.1.10: minimum is 0 and maximum absent, or one must refuse. */
static bool
read_subtrees(
    struct certificate_reader *reader, struct der der, struct name_list *list)
{
	struct general_name *names;
	struct der_item distance;
	struct der subtree;
	size_t count;

	if (!count_elements(der, &count))
		return false;
	names = reader_take(reader, count * sizeof(*names));
	for (size_t i = 0; i < count; i++) {
		if (!der_enter(&der, DER_SEQUENCE, &subtree) ||
		    !read_general_name(reader, &subtree, &names[i]))
			return false;
		if (names[i].kind == NAME_ADDRESS)
			reader->certificate->odd_forms |=
			    address_form_of(names[i].value);
		if ((der_take(&subtree, DER_CONTEXT(0), &distance) &&
			(distance.content.size != 1 ||
			    distance.content.data[0] != 0)) ||
		    !der_at_end(&subtree))
			reader->certificate->distances |= 1U << names[i].kind;
	}
	*list = (struct name_list){ names, count };
	return true;
}

static bool
read_name_constraints(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate *certificate = reader->certificate;
	struct der inside, subtrees;

	certificate->has_name_constraints = true;
	certificate->name_constraints_critical = extension->critical;
	if (!enter_only(extension->value, DER_SEQUENCE, &inside))
		return false;
	if (der_enter(&inside, DER_CONTEXT_CONSTRUCTED(0), &subtrees) &&
	    !read_subtrees(reader, subtrees, &certificate->permitted))
		return false;
	if (der_enter(&inside, DER_CONTEXT_CONSTRUCTED(1), &subtrees) &&
	    !read_subtrees(reader, subtrees, &certificate->excluded))
		return false;
	return der_at_end(&inside);
}

struct url_list {
	const char **urls;
	size_t count;
};

static const struct bytes ca_issuers = OID("\x2b\x06\x01\x05\x05\x07\x30\x02");
static const struct bytes ocsp = OID("\x2b\x06\x01\x05\x05\x07\x30\x01");

static void
add_url(
    struct certificate_reader *reader, struct url_list *list, struct bytes url)
{
	text_append_clean(&reader->text, url);
	list->urls[list->count++] = reader_keep_string(reader);
}

/* RFC 5280 4.2.2.1; only URIs can be followed. */
static bool
read_authority_access(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate *certificate = reader->certificate;
	struct url_list issuers = { NULL, 0 }, responders = { NULL, 0 };
	struct der inside, description;
	struct general_name name;
	struct der_item method;
	size_t count;

	if (!enter_only(extension->value, DER_SEQUENCE, &inside) ||
	    !count_elements(inside, &count))
		return false;
	issuers.urls = reader_take(reader, count * sizeof(char *));
	responders.urls = reader_take(reader, count * sizeof(char *));
	while (!der_at_end(&inside)) {
		if (!der_enter(&inside, DER_SEQUENCE, &description) ||
		    !der_take(&description, DER_OID, &method) ||
		    !read_general_name(reader, &description, &name))
			return false;
		if (name.kind != NAME_URI)
			continue;
		if (bytes_equal(method.content, ca_issuers))
			add_url(reader, &issuers, name.value);
		if (bytes_equal(method.content, ocsp))
			add_url(reader, &responders, name.value);
	}
	certificate->issuer_urls = issuers.urls;
	certificate->issuer_url_count = issuers.count;
	certificate->ocsp_urls = responders.urls;
	certificate->ocsp_url_count = responders.count;
	return true;
}

/*
 * RFC 5280 4.2.1.13.  Of use are points by URI, for all reasons and of the
 * issuer itself.
 */
static bool
read_distribution_points(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate *certificate = reader->certificate;
	struct url_list urls = { NULL, 0 };
	struct der inside, point, name, names;
	struct der_item item;

	if (!enter_only(extension->value, DER_SEQUENCE, &inside))
		return false;
	/* The shortest URI takes more than two octets. */
	urls.urls =
	    reader_take(reader, extension->value.size / 2 * sizeof(char *));
	while (!der_at_end(&inside)) {
		const char *unused = NULL;

		names = name = der_of(bytes_of(NULL, 0));
		if (!der_enter(&inside, DER_SEQUENCE, &point))
			return false;
		if (der_enter(&point, DER_CONTEXT_CONSTRUCTED(0), &name) &&
		    der_peek(&name) == DER_CONTEXT_CONSTRUCTED(1)) {
			certificate->odd_forms |= FORM_POINT_RELATIVE;
			unused = "is named relative to the CRL's issuer";
		}
		der_enter(&name, DER_CONTEXT_CONSTRUCTED(0), &names);
		while (!der_at_end(&point)) {
			if (!der_next(&point, &item))
				return false;
			if (item.tag == DER_CONTEXT(1))
				unused = "has CRLs for some reasons only";
			if (item.tag == DER_CONTEXT_CONSTRUCTED(2))
				unused = "has an indirect CRL, of another "
					 "issuer";
		}
		if (unused != NULL)
			certificate->crl_point_unused = unused;
		/* What is no name in there is not ours to judge. */
		while (unused == NULL && der_next(&names, &item))
			if (item.tag == DER_CONTEXT(NAME_URI))
				add_url(reader, &urls, item.content);
	}
	certificate->crl_urls = urls.urls;
	certificate->crl_url_count = urls.count;
	return true;
}

/* RFC 7633: the TLS extensions that the server promises to use. */
static bool
read_tls_features(
    struct certificate_reader *reader, const struct extension *extension)
{
	enum { STATUS_REQUEST = 5 };
	struct der_item item;
	struct der inside;
	uint32_t feature;

	if (!enter_only(extension->value, DER_SEQUENCE, &inside))
		return false;
	while (der_take(&inside, DER_INTEGER, &item)) {
		if (!der_unsigned(item.content, &feature))
			continue;
		reader->certificate->tls_features |=
		    (uint64_t)1 << (feature < 63 ? feature : 63);
		if (feature == STATUS_REQUEST)
			reader->certificate->must_staple = true;
	}
	return der_at_end(&inside);
}

/* No client reads the list to build a path, so a broken one is no damage. */
static bool
read_scts(struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate *certificate = reader->certificate;
	struct der_item item;

	certificate->has_scts = true;
	if (take_only(extension->value, DER_OCTET_STRING, &item)) {
		certificate->scts = item.content;
		certificate->earliest_sct = scts_earliest(item.content);
	}
	return true;
}

struct extension_row {
	struct bytes oid;
	bool (*read)(struct certificate_reader *, const struct extension *);
	const char *damage;
	enum extension_kind kind; /* where there is a sentence */
};

/*
 * Without a reader: known, so that a critical one is not refused, but without
 * effect on a path.
 */
static const struct extension_row rows[] = {
	{ OID("\x55\x1d\x13"), read_basic_constraints,
	    "the basic constraints cannot be read",
	    EXTENSION_BASIC_CONSTRAINTS },
	{ OID("\x55\x1d\x0f"), read_key_usage, "the key usage cannot be read",
	    EXTENSION_KEY_USAGE },
	{ OID("\x55\x1d\x25"), read_purposes,
	    "the extended key usage cannot be read", EXTENSION_PURPOSES },
	{ OID("\x55\x1d\x0e"), read_subject_key_id,
	    "the subject key identifier cannot be read",
	    EXTENSION_SUBJECT_KEY_ID },
	{ OID("\x55\x1d\x23"), read_authority_key_id,
	    "the authority key identifier cannot be read",
	    EXTENSION_AUTHORITY_KEY_ID },
	{ OID("\x55\x1d\x11"), read_alternative_names,
	    "the subject alternative names cannot be read",
	    EXTENSION_ALTERNATIVE_NAMES },
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x01"), read_authority_access,
	    "the authority information access cannot be read",
	    EXTENSION_AUTHORITY_ACCESS },
	{ OID("\x55\x1d\x20"), reader_policies, NULL, 0 },
	{ OID("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02"), read_scts, NULL, 0 },
	{ OID("\x55\x1d\x1f"), read_distribution_points, NULL,
	    EXTENSION_DISTRIBUTION_POINTS },
	{ OID("\x55\x1d\x1e"), read_name_constraints,
	    "the name constraints cannot be read", EXTENSION_NAME_CONSTRAINTS },
	{ OID("\x55\x1d\x24"), reader_policy_constraints, NULL, 0 },
	{ OID("\x55\x1d\x21"), reader_policy_mappings, NULL, 0 },
	{ OID("\x55\x1d\x36"), reader_inhibit_any_policy, NULL, 0 },
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x18"), read_tls_features,
	    "the TLS features cannot be read", EXTENSION_TLS_FEATURES },
	{ OID("\x55\x1d\x12"), read_issuer_names, NULL,
	    EXTENSION_ISSUER_NAMES },
	{ OID("\x60\x86\x48\x01\x86\xf8\x42\x01\x01"), NULL, NULL,
	    0 }, /* Netscape */
};

/* RFC 5280 4.2 wants the first two and the fourth not to be critical. */
static const struct {
	struct bytes oid;
	unsigned bit;
} critical_rows[] = {
	{ OID("\x55\x1d\x0e"), CRITICAL_SUBJECT_KEY_ID },
	{ OID("\x55\x1d\x23"), CRITICAL_AUTHORITY_KEY_ID },
	{ OID("\x55\x1d\x12"), CRITICAL_ISSUER_NAMES },
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x01"), CRITICAL_AUTHORITY_ACCESS },
	{ OID("\x55\x1d\x1f"), CRITICAL_DISTRIBUTION_POINTS },
	{ OID("\x60\x86\x48\x01\x86\xf8\x42\x01\x01"), CRITICAL_NETSCAPE_TYPE },
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x18"), CRITICAL_TLS_FEATURES },
	{ OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x05"), CRITICAL_NO_CHECK },
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x07"), CRITICAL_ADDRESS_BLOCKS },
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x08"), CRITICAL_AS_NUMBERS },
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x0e"), CRITICAL_PROXY },
};

static bool
take_extension(struct certificate *certificate, struct der *der,
    struct extension *extension)
{
	struct der_item item;
	struct der inside;

	extension->critical = false;
	if (!der_enter(der, DER_SEQUENCE, &inside) ||
	    !der_take(&inside, DER_OID, &item))
		return false;
	extension->oid = item.content;
	if (der_take(&inside, DER_BOOLEAN, &item) &&
	    !read_boolean(certificate, item.content, &extension->critical))
		return false;
	if (!der_take(&inside, DER_OCTET_STRING, &item))
		return false;
	extension->value = item.content;
	return der_at_end(&inside);
}

static const char *
keep_oid(struct certificate_reader *reader, struct bytes oid)
{
	char text[128];

	text_append(&reader->text,
	    der_oid_text(oid, text, sizeof(text)) ? text : "malformed");
	return reader_keep_string(reader);
}

/* RFC 5280 4.2: not twice.  The first one counts. */
static void
note_duplicate(struct certificate_reader *reader, struct bytes oid)
{
	struct certificate *certificate = reader->certificate;

	if (certificate->duplicate_extension != NULL)
		return;
	certificate->duplicate_extension = keep_oid(reader, oid);
	text_printf(&reader->text, "the extension %s is there twice",
	    certificate->duplicate_extension);
	reader_damage(reader, reader_keep_string(reader));
}

static void
read_extension(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate *certificate = reader->certificate;
	const struct extension_row *row = NULL;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (bytes_equal(extension->oid, rows[i].oid))
			row = &rows[i];
	for (size_t i = 0; i < sizeof(critical_rows) / sizeof(*critical_rows);
	     i++)
		if (extension->critical &&
		    bytes_equal(extension->oid, critical_rows[i].oid))
			certificate->critical_extensions |=
			    critical_rows[i].bit;
	if (row == NULL && !extension->critical)
		return;
	/* RFC 6962 3.3: not critical; a client that knows the list does not
	   count it among what it processes. */
	if (row == NULL || (extension->critical && row->read == read_scts)) {
		if (certificate->unknown_critical == NULL)
			certificate->unknown_critical = reader_take(reader,
			    CERTIFICATE_MOST_EXTENSIONS * sizeof(char *));
		certificate
		    ->unknown_critical[certificate->unknown_critical_count++] =
		    keep_oid(reader, extension->oid);
	}
	if (row == NULL)
		return;
	if (row->read != NULL && !row->read(reader, extension)) {
		struct extension trimmed = *extension;
		struct der der = der_of(extension->value);
		struct der_item first;

		reader_odd_damage(reader, row->damage);
		if (extension->critical)
			certificate->odd_forms |= FORM_CRITICAL_VALUE;
		/* Most parsers stop where the value itself ends. */
		if (der_next(&der, &first) && !der_at_end(&der)) {
			trimmed.value = first.whole;
			if (row->read(reader, &trimmed))
				certificate->trailing_extensions |= row->kind;
			else
				certificate->unreadable_extensions |= row->kind;
		} else {
			certificate->unreadable_extensions |= row->kind;
		}
	}
	/* What a reader left in the buffer when it failed is dropped. */
	text_clear(&reader->text);
}

void
reader_extensions(struct certificate_reader *reader, struct bytes explicit)
{
	struct bytes oids[CERTIFICATE_MOST_EXTENSIONS];
	struct extension extension;
	struct der list;
	size_t count = 0, same;

	if (!enter_only(explicit, DER_SEQUENCE, &list)) {
		reader_damage(reader, "the extensions cannot be read");
		return;
	}
	for (; !der_at_end(&list); count++) {
		if (count == CERTIFICATE_MOST_EXTENSIONS) {
			reader_damage(reader, "there are too many extensions");
			return;
		}
		if (!take_extension(reader->certificate, &list, &extension)) {
			reader_damage(reader, "an extension cannot be read");
			return;
		}
		oids[count] = extension.oid;
		for (same = 0; !bytes_equal(oids[same], extension.oid);)
			same++;
		if (same < count)
			note_duplicate(reader, extension.oid);
		else
			read_extension(reader, &extension);
	}
}
