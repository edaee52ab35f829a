/*
 * Name constraints as the libraries differ about them.  Whether a name may
 * stand is constraints.c's; here is which client sees it otherwise.
 */
#include "audit/client_constraints.h"

#include <limits.h>
#include <string.h>

#include "audit/constraints.h"

static bool
has_empty(const struct name_list *subtrees, enum name_kind kind)
{
	for (size_t i = 0; i < subtrees->count; i++)
		if (subtrees->names[i].kind == kind &&
		    subtrees->names[i].value.size == 0 &&
		    (kind == NAME_EMAIL || kind == NAME_URI))
			return true;
	return false;
}

static bool
has_kind(const struct name_list *names, enum name_kind kind)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->names[i].kind == kind)
			return true;
	return false;
}

/* Below the host of such a constraint, which 4.2.1.10 does not include. */
static bool
is_within_host(
    const struct name_list *subtrees, const struct general_name *name)
{
	struct bytes host = constraint_host_of(name);

	for (size_t i = 0; i < subtrees->count; i++) {
		struct bytes subtree = subtrees->names[i].value;

		if (subtrees->names[i].kind == name->kind && subtree.size > 0 &&
		    subtree.data[0] != '.' && host.size > subtree.size &&
		    dns_is_within(host, subtree))
			return true;
	}
	return false;
}

static bool
is_within_dotted(
    const struct name_list *subtrees, const struct general_name *name)
{
	for (size_t i = 0; i < subtrees->count; i++) {
		struct bytes subtree = subtrees->names[i].value;

		if (subtrees->names[i].kind == NAME_DNS && subtree.size > 1 &&
		    subtree.data[subtree.size - 1] == '.' &&
		    dns_is_within(
			name->value, bytes_of(subtree.data, subtree.size - 1)))
			return true;
	}
	return false;
}

/* RFC 5280 7.5: the case of a local part counts. */
static bool
is_other_case(const struct name_list *subtrees, const struct general_name *name)
{
	for (size_t i = 0; i < subtrees->count; i++)
		if (name->kind == NAME_EMAIL &&
		    subtrees->names[i].kind == NAME_EMAIL &&
		    dns_equal(subtrees->names[i].value, name->value))
			return true;
	return false;
}

/* Labels of letters, digits and hyphens, the first octet a letter. */
static bool
is_plain_name(struct bytes name)
{
	bool label_begins = true;

	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = name.data[i] | 0x20;
		bool letter = c >= 'a' && c <= 'z';
		bool digit = name.data[i] >= '0' && name.data[i] <= '9';

		if (i == 0 ? !letter
			   : !letter && !digit &&
				 (label_begins || (name.data[i] != '-' &&
						      name.data[i] != '.')))
			return false;
		label_begins = name.data[i] == '.';
	}
	return !label_begins;
}

/*
 * A CN that stands where a DNS name should: is it outside what the path's
 * constraints allow, while the names that count are inside?
 */
static void
add_common_name(const struct validation *validation, const struct path *path,
    struct client_traits *to)
{
	const struct certificate *leaf = path->steps[0].certificate;
	struct constraint_budget budget = { CONSTRAINTS_MOST_COMPARISONS,
		validation->comparisons };

	for (size_t i = 0; i < leaf->alternative_names.count; i++)
		if (leaf->alternative_names.names[i].kind == NAME_DNS)
			return;
	for (size_t i = 0; i < leaf->common_name_count; i++) {
		struct bytes text = bytes_from_string(leaf->common_names[i]);
		struct host_name name = { text, { 0 }, 0 };

		for (size_t at = 1; at < path->length; at++) {
			const struct certificate *issuer =
			    path->steps[at].certificate;

			if (!issuer->has_name_constraints ||
			    constraints_check(issuer, leaf, &name, &budget) !=
				CONSTRAINT_FORBIDS ||
			    constraints_check(issuer, leaf, NULL, &budget) !=
				CONSTRAINT_ALLOWS)
				continue;
			client_traits_add(to, TRAIT_COMMON_NAME_CONSTRAINED);
			if (dns_looks_like_host(text))
				client_traits_add(
				    to, TRAIT_DOTTED_COMMON_NAME_CONSTRAINED);
			if (is_plain_name(text) && leaf->has_alternative_names)
				client_traits_add(
				    to, TRAIT_PLAIN_COMMON_NAME_CONSTRAINED);
		}
	}
}

static bool
is_forbidden(const struct certificate *issuer,
    const struct certificate *subject, const struct name_list *names,
    struct constraint_budget *budget)
{
	struct certificate one = *subject;

	one.alternative_names = *names;
	one.has_alternative_names = one.subject_empty = true;
	return constraints_check(issuer, &one, NULL, budget) ==
	       CONSTRAINT_FORBIDS;
}

/* Is there a permitted address, but none of this one's family? */
static bool
is_of_other_family(
    const struct certificate *issuer, const struct general_name *name)
{
	for (size_t i = 0; i < issuer->permitted.count; i++)
		if (issuer->permitted.names[i].kind == NAME_ADDRESS &&
		    issuer->permitted.names[i].value.size ==
			2 * name->value.size)
			return false;
	return true;
}

/* Which libraries see that this name is forbidden? */
static enum client_trait
trait_of_forbidden(const struct certificate *issuer,
    const struct certificate *subject, const struct general_name *name,
    bool is_upper, struct constraint_budget *budget)
{
	const struct name_list list = { name, 1 };
	struct certificate half = *issuer;

	half.excluded.count = 0;
	if (name->kind == NAME_OTHER || name->kind == NAME_X400 ||
	    name->kind == NAME_EDI || name->kind >= NAME_REGISTERED_ID)
		return TRAIT_RARE_KIND_CONSTRAINED;
	if (name->kind == NAME_URI && !constraint_uri_has_host(name->value) &&
	    !is_forbidden(&half, subject, &list, budget))
		return constraint_host_of(name).size > 0
			   ? TRAIT_URI_ADDRESS_EXCLUDED
			   : TRAIT_NAME_CONSTRAINTS;
	if ((name->kind == NAME_URI || name->kind == NAME_EMAIL) &&
	    is_forbidden(&half, subject, &list, budget)) {
		if (is_within_host(&issuer->permitted, name))
			return name->kind == NAME_URI
				   ? TRAIT_URI_SUBDOMAIN_CONSTRAINED
				   : TRAIT_MAILBOX_SUBDOMAIN_CONSTRAINED;
		if (is_other_case(&issuer->permitted, name))
			return TRAIT_LOCAL_PART_CASE;
	} else if (has_empty(&issuer->excluded, name->kind)) {
		return TRAIT_EMPTY_EXCLUDED;
	}
	if ((name->kind == NAME_URI || name->kind == NAME_DIRECTORY) &&
	    is_forbidden(&half, subject, &list, budget))
		return TRAIT_RARE_NAME_CONSTRAINED;
	if (name->kind == NAME_ADDRESS &&
	    is_forbidden(&half, subject, &list, budget) &&
	    is_of_other_family(issuer, name))
		return TRAIT_ADDRESS_FAMILY_CONSTRAINED;
	if (name->kind == NAME_DNS &&
	    is_within_dotted(&issuer->permitted, name))
		return TRAIT_CONSTRAINT_DOT;
	if (name->kind == NAME_DNS && dns_is_wildcard(name->value) &&
	    !is_forbidden(&half, subject, &list, budget))
		return TRAIT_WILDCARD_EXCLUDED;
	return is_upper ? TRAIT_UPPER_CONSTRAINED : TRAIT_NAME_CONSTRAINTS;
}

/*
 * Takes apart what validate.c finds as one fault.  What is beyond its budget
 * for a path may still be within that of libraries that have none.
 */
void
client_constraints_forbid(const struct validation *validation,
    const struct path *path, size_t at, struct client_traits *to)
{
	const struct certificate *issuer = path->steps[at].certificate;
	struct constraint_budget budget = { CONSTRAINTS_MOST_OF_A_HOST,
		validation->comparisons };

	for (size_t below = 0; below < at; below++) {
		const struct certificate *subject =
		    path->steps[below].certificate;
		const struct name_list *names = &subject->alternative_names;
		const struct general_name directory = { .kind = NAME_DIRECTORY,
			.value = subject->raw_subject };
		struct certificate bare = *subject;
		bool is_upper = below + 1 < at;

		if (below > 0 && subject->self_issued)
			continue;
		for (size_t i = 0; i < names->count; i++)
			if (is_forbidden(issuer, subject,
				&(struct name_list){ &names->names[i], 1 },
				&budget))
				client_traits_add(to,
				    trait_of_forbidden(issuer, subject,
					&names->names[i], is_upper, &budget));
		if (!subject->subject_empty &&
		    is_forbidden(issuer, subject,
			&(struct name_list){ &directory, 1 }, &budget))
			client_traits_add(
			    to, trait_of_forbidden(issuer, subject, &directory,
				    is_upper, &budget));
		/* The host, and mailboxes where no other name is. */
		bare.alternative_names.count = 0;
		bare.subject_empty = true;
		if (constraints_check(issuer, &bare, NULL, &budget) !=
		    CONSTRAINT_ALLOWS)
			client_traits_add(to, is_upper
						  ? TRAIT_UPPER_CONSTRAINED
						  : TRAIT_NAME_CONSTRAINTS);
		if (below == 0 && validation->host != NULL &&
		    !client_traits_has(to, TRAIT_NAME_CONSTRAINTS) &&
		    !client_traits_has(to, TRAIT_UPPER_CONSTRAINED) &&
		    constraints_check(issuer, &bare, validation->host,
			&budget) != CONSTRAINT_ALLOWS)
			client_traits_add(to, TRAIT_HOST_CONSTRAINED);
	}
}

/* RFC 5280 4.2.1.10 spares the subject's mailbox where there is a SAN. */
static void
add_mailboxes(const struct validation *validation, const struct path *path,
    struct client_traits *to)
{
	const struct certificate *leaf = path->steps[0].certificate;
	struct constraint_budget budget = { CONSTRAINTS_MOST_COMPARISONS,
		validation->comparisons };
	bool has_other = false;

	if (leaf->subject_mailboxes.count == 0 || !leaf->has_alternative_names)
		return;
	for (size_t i = 0; i < leaf->alternative_names.count; i++)
		has_other = has_other ||
			    leaf->alternative_names.names[i].kind == NAME_EMAIL;
	for (size_t at = 1; at < path->length; at++) {
		if (!path->steps[at].certificate->has_name_constraints ||
		    !is_forbidden(path->steps[at].certificate, leaf,
			&leaf->subject_mailboxes, &budget))
			continue;
		client_traits_add(to, TRAIT_MAILBOX_CONSTRAINED);
		if (!has_other)
			client_traits_add(to, TRAIT_ONLY_MAILBOX_CONSTRAINED);
	}
}

/*
 * The otherNames that GnuTLS 3.7 and 3.8 take in constraints: userPrincipalName
 * (1.3.6.1.4.1.311.20.2.3) and SRVName (RFC 4985).
 */
static bool
is_known_other_name(const struct general_name *name)
{
	static const uint8_t principal[] = { 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04,
		0x01, 0x82, 0x37, 0x14, 0x02, 0x03 };
	static const uint8_t service[] = { 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05,
		0x05, 0x07, 0x08, 0x07 };
	struct bytes value = name->value;

	return name->kind == NAME_OTHER &&
	       ((value.size >= sizeof principal &&
		    memcmp(value.data, principal, sizeof principal) == 0) ||
		   (value.size >= sizeof service &&
		       memcmp(value.data, service, sizeof service) == 0));
}

/* What some clients refuse of constraints, whatever the names are. */
static void
add_kinds(const struct certificate *issuer, const struct certificate *leaf,
    struct client_traits *to)
{
	const struct name_list *lists[] = { &issuer->permitted,
		&issuer->excluded };
	bool has_uri = has_kind(&leaf->alternative_names, NAME_URI);

	if (has_kind(&issuer->excluded, NAME_DIRECTORY))
		client_traits_add(to, TRAIT_DIRECTORY_EXCLUDED);
	if (has_uri && has_kind(&issuer->excluded, NAME_URI))
		client_traits_add(to, TRAIT_URI_EXCLUDED);
	for (size_t k = 0; k < 2; k++) {
		if (has_uri && issuer->name_constraints_critical &&
		    has_kind(lists[k], NAME_URI))
			client_traits_add(to, TRAIT_URI_CONSTRAINED);
		for (size_t i = 0; i < lists[k]->count; i++)
			switch (lists[k]->names[i].kind) {
			case NAME_EMAIL:
			case NAME_URI:
				if (lists[k]->names[i].value.size == 0)
					client_traits_add(
					    to, TRAIT_CONSTRAINT_EMPTY);
				break;
			case NAME_DNS:
			case NAME_ADDRESS:
			case NAME_DIRECTORY:
				break;
			default:
				if (!is_known_other_name(&lists[k]->names[i]))
					client_traits_add(
					    to, TRAIT_RARE_CONSTRAINED);
			}
	}
	for (size_t i = 0; i < leaf->alternative_names.count; i++) {
		const struct general_name *name =
		    &leaf->alternative_names.names[i];

		if (name->kind != NAME_URI && name->kind != NAME_EMAIL)
			continue;
		if (is_within_host(&issuer->excluded, name))
			client_traits_add(to, TRAIT_HOST_SUBDOMAIN_EXCLUDED);
		if (has_empty(&issuer->permitted, name->kind))
			client_traits_add(to, TRAIT_EMPTY_PERMITTED);
	}
}

/* A label with a blank, or a mailbox without one "@": Go parses them all. */
static bool
is_odd_name(const struct general_name *name)
{
	unsigned marks = 0, blanks = 0;

	for (size_t i = 0; i < name->value.size; i++) {
		marks += name->value.data[i] == '@';
		blanks += name->value.data[i] == ' ';
	}
	if (name->kind == NAME_DNS)
		return blanks > 0;
	return name->kind == NAME_EMAIL &&
	       (marks == 0 || (blanks > 0 && memchr(name->value.data, '"',
						 name->value.size) == NULL));
}

static void
raise_to(unsigned *most, size_t found)
{
	if (found > *most)
		*most = found < UINT_MAX ? (unsigned)found : UINT_MAX;
}

/*
 * As NAME_CONSTRAINTS_check() counts them, as GnuTLS does since 3.8.9
 * (CVE-2024-12243), which leaves out the subject, and as crypto/x509 does.
 */
static void
measure(const struct certificate *issuer, const struct certificate *subject,
    struct client_outcome *outcome)
{
	const struct name_list *names = &subject->alternative_names;
	size_t constraints = issuer->permitted.count + issuer->excluded.count;
	size_t kinds[NAME_UNKNOWN + 1] = { 0 };
	size_t sum = 0;
	unsigned *most = outcome->measures;

	for (size_t i = 0; i < issuer->permitted.count; i++)
		kinds[issuer->permitted.names[i].kind]++;
	for (size_t i = 0; i < issuer->excluded.count; i++)
		kinds[issuer->excluded.names[i].kind]++;
	for (size_t i = 0; i < names->count; i++)
		sum += kinds[names->names[i].kind];
	raise_to(&most[LIMIT_MOST_NAME_PRODUCT],
	    (names->count + subject->subject_attribute_count) * constraints);
	raise_to(&most[LIMIT_MOST_ALTERNATIVE_NAME_PRODUCT],
	    names->count * constraints);
	raise_to(&most[LIMIT_MOST_NAME_COMPARISONS], sum);
}

void
client_constraints_of_path(const struct validation *validation,
    const struct path *path, struct client_outcome *outcome)
{
	const struct certificate *leaf = path->steps[0].certificate;

	add_common_name(validation, path, &outcome->traits);
	add_mailboxes(validation, path, &outcome->traits);
	for (size_t at = 1; at < path->length; at++) {
		const struct certificate *issuer = path->steps[at].certificate;
		bool anchor =
		    path->end == PATH_ANCHOR && at + 1 == path->length;
		struct client_traits *to =
		    anchor ? &outcome->anchor_traits : &outcome->traits;

		if (!issuer->has_name_constraints)
			continue;
		add_kinds(issuer, leaf, to);
		for (size_t below = 0; below < at; below++) {
			const struct certificate *subject =
			    path->steps[below].certificate;

			if (below > 0 && subject->self_issued)
				continue;
			measure(issuer, subject, outcome);
			if ((subject->odd_forms & FORM_MAILBOX_STRING) != 0)
				client_traits_add(
				    to, TRAIT_MAILBOX_STRING_CONSTRAINED);
		}
		for (size_t i = 0; i < leaf->alternative_names.count; i++)
			if (is_odd_name(&leaf->alternative_names.names[i]))
				client_traits_add(
				    to, TRAIT_ODD_NAME_CONSTRAINED);
	}
}
