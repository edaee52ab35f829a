/*
 * Reads clients.json into profiles.  An entry starts as a copy of the one it
 * is `like` and then sets its own fields, each by a row of the table below.
 * What the fields mean is decided where hosts are judged, not here.
 */
#include "model/client_profile.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

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
struct place {
	const char *id, *field;
	int index; /* of an array; -1: not in one */
};

struct field {
	const char *name;
	void (*read)(struct reading *, const struct json *, struct place *,
	    void *target);
	size_t offset; /* of the target in struct draft */
};

static const struct field *find_field(const char *name);

const struct client_profile *
client_profile_find(const struct client_profiles *profiles, const char *id)
{
	for (size_t i = 0; i < profiles->count; i++)
		if (strcmp(profiles->list[i].id, id) == 0)
			return &profiles->list[i];
	return NULL;
}

static void
refuse(struct reading *reading, const struct place *place, const char *sentence)
{
	struct text where = { 0 };

	if (reading->error != NULL)
		return;
	text_append(&where, reading->file);
	if (place->id != NULL)
		text_printf(&where, ": %s", place->id);
	if (place->field != NULL)
		text_printf(&where, ".%s", place->field);
	if (place->index >= 0)
		text_printf(&where, "[%d]", place->index);
	reading->error =
	    arena_printf(reading->arena, "%s: %s", where.data, sentence);
	text_free(&where);
}

static void
read_string(struct reading *reading, const struct json *value,
    struct place *place, void *target)
{
	const char *string = json_string(value);

	if (string == NULL || string[0] == '\0')
		refuse(reading, place, "not a string");
	else
		*(const char **)target = arena_string(reading->arena, string);
}

/* An empty one takes away what was inherited. */
static void
read_prefix(struct reading *reading, const struct json *value,
    struct place *place, void *target)
{
	if (json_string(value) == NULL)
		refuse(reading, place, "not a string");
	else
		*(const char **)target =
		    arena_string(reading->arena, json_string(value));
}

static void
read_bool(struct reading *reading, const struct json *value,
    struct place *place, void *target)
{
	if (!json_is_bool(value))
		refuse(reading, place, "neither true nor false");
	else
		*(bool *)target = json_bool(value, false);
}

static void
read_number(struct reading *reading, const struct json *value,
    struct place *place, void *target)
{
	int64_t number = json_integer(value, -1);

	if (number < 0 || number > INT32_MAX)
		refuse(reading, place, "not a number from 0 up");
	else
		*(unsigned *)target = (unsigned)number;
}

static void
read_leaf_anchor(struct reading *reading, const struct json *value,
    struct place *place, void *target)
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
	refuse(reading, place, "not never, self_signed, alone or always");
}

/* The bits of an array of words, 0 where one of them is unknown. */
static uint64_t
read_bits(struct reading *reading, const struct json *value,
    struct place *place, int (*find)(const char *), const char *unknown)
{
	uint64_t bits = 0;

	if (!json_is_array(value))
		refuse(reading, place, "not an array of words");
	place->index = 0;
	for (const struct json *item = json_first(value); item != NULL;
	     item = json_next(item), place->index++) {
		int found = find(json_string(item));

		if (found < 0)
			refuse(reading, place, unknown);
		else
			bits |= CLIENT_BIT(found);
	}
	place->index = -1;
	return bits;
}

static uint64_t
read_trait_bits(
    struct reading *reading, const struct json *value, struct place *place)
{
	return read_bits(
	    reading, value, place, client_trait_find, "no such trait");
}

static void
read_traits(struct reading *reading, const struct json *value,
    struct place *place, void *target)
{
	*(uint64_t *)target |= read_trait_bits(reading, value, place);
}

static void
read_traits_away(struct reading *reading, const struct json *value,
    struct place *place, void *target)
{
	*(uint64_t *)target &= ~read_trait_bits(reading, value, place);
}

static void
read_ways(struct reading *reading, const struct json *value,
    struct place *place, void *target)
{
	*(uint64_t *)target |=
	    read_bits(reading, value, place, client_way_find, "no such way");
}

static void
read_ways_away(struct reading *reading, const struct json *value,
    struct place *place, void *target)
{
	*(uint64_t *)target &=
	    ~read_bits(reading, value, place, client_way_find, "no such way");
}

static void
read_offers(struct reading *reading, const struct json *value,
    struct place *place, void *target)
{
	*(uint64_t *)target |=
	    read_bits(reading, value, place, offer_find, "no such kind");
}

static void
read_offers_away(struct reading *reading, const struct json *value,
    struct place *place, void *target)
{
	*(uint64_t *)target &=
	    ~read_bits(reading, value, place, offer_find, "no such kind");
}

static void
read_words(struct reading *reading, const struct json *value,
    struct place *place, void *target)
{
	const char **words = target;

	if (!json_is_object(value))
		refuse(reading, place, "not an object of words by trait");
	for (const struct json *item = json_first(value); item != NULL;
	     item = json_next(item)) {
		struct place inside = { place->id, json_key(item), -1 };
		int found = client_trait_find(json_key(item));

		if (found < 0)
			refuse(reading, &inside, "no such trait");
		else
			read_string(reading, item, &inside, &words[found]);
	}
}

/* Told apart from the fields below because order matters for them. */
static bool
is_identity(const char *key)
{
	return strcmp(key, "id") == 0 || strcmp(key, "like") == 0;
}

static void
read_fields(
    struct reading *reading, const struct json *entry, struct draft *draft)
{
	for (const struct json *member = json_first(entry); member != NULL;
	     member = json_next(member)) {
		struct place place = { draft->profile.id, json_key(member),
			-1 };
		const struct field *field = find_field(json_key(member));

		if (is_identity(json_key(member)))
			continue;
		if (field == NULL)
			refuse(reading, &place, "no such field");
		else
			field->read(reading, member, &place,
			    (char *)draft + field->offset);
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
read_entry(
    struct reading *reading, const struct json *entry, struct place *place)
{
	struct draft *draft = &reading->drafts[reading->count];
	const char *id = json_string(json_get(entry, "id"));
	const char *like = json_string(json_get(entry, "like"));
	const struct draft *model = NULL;

	if (id == NULL || id[0] == '\0') {
		refuse(reading, place, "an entry without an id");
		return;
	}
	*place = (struct place){ id, NULL, -1 };
	if (find_draft(reading, id) != NULL)
		refuse(reading, place, "a second entry of this id");
	if (like != NULL && (model = find_draft(reading, like)) == NULL)
		refuse(reading, place, "is like an entry that is not above");
	if (model != NULL)
		*draft = *model;
	draft->profile.id = arena_string(reading->arena, id);
	read_fields(reading, entry, draft);
	reading->count++;
}

static void
read_entries(struct reading *reading, const struct json *root, const char *key)
{
	const struct json *array = json_get(root, key);
	struct place place = { NULL, NULL, -1 };

	if (!json_is_array(array)) {
		place.id = key;
		refuse(reading, &place, "not an array");
		return;
	}
	for (const struct json *entry = json_first(array);
	     entry != NULL && reading->error == NULL;
	     entry = json_next(entry)) {
		place = (struct place){ key, NULL, -1 };
		read_entry(reading, entry, &place);
	}
}

/* Of the handshake or what it carried, not of a certificate's merit. */
static bool
is_of_handshake(enum client_trait trait)
{
	return trait < TRAIT_SELF_SIGNED_LEAF ||
	       trait == TRAIT_CLIENT_CERT_REQUIRED;
}

static void
finish_words(struct reading *reading, struct draft *draft)
{
	for (int i = 0; i < TRAIT_COUNT; i++) {
		const char *prefix = is_of_handshake((enum client_trait)i)
					 ? draft->handshake_prefix
					 : draft->prefix;
		const char *words = draft->words[i];

		if (words == NULL)
			words = client_trait_word((enum client_trait)i);
		draft->profile.reasons[i] =
		    prefix == NULL
			? words
			: arena_printf(reading->arena, "%s%s", prefix, words);
	}
}

static void
finish(struct reading *reading, struct draft *draft)
{
	const struct client_profile *profile = &draft->profile;
	const struct {
		const char *name;
		bool given;
	} needed[] = {
		{ "title", profile->title != NULL },
		{ "version", profile->version != NULL },
		{ "source", profile->source != NULL },
		{ "store", profile->store != NULL },
		{ "offers", profile->offers != 0 },
		{ "reads", profile->reads != 0 },
	};
	uint64_t elsewhere =
	    CLIENT_BIT(TRAIT_NAME) | client_offer_traits(OFFER_ALL);

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!needed[i].given)
			refuse(reading,
			    &(struct place){ profile->id, needed[i].name, -1 },
			    "is missing");
	for (int i = 0; i < LIMIT_COUNT; i++)
		elsewhere |=
		    CLIENT_BIT(client_limit_trait((enum client_limit)i));
	if ((profile->refuses & elsewhere) != 0)
		refuse(reading, &(struct place){ profile->id, "refuses", -1 },
		    "names a trait that a limit, `offers` or `reads` decides");
	finish_words(reading, draft);
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

#define AT(member) offsetof(struct draft, member)
#define LIMIT_AT(limit) (AT(profile.limits) + (limit) * sizeof(unsigned))

static const struct field fields[] = {
	{ "title", read_string, AT(profile.title) },
	{ "version", read_string, AT(profile.version) },
	{ "source", read_string, AT(profile.source) },
	{ "store", read_string, AT(profile.store) },
	{ "backtracks", read_bool, AT(profile.builder.backtracks) },
	{ "partial_chain", read_bool, AT(profile.builder.partial_chain) },
	{ "key_ids_must_fit", read_bool, AT(profile.builder.key_ids_must_fit) },
	{ "anchor_key_ids_must_fit", read_bool,
	    AT(profile.builder.anchor_key_ids_must_fit) },
	{ "ends_at_roots", read_bool, AT(profile.builder.ends_at_roots) },
	{ "anchors_by_octets", read_bool,
	    AT(profile.builder.anchors_by_octets) },
	{ "prefers_valid", read_bool, AT(profile.builder.prefers_valid) },
	{ "fetches_aia", read_bool, AT(profile.builder.fetches_aia) },
	{ "preloads", read_bool, AT(profile.builder.preloads) },
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
	{ "offers", read_offers, AT(profile.offers) },
	{ "withholds", read_offers_away, AT(profile.offers) },
	{ "refuses", read_traits, AT(profile.refuses) },
	{ "takes", read_traits_away, AT(profile.refuses) },
	{ "anchor_takes", read_traits, AT(profile.anchor_takes) },
	{ "tells_first", read_traits, AT(profile.tells_first) },
	{ "reads", read_ways, AT(profile.reads) },
	{ "ignores", read_ways_away, AT(profile.reads) },
	{ "prefix", read_prefix, AT(prefix) },
	{ "handshake_prefix", read_prefix, AT(handshake_prefix) },
	{ "words", read_words, AT(words) },
};

static const struct field *
find_field(const char *name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}
