/*
 * The four policy extensions of a certificate, from DER to sorted lists.
 * What they mean along a path is decided in audit/certificate_policies.c.
 */
#include "x509/certificate_policies.h"

#include <stdlib.h>

#include "x509/der.h"

/* RFC 5280 4.2.1.4: any policy, and the two kinds of qualifier it knows. */
static const struct bytes any_policy = OID("\x55\x1d\x20\x00");
static const struct bytes cps_qualifier =
    OID("\x2b\x06\x01\x05\x05\x07\x02\x01");
static const struct bytes notice_qualifier =
    OID("\x2b\x06\x01\x05\x05\x07\x02\x02");

int
policy_compare(struct bytes a, struct bytes b)
{
	if (a.size != b.size)
		return a.size < b.size ? -1 : 1;
	return a.size == 0 ? 0 : memcmp(a.data, b.data, a.size);
}

static int
compare_listed(const void *a, const void *b)
{
	return policy_compare(
	    *(const struct bytes *)a, *(const struct bytes *)b);
}

static int
compare_mappings(const void *a, const void *b)
{
	return policy_compare(((const struct policy_mapping *)a)->issuer,
	    ((const struct policy_mapping *)b)->issuer);
}

static struct certificate_policies *
policies_of(struct certificate_reader *reader)
{
	struct certificate_policies **policies = &reader->certificate->policies;

	if (*policies == NULL)
		*policies = reader_take(reader, sizeof(**policies));
	return *policies;
}

/* Always true: a path that requires no policy does not need them. */
static bool
forbidden(struct certificate_policies *policies, const char *sentence)
{
	policies->fault = sentence;
	return true;
}

/* Steps into a SEQUENCE of at least one element; how many, or 0. */
static size_t
enter_list(struct bytes value, struct der *inside)
{
	struct der der = der_of(value), counted;
	struct der_item item;
	size_t count = 0;

	if (!der_enter(&der, DER_SEQUENCE, inside) || !der_at_end(&der))
		return 0;
	for (counted = *inside; der_next(&counted, &item);)
		count++;
	return der_at_end(&counted) ? count : 0;
}

/* What follows a policy's identifier, where anything does. */
static bool
qualifiers_are_known(struct der information)
{
	struct der qualifiers, qualifier;
	struct der_item kind;

	if (!der_enter(&information, DER_SEQUENCE, &qualifiers))
		return true;
	while (der_enter(&qualifiers, DER_SEQUENCE, &qualifier))
		if (!der_take(&qualifier, DER_OID, &kind) ||
		    (!bytes_equal(kind.content, cps_qualifier) &&
			!bytes_equal(kind.content, notice_qualifier)))
			return false;
	return der_at_end(&qualifiers);
}

/* X.690 8.19.2: one number at least, each in the fewest octets, to its end. */
static unsigned
oid_forms(struct bytes oid)
{
	if (oid.size == 0)
		return FORM_POLICY_OID_EMPTY;
	if ((oid.data[oid.size - 1] & 0x80) != 0)
		return FORM_POLICY_OID_CUT;
	for (size_t i = 0; i < oid.size; i++)
		if (oid.data[i] == 0x80 &&
		    (i == 0 || (oid.data[i - 1] & 0x80) == 0))
			return FORM_POLICY_OID_PADDED;
	return 0;
}

/* How the extension is odd where its list cannot be entered. */
static unsigned
list_forms(struct bytes value)
{
	struct der der = der_of(value), inside;

	if (!der_enter(&der, DER_SEQUENCE, &inside))
		return FORM_POLICIES_STRUCTURE;
	if (der_at_end(&inside))
		return FORM_POLICIES_EMPTY;
	return der_at_end(&der) ? FORM_POLICIES_STRUCTURE
				: FORM_POLICIES_TRAILING;
}

/* Each policy with what follows it; the forms that are odd in them. */
static unsigned
take_policies(struct der *all, bool critical,
    struct certificate_policies *policies, struct bytes *list)
{
	unsigned forms = 0;
	struct der information, qualifiers;
	struct der_item policy;

	while (der_enter(all, DER_SEQUENCE, &information)) {
		if (!der_take(&information, DER_OID, &policy))
			return forms | FORM_POLICIES_STRUCTURE;
		forms |= oid_forms(policy.content);
		policies->has_qualifiers |= !der_at_end(&information);
		/* RFC 5280 4.2.1.4: a critical one must be understood whole. */
		if (critical && !qualifiers_are_known(information))
			policies->fault = "its critical certificate policies "
					  "have a qualifier that is unknown";
		(void)der_enter(&information, DER_SEQUENCE, &qualifiers);
		if (!der_at_end(&information))
			forms |= FORM_POLICY_TRAILING;
		if (!bytes_equal(policy.content, any_policy))
			list[policies->count++] = policy.content;
		else if (policies->has_any)
			forms |= FORM_POLICY_TWICE;
		else
			policies->has_any = true;
	}
	return der_at_end(all) ? forms : forms | FORM_POLICIES_STRUCTURE;
}

/*
 * What the clients make of each form differs, also from the fault: that is
 * what Chromium refuses, and it compares OIDs as octets.
 */
bool
reader_policies(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate_policies *policies = policies_of(reader);
	struct certificate *certificate = reader->certificate;
	struct der all;
	struct bytes *list;
	size_t most = enter_list(extension->value, &all);
	unsigned forms;

	certificate->policies_critical = extension->critical;
	if (most == 0) {
		forms = list_forms(extension->value);
	} else {
		list = reader_take(reader, most * sizeof(*list));
		policies->list = list;
		forms =
		    take_policies(&all, extension->critical, policies, list);
		if (policies->count > 0)
			qsort(list, policies->count, sizeof(*list),
			    compare_listed);
		for (size_t i = 1; i < policies->count; i++)
			if (bytes_equal(list[i - 1], list[i]))
				forms |= FORM_POLICY_TWICE;
	}
	if ((forms & (FORM_POLICIES_EMPTY | FORM_POLICIES_STRUCTURE |
			 FORM_POLICIES_TRAILING | FORM_POLICY_TRAILING)) != 0)
		policies->fault = "its certificate policies cannot be read";
	else if ((forms & FORM_POLICY_TWICE) != 0)
		policies->fault = "it lists a policy twice";
	/* Java reads a list without a policy, and one with a policy twice. */
	if (extension->critical &&
	    (forms & ~(FORM_POLICIES_EMPTY | FORM_POLICY_TWICE)) != 0)
		forms |= FORM_CRITICAL_VALUE;
	certificate->odd_forms |= forms;
	return true;
}

bool
reader_policy_mappings(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate_policies *policies = policies_of(reader);
	struct policy_mapping *mappings;
	struct der all, pair;
	struct der_item issuer, subject;
	size_t most = enter_list(extension->value, &all);

	reader->certificate->policy_mappings_critical = extension->critical;
	mappings = reader_take(reader, most * sizeof(*mappings));
	policies->mappings = mappings;
	while (most > 0 && der_enter(&all, DER_SEQUENCE, &pair) &&
	       der_take(&pair, DER_OID, &issuer) &&
	       der_take(&pair, DER_OID, &subject) && der_at_end(&pair)) {
		if (bytes_equal(issuer.content, any_policy) ||
		    bytes_equal(subject.content, any_policy))
			policies->maps_any = true;
		mappings[policies->mapping_count++] =
		    (struct policy_mapping){ issuer.content, subject.content };
	}
	if (most == 0 || !der_at_end(&all))
		return forbidden(
		    policies, "its policy mappings cannot be read");
	qsort(mappings, policies->mapping_count, sizeof(*mappings),
	    compare_mappings);
	return true;
}

/* A number of certificates: one past 32 bits is longer than any path. */
static bool
read_skip(struct bytes content, uint32_t *skip)
{
	if (content.size == 0 || (content.data[0] & 0x80) != 0)
		return false;
	if (!der_unsigned(content, skip))
		*skip = UINT32_MAX;
	return true;
}

/* RFC 5280 4.2.1.11: at least one of its two fields. */
bool
reader_policy_constraints(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate_policies *policies = policies_of(reader);
	struct der inside;
	struct der_item item;
	bool is_valid = enter_list(extension->value, &inside) > 0;

	reader->certificate->policy_constraints_critical = extension->critical;
	if (is_valid && der_take(&inside, DER_CONTEXT(0), &item)) {
		policies->has_require_explicit = true;
		is_valid = read_skip(item.content, &policies->require_explicit);
	}
	if (is_valid && der_take(&inside, DER_CONTEXT(1), &item)) {
		policies->has_inhibit_mapping = true;
		is_valid = read_skip(item.content, &policies->inhibit_mapping);
	}
	if (!is_valid || !der_at_end(&inside))
		return forbidden(
		    policies, "its policy constraints cannot be read");
	return true;
}

bool
reader_inhibit_any_policy(
    struct certificate_reader *reader, const struct extension *extension)
{
	struct certificate_policies *policies = policies_of(reader);
	struct der der = der_of(extension->value);
	struct der_item item;

	reader->certificate->inhibit_any_policy_critical = extension->critical;
	policies->has_inhibit_any = true;
	if (!der_take(&der, DER_INTEGER, &item) || !der_at_end(&der) ||
	    !read_skip(item.content, &policies->inhibit_any))
		return forbidden(
		    policies, "its inhibitAnyPolicy cannot be read");
	return true;
}
