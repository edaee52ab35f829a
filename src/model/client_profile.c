/*
 * Reads clients.json into profiles.  An entry starts as a copy of the one it
 * is `like` and then sets its own fields, each by a row of the tables below.
 * What the fields mean is decided where hosts are judged, not here.
 */
#include "model/client_profile.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "model/offer.h"

enum { JSON_ERROR_SIZE = 80 };

/* A profile while it is put together. */
struct draft {
	struct client_profile profile;
	const char *prefix;	      /* before what is said of certificates */
	const char *handshake_prefix; /* and of everything else */
	const char *words[TRAIT_COUNT];
};

struct reading {
	struct arena *arena;
	const char *file;
	struct draft *drafts;
	size_t count;
	const char *error; /* the first, or NULL */
};

/* Where in the file a value stands, for messages. */
struct location {
	const char *id, *field;
	int index; /* of an array; -1: not in one */
};

const struct client_profile *
client_profile_find(const struct client_profiles *profiles, const char *id)
{
	for (size_t i = 0; i < profiles->count; i++)
		if (strcmp(profiles->list[i].id, id) == 0)
			return &profiles->list[i];
	return NULL;
}

static void
refuse(struct reading *reading, const struct location *location,
    const char *sentence)
{
	struct text where = { 0 };

	if (reading->error != NULL)
		return;
	text_append(&where, reading->file);
	if (location->id != NULL)
		text_printf(&where, ": %s", location->id);
	if (location->field != NULL)
		text_printf(&where, ".%s", location->field);
	if (location->index >= 0)
		text_printf(&where, "[%d]", location->index);
	reading->error =
	    arena_printf(reading->arena, "%s: %s", where.data, sentence);
	text_free(&where);
}

static void
read_string(struct reading *reading, const struct json *value,
    struct location *location, void *target)
{
	const char *string = json_string(value);

	if (string == NULL || string[0] == '\0')
		refuse(reading, location, "not a string");
	else
		*(const char **)target = arena_string(reading->arena, string);
}

/* An empty one takes away what was inherited. */
static void
read_prefix(struct reading *reading, const struct json *value,
    struct location *location, void *target)
{
	if (json_string(value) == NULL)
		refuse(reading, location, "not a string");
	else
		*(const char **)target =
		    arena_string(reading->arena, json_string(value));
}

static void
read_bool(struct reading *reading, const struct json *value,
    struct location *location, void *target)
{
	if (!json_is_bool(value))
		refuse(reading, location, "neither true nor false");
	else
		*(bool *)target = json_bool(value, false);
}

static void
read_number(struct reading *reading, const struct json *value,
    struct location *location, void *target)
{
	int64_t number = json_integer(value, -1);

	if (number < 0 || number > INT32_MAX)
		refuse(reading, location, "not a number from 0 up");
	else
		*(unsigned *)target = (unsigned)number;
}

static void
read_leaf_anchor(struct reading *reading, const struct json *value,
    struct location *location, void *target)
{
	static const char *const words[] = {
		[LEAF_ANCHOR_NEVER] = "never",
		[LEAF_ANCHOR_SELF_SIGNED] = "self_signed",
		[LEAF_ANCHOR_ALONE] = "alone",
		[LEAF_ANCHOR_ALWAYS] = "always",
	};
	const char *word = json_string(value);

	for (int i = 0; word != NULL && i <= LEAF_ANCHOR_ALWAYS; i++) {
		if (strcmp(word, words[i]) != 0)
			continue;
		*(enum leaf_anchor *)target = (enum leaf_anchor)i;
		return;
	}
	refuse(reading, location, "not never, self_signed, alone or always");
}

static void
read_standing(struct reading *reading, const struct json *value,
    struct location *location, void *target)
{
	const char *word = json_string(value);

	if (word != NULL && strcmp(word, "first") == 0)
		*(enum client_standing *)target = STANDING_FIRST;
	else if (word != NULL && strcmp(word, "default") == 0)
		*(enum client_standing *)target = STANDING_DEFAULT;
	else
		refuse(reading, location, "neither first nor default");
}

static void
read_words(struct reading *reading, const struct json *value,
    struct location *location, void *target)
{
	const char **words = target;

	if (!json_is_object(value))
		refuse(reading, location, "not an object of words by trait");
	for (const struct json *item = json_first(value); item != NULL;
	     item = json_next(item)) {
		struct location inside = { location->id, json_key(item), -1 };
		int found = client_trait_find(json_key(item));

		if (found < 0)
			refuse(reading, &inside, "no such trait");
		else
			read_string(reading, item, &inside, &words[found]);
	}
}

/* Of each kind of key the place of its first scheme. */
static void
read_signatures(struct reading *reading, const struct json *value,
    struct location *location, void *target)
{
	unsigned char *ranks = target, next = 1;

	if (!json_is_array(value))
		refuse(reading, location, "not an array of words");
	memset(ranks, 0, SIGNING_KEY_COUNT);
	location->index = 0;
	for (const struct json *item = json_first(value); item != NULL;
	     item = json_next(item), location->index++) {
		enum signing_key key;

		if (!signature_scheme_find(json_string(item), &key))
			refuse(reading, location, "no such signature scheme");
		else if (key != SIGNING_KEY_COUNT && ranks[key] == 0)
			ranks[key] = next++;
	}
}

#define AT(member) offsetof(struct draft, member)
#define LIMIT_AT(limit) (AT(profile.limits) + (limit) * sizeof(unsigned))

static const struct field {
	const char *name;
	void (*read)(struct reading *, const struct json *, struct location *,
	    void *target);
	size_t offset; /* of the target in struct draft */
} fields[] = {
	{ "title", read_string, AT(profile.title) },
	{ "version", read_string, AT(profile.version) },
	{ "date", read_string, AT(profile.date) },
	{ "source", read_string, AT(profile.source) },
	{ "standing", read_standing, AT(profile.standing) },
	{ "store", read_string, AT(profile.store) },
	{ "roots", read_string, AT(profile.roots) },
	{ "backtracks", read_bool, AT(profile.builder.backtracks) },
	{ "partial_chain", read_bool, AT(profile.builder.partial_chain) },
	{ "key_ids_must_fit", read_bool, AT(profile.builder.key_ids_must_fit) },
	{ "anchor_key_ids_must_fit", read_bool,
	    AT(profile.builder.anchor_key_ids_must_fit) },
	{ "serials_must_fit", read_bool, AT(profile.builder.serials_must_fit) },
	{ "anchor_serials_must_fit", read_bool,
	    AT(profile.builder.anchor_serials_must_fit) },
	{ "ends_at_roots", read_bool, AT(profile.builder.ends_at_roots) },
	{ "roots_must_sign", read_bool, AT(profile.builder.roots_must_sign) },
	{ "anchors_by_octets", read_bool,
	    AT(profile.builder.anchors_by_octets) },
	{ "last_anchor", read_bool, AT(profile.builder.last_anchor) },
	{ "first_anchor", read_bool, AT(profile.builder.first_anchor) },
	{ "skips_same_key", read_bool, AT(profile.builder.skips_same_key) },
	{ "skips_same_names", read_bool, AT(profile.builder.skips_same_names) },
	{ "prefers_valid", read_bool, AT(profile.builder.prefers_valid) },
	{ "issuers_follow", read_bool, AT(profile.builder.issuers_follow) },
	{ "sent_first", read_bool, AT(profile.builder.sent_first) },
	{ "ends_at_bad_signature", read_bool,
	    AT(profile.builder.ends_at_bad_signature) },
	{ "fetches_aia", read_bool, AT(profile.builder.fetches_aia) },
	{ "preloads", read_bool, AT(profile.builder.preloads) },
	{ "reads_trusted_form", read_bool,
	    AT(profile.builder.reads_trusted_form) },
	{ "leaf_anchor", read_leaf_anchor, AT(profile.builder.leaf_anchor) },
	{ "most_sorted", read_number, AT(profile.builder.most_sorted) },
	{ "least_dhe_bits", read_number, LIMIT_AT(LIMIT_LEAST_DHE_BITS) },
	{ "least_rsa_bits", read_number, LIMIT_AT(LIMIT_LEAST_RSA_BITS) },
	{ "most_sent", read_number, LIMIT_AT(LIMIT_MOST_SENT) },
	{ "most_message_octets", read_number,
	    LIMIT_AT(LIMIT_MOST_MESSAGE_OCTETS) },
	{ "most_certificate_octets", read_number,
	    LIMIT_AT(LIMIT_MOST_CERTIFICATE_OCTETS) },
	{ "most_intermediates", read_number,
	    LIMIT_AT(LIMIT_MOST_INTERMEDIATES) },
	{ "most_name_product", read_number, LIMIT_AT(LIMIT_MOST_NAME_PRODUCT) },
	{ "most_alternative_name_product", read_number,
	    LIMIT_AT(LIMIT_MOST_ALTERNATIVE_NAME_PRODUCT) },
	{ "most_name_comparisons", read_number,
	    LIMIT_AT(LIMIT_MOST_NAME_COMPARISONS) },
	{ "signatures", read_signatures, AT(profile.order.rank) },
	{ "rsa_suites_first", read_bool, AT(profile.order.rsa_suites_first) },
	{ "prefix", read_prefix, AT(prefix) },
	{ "handshake_prefix", read_prefix, AT(handshake_prefix) },
	{ "words", read_words, AT(words) },
};

/* Arrays of words that set bits: of client_traits, or of one uint64_t. */
static const struct set_field {
	const char *name;
	size_t offset; /* of the first uint64_t in struct draft */
	int (*find)(const char *word);
	const char *unknown;
	bool takes_away; /* the bits of the words are cleared */
} set_fields[] = {
	{ "offers", AT(profile.offers), offer_find, "no such kind", false },
	{ "withholds", AT(profile.offers), offer_find, "no such kind", true },
	{ "refuses", AT(profile.refuses), client_trait_find, "no such trait",
	    false },
	{ "takes", AT(profile.refuses), client_trait_find, "no such trait",
	    true },
	{ "anchor_takes", AT(profile.anchor_takes), client_trait_find,
	    "no such trait", false },
	{ "tells_first", AT(profile.tells_first), client_trait_find,
	    "no such trait", false },
	{ "tells_last", AT(profile.tells_last), client_trait_find,
	    "no such trait", false },
	{ "reads", AT(profile.reads), client_way_find, "no such way", false },
	{ "ignores", AT(profile.reads), client_way_find, "no such way", true },
};

static void
read_set(struct reading *reading, const struct json *value,
    struct location *location, struct draft *draft)
{
	const struct set_field *field = set_fields;
	const struct set_field *end =
	    field + sizeof(set_fields) / sizeof(set_fields[0]);
	uint64_t *words;

	while (field < end && strcmp(field->name, location->field) != 0)
		field++;
	if (field == end) {
		refuse(reading, location, "no such field");
		return;
	}
	words = (uint64_t *)(void *)((char *)draft + field->offset);
	if (!json_is_array(value))
		refuse(reading, location, "not an array of words");
	location->index = 0;
	for (const struct json *item = json_first(value); item != NULL;
	     item = json_next(item), location->index++) {
		int found = field->find(json_string(item));
		uint64_t bit = (uint64_t)1 << (found & 63);

		if (found < 0)
			refuse(reading, location, field->unknown);
		else if (field->takes_away)
			words[found / 64] &= ~bit;
		else
			words[found / 64] |= bit;
	}
}

static void
read_fields(
    struct reading *reading, const struct json *entry, struct draft *draft)
{
	for (const struct json *member = json_first(entry); member != NULL;
	     member = json_next(member)) {
		const char *key = json_key(member);
		struct location location = { draft->profile.id, key, -1 };
		size_t i = 0;

		/* Read before all others, whatever their place. */
		if (strcmp(key, "id") == 0 || strcmp(key, "like") == 0)
			continue;
		while (i < sizeof(fields) / sizeof(fields[0]) &&
		       strcmp(fields[i].name, key) != 0)
			i++;
		if (i == sizeof(fields) / sizeof(fields[0]))
			read_set(reading, member, &location, draft);
		else
			fields[i].read(reading, member, &location,
			    (char *)draft + fields[i].offset);
	}
}

static const struct draft *
find_draft(const struct reading *reading, const char *id)
{
	for (size_t i = 0; i < reading->count; i++)
		if (strcmp(reading->drafts[i].profile.id, id) == 0)
			return &reading->drafts[i];
	return NULL;
}

static void
read_entry(struct reading *reading, const struct json *entry,
    struct location *location)
{
	struct draft *draft = &reading->drafts[reading->count];
	const char *id = json_string(json_get(entry, "id"));
	const char *like = json_string(json_get(entry, "like"));
	const struct draft *model = NULL;

	if (id == NULL || id[0] == '\0') {
		refuse(reading, location, "an entry without an id");
		return;
	}
	*location = (struct location){ id, NULL, -1 };
	if (find_draft(reading, id) != NULL)
		refuse(reading, location, "a second entry of this id");
	if (like != NULL && (model = find_draft(reading, like)) == NULL)
		refuse(reading, location, "is like an entry that is not above");
	if (model != NULL)
		*draft = *model;
	draft->profile.id = arena_string(reading->arena, id);
	/* Each says for itself when it was seen, and whether it judges. */
	draft->profile.date = NULL;
	draft->profile.standing = STANDING_ON_DEMAND;
	read_fields(reading, entry, draft);
	reading->count++;
}

static void
read_entries(struct reading *reading, const struct json *root, const char *key)
{
	const struct json *array = json_get(root, key);
	struct location location = { NULL, NULL, -1 };

	if (!json_is_array(array)) {
		location.id = key;
		refuse(reading, &location, "not an array");
		return;
	}
	for (const struct json *entry = json_first(array);
	     entry != NULL && reading->error == NULL;
	     entry = json_next(entry)) {
		location = (struct location){ key, NULL, -1 };
		read_entry(reading, entry, &location);
	}
}

/* A trait without words of its own has those of another. */
static const struct {
	enum client_trait trait, as;
} alike[] = {
	{ TRAIT_HOST_ADDRESS, TRAIT_NAME },
	{ TRAIT_HOST_CONSTRAINED, TRAIT_NAME_CONSTRAINTS },
	{ TRAIT_UPPER_CONSTRAINED, TRAIT_NAME_CONSTRAINTS },
	{ TRAIT_SENT_CRITICAL_CONSTRAINTS, TRAIT_UNKNOWN_CRITICAL },
	{ TRAIT_SENT_BAD_SIGNATURE, TRAIT_BAD_SIGNATURE },
	{ TRAIT_LEAF_ED25519, TRAIT_ED25519 },
	{ TRAIT_SELF_ISSUED_LEAF, TRAIT_SELF_SIGNED_LEAF },
	{ TRAIT_SENT_UNKNOWN_CRITICAL, TRAIT_UNKNOWN_CRITICAL },
	{ TRAIT_CRITICAL_CONSTRAINTS, TRAIT_UNKNOWN_CRITICAL },
	{ TRAIT_CRITICAL_POLICIES, TRAIT_UNKNOWN_CRITICAL },
	{ TRAIT_SENT_EXPIRED, TRAIT_CA_EXPIRED },
	{ TRAIT_LEAF_STAPLE_MISSING, TRAIT_STAPLE_MISSING },
	{ TRAIT_LEAF_STAPLE_PROMISED_TLS13, TRAIT_STAPLE_MISSING },
	{ TRAIT_STORE_REFUSES, TRAIT_NO_ISSUER },
	{ TRAIT_CA_NO_ISSUER, TRAIT_NO_ISSUER },
	{ TRAIT_DATE_ZONE_NO_SECONDS, TRAIT_DATE_ZONE },
};

static void
finish(struct reading *reading, struct draft *draft)
{
	struct client_profile *profile = &draft->profile;
	const struct {
		const char *name;
		bool given;
	} needed[] = {
		{ "title", profile->title != NULL },
		{ "version", profile->version != NULL },
		{ "date", profile->date != NULL },
		{ "source", profile->source != NULL },
		{ "store", profile->store != NULL },
		{ "offers", profile->offers != 0 },
		{ "reads", profile->reads != 0 },
	};
	struct client_traits elsewhere = client_offer_traits(OFFER_ALL);

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!needed[i].given)
			refuse(reading,
			    &(struct location){
				profile->id, needed[i].name, -1 },
			    "is missing");
	client_traits_add(&elsewhere, TRAIT_NAME);
	client_traits_add(&elsewhere, TRAIT_HOST_ADDRESS);
	client_traits_add(&elsewhere, TRAIT_BIG_HELLO);
	for (int i = 0; i < LIMIT_COUNT; i++)
		client_traits_add(
		    &elsewhere, client_limit_trait((enum client_limit)i));
	client_traits_keep(&elsewhere, &profile->refuses);
	if (!client_traits_is_empty(&elsewhere))
		refuse(reading,
		    &(struct location){ profile->id, "refuses", -1 },
		    "names a trait that a limit, `offers` or `reads` decides");
	/* Said by one that is like another and reads a store all the same. */
	if (profile->roots != NULL && strcmp(profile->roots, "none") == 0)
		profile->roots = NULL;
	for (int i = 0; i < TRAIT_COUNT; i++) {
		/* Of the handshake, or of what it carried? */
		bool early = i < TRAIT_SELF_SIGNED_LEAF ||
			     i == TRAIT_CLIENT_CERT_REQUIRED;
		const char *prefix =
		    early ? draft->handshake_prefix : draft->prefix;
		const char *words = draft->words[i];

		for (size_t k = 0;
		     words == NULL && k < sizeof(alike) / sizeof(alike[0]); k++)
			if ((int)alike[k].trait == i)
				words = draft->words[alike[k].as];
		if (words == NULL)
			words = client_trait_word((enum client_trait)i);
		profile->reasons[i] =
		    prefix == NULL
			? words
			: arena_printf(reading->arena, "%s%s", prefix, words);
	}
}

/* The clients are the drafts after the families. */
static const struct client_profiles *
finish_all(struct reading *reading, size_t families)
{
	size_t count = reading->count - families;
	struct client_profile *list =
	    arena_array(reading->arena, count, sizeof(*list));
	struct client_profiles *profiles =
	    arena_alloc(reading->arena, sizeof(*profiles));

	for (size_t i = 0; i < count; i++) {
		finish(reading, &reading->drafts[families + i]);
		list[i] = reading->drafts[families + i].profile;
	}
	*profiles = (struct client_profiles){ list, count };
	return profiles;
}

const struct client_profiles *
client_profiles_read(struct arena *arena, struct bytes octets, const char *name,
    const char **error)
{
	struct reading reading = { .arena = arena, .file = name };
	const struct client_profiles *profiles;
	char why[JSON_ERROR_SIZE] = "";
	struct json *root = json_parse(octets, why);
	size_t families;

	if (root == NULL) {
		*error = arena_printf(arena, "%s: %s", name, why);
		return NULL;
	}
	reading.drafts = arena_array(arena,
	    json_length(json_get(root, "families")) +
		json_length(json_get(root, "clients")),
	    sizeof(*reading.drafts));
	read_entries(&reading, root, "families");
	families = reading.count;
	read_entries(&reading, root, "clients");
	profiles = finish_all(&reading, families);
	json_free(root);
	*error = reading.error;
	return reading.error == NULL ? profiles : NULL;
}
