/*
 * Loads a trust store and tells its anchors from its other certificates. The
 * path search decides how an anchor is used.
 */
#include "x509/trust_store.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/map.h"
#include "base/memory.h"
#include "x509/signature.h"

enum { MOST_NAME = 64 };

/* What stores of several names share. */
struct contents {
	size_t users;
	struct certificate **certificates; /* owned; none of borrowed ones */
	size_t count, capacity, damaged;
	struct certificate_index *anchors, *intermediates, *refused;
	/* SHA-256 -> struct store_terms, of those that have any; NULL: none. */
	struct map *terms;
	struct arena *arena; /* of the terms */
};

struct trust_store {
	char *name, *origin;
	struct contents *contents;
};

static void
keep_terms(struct contents *contents, const struct digest *sha256,
    const struct store_terms *terms)
{
	struct store_terms *kept;

	if (store_terms_are_empty(terms))
		return;
	if (contents->terms == NULL) {
		contents->terms = map_new();
		contents->arena = arena_new();
	}
	kept = arena_alloc(contents->arena, sizeof(*kept));
	*kept = *terms;
	map_put(contents->terms, digest_bytes(sha256), kept);
}

/*
 * The same certificate a second time.  OpenSSL's uses are those of the first
 * one; who does not read its form sees the other; p11-kit's distrust wins.
 */
static void
join_terms(struct contents *contents, const struct certificate *earlier,
    const struct store_terms *more)
{
	struct store_terms none = { false };
	struct store_terms *terms =
	    contents->terms == NULL
		? NULL
		: map_get(contents->terms, digest_bytes(&earlier->sha256));
	struct store_terms joined = terms == NULL ? none : *terms;

	joined.distrusted = joined.distrusted || more->distrusted;
	joined.is_trusted_form =
	    joined.is_trusted_form && more->is_trusted_form;
	if (!joined.has_distrust_after) {
		joined.has_distrust_after = more->has_distrust_after;
		joined.distrust_after = more->distrust_after;
	}
	if (terms != NULL)
		*terms = joined;
	else
		keep_terms(contents, &earlier->sha256, &joined);
}

static void
add(struct contents *contents, struct certificate_index *known,
    struct bytes der, const struct store_terms *terms)
{
	static const struct store_terms none;
	struct certificate *certificate = certificate_new(der);
	/* One that only some clients read is an anchor to those. */
	bool readable = !certificate->malformed &&
			(certificate->odd_forms & FORM_TRAILING) == 0;

	if (terms == NULL)
		terms = &none;
	if (readable && certificate_index_add(known, certificate)) {
		keep_terms(contents, &certificate->sha256, terms);
		contents->certificates =
		    memory_grow(contents->certificates, contents->count,
			&contents->capacity, sizeof(*contents->certificates));
		contents->certificates[contents->count++] = certificate;
		return;
	}
	if (!readable)
		contents->damaged++;
	else
		join_terms(contents,
		    certificate_index_get(known, &certificate->sha256), terms);
	certificate_free(certificate);
}

/*
 * Is its issuer another certificate of this store?  Most roots are the only
 * ones of their name, and then no signature need be looked at: such a one is
 * an anchor, whether or not it is signed by itself.
 */
static bool
is_issued_within(const struct certificate *certificate,
    const struct certificate_index *known, struct signature_memory *memory)
{
	struct certificate_list issuers =
	    certificate_index_find(known, certificate->issuer_key_name);
	bool alone =
	    issuers.count == 1 && issuers.certificates[0] == certificate;

	if (issuers.count == 0 || alone)
		return false;
	if (certificate->self_issued &&
	    signature_check(memory, certificate, certificate, NULL) ==
		SIGNATURE_GOOD)
		return false;
	for (size_t i = 0; i < issuers.count; i++)
		if (issuers.certificates[i] != certificate &&
		    signature_check(memory, certificate,
			issuers.certificates[i], NULL) == SIGNATURE_GOOD)
			return true;
	return false;
}

static const struct store_terms *
find_terms(const struct contents *contents, const struct digest *sha256)
{
	return contents->terms == NULL
		   ? NULL
		   : map_get(contents->terms, digest_bytes(sha256));
}

/* Tells the anchors among them from the others. */
static void
sort_out(struct contents *contents, const struct certificate_index *known)
{
	struct certificate_list all = certificate_index_all(known);
	struct signature_memory *memory = signature_memory_new();

	contents->anchors = certificate_index_new();
	contents->intermediates = certificate_index_new();
	contents->refused = certificate_index_new();
	for (size_t i = 0; i < all.count; i++) {
		const struct certificate *certificate = all.certificates[i];
		const struct store_terms *terms =
		    find_terms(contents, &certificate->sha256);
		struct certificate_index *index = contents->anchors;

		if (terms != NULL && (terms->distrusted || terms->rejected))
			index = contents->refused;
		else if (is_issued_within(certificate, known, memory))
			index = contents->intermediates;
		certificate_index_add(index, certificate);
	}
	signature_memory_free(memory);
}

static struct contents *
contents_new(const struct bundle *bundle)
{
	struct contents *contents = memory_new(sizeof(*contents));
	struct certificate_index *known = certificate_index_new();

	for (size_t i = 0; i < bundle->count; i++)
		add(contents, known, bundle->certificates[i],
		    bundle->terms == NULL ? NULL : &bundle->terms[i]);
	sort_out(contents, known);
	certificate_index_free(known);
	return contents;
}

static struct trust_store *
store_new(const char *name, const char *origin, struct contents *contents)
{
	struct trust_store *store = memory_new(sizeof(*store));

	store->name = memory_string(name);
	store->origin = memory_string(origin);
	store->contents = contents;
	contents->users++;
	return store;
}

/* With no anchor at all every host's root would be untrusted. */
struct trust_store *
trust_store_from_bundle(const char *name, const char *origin,
    const struct bundle *bundle, char **error)
{
	struct trust_store *store =
	    store_new(name, origin, contents_new(bundle));
	struct text sentence = { NULL, 0, 0 };

	if (store->contents->count > 0)
		return store;
	text_printf(
	    &sentence, "%s holds no certificate that can be read", origin);
	*error = sentence.data;
	trust_store_free(store);
	return NULL;
}

static int
read_path(const void *context, struct arena *arena, const char *path,
    struct bundle *bundle, const char **error)
{
	(void)context;
	return bundle_read_path(arena, path, NULL, bundle, error);
}

struct trust_store *
trust_store_load(
    const char *name, const char *const paths[], size_t count, char **error)
{
	return trust_store_load_by(name, paths, count, read_path, NULL, error);
}

struct trust_store *
trust_store_load_by(const char *name, const char *const paths[], size_t count,
    store_reader *read, const void *context, char **error)
{
	struct arena *arena = arena_new();
	struct bundle bundle = { .count = 0 };
	struct trust_store *store = NULL;
	const char *sentence = NULL, *origin = NULL;

	for (size_t i = 0; i < count && sentence == NULL; i++) {
		origin = origin == NULL
			     ? paths[i]
			     : arena_printf(arena, "%s:%s", origin, paths[i]);
		if (read(context, arena, paths[i], &bundle, &sentence) == 0)
			sentence = NULL;
	}
	if (sentence != NULL)
		*error = memory_string(sentence);
	else
		store = trust_store_from_bundle(
		    name, origin == NULL ? "" : origin, &bundle, error);
	arena_free(arena);
	return store;
}

struct trust_store *
trust_store_of(const char *name, const struct certificate_index *known)
{
	struct contents *contents = memory_new(sizeof(*contents));

	sort_out(contents, known);
	return store_new(name, "", contents);
}

struct trust_store *
trust_store_share(
    struct trust_store *store, const char *name, const char *origin)
{
	return store_new(name, origin, store->contents);
}

void
trust_store_free(struct trust_store *store)
{
	struct contents *contents;

	if (store == NULL)
		return;
	contents = store->contents;
	if (--contents->users == 0) {
		certificate_index_free(contents->anchors);
		certificate_index_free(contents->intermediates);
		certificate_index_free(contents->refused);
		map_free(contents->terms);
		arena_free(contents->arena);
		for (size_t i = 0; i < contents->count; i++)
			certificate_free(contents->certificates[i]);
		free(contents->certificates);
		free(contents);
	}
	free(store->name);
	free(store->origin);
	free(store);
}

/* Debian, Alpine, Arch; Fedora, RHEL; SUSE; the BSDs and macOS. */
static const char *const system_places[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/var/lib/ca-certificates/ca-bundle.pem",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
	"/usr/local/share/certs/ca-root-nss.crt",
	"/usr/local/etc/ssl/cert.pem",
	"/opt/homebrew/etc/ca-certificates/cert.pem",
	"/etc/ssl/certs",
};

const char *
trust_store_system_path(void)
{
	static const char *const variables[] = { "SSL_CERT_FILE",
		"SSL_CERT_DIR" };

	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		const char *value = getenv(variables[i]);

		if (value != NULL && value[0] != '\0')
			return value;
	}
	for (size_t i = 0; i < sizeof(system_places) / sizeof(*system_places);
	     i++)
		if (file_exists(system_places[i]))
			return system_places[i];
	return NULL;
}

bool
trust_store_is_name(struct bytes name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";

	for (size_t i = 0; i < name.size; i++)
		if (memchr(allowed, name.data[i], sizeof(allowed) - 1) == NULL)
			return false;
	return name.size > 0 && name.size <= MOST_NAME && name.data[0] != '.';
}

const char *
trust_store_name(const struct trust_store *store)
{
	return store->name;
}

const char *
trust_store_origin(const struct trust_store *store)
{
	return store->origin;
}

const struct certificate_index *
trust_store_anchors(const struct trust_store *store)
{
	return store->contents->anchors;
}

const struct certificate_index *
trust_store_intermediates(const struct trust_store *store)
{
	return store->contents->intermediates;
}

const struct certificate_index *
trust_store_refused(const struct trust_store *store)
{
	return store->contents->refused;
}

bool
trust_store_has_terms(const struct trust_store *store)
{
	return store->contents->terms != NULL;
}

const struct store_terms *
trust_store_terms(
    const struct trust_store *store, const struct certificate *certificate)
{
	return find_terms(store->contents, &certificate->sha256);
}

bool
store_terms_is_too_late(
    const struct store_terms *terms, const struct certificate *leaf)
{
	return terms->has_distrust_after && leaf->times_valid &&
	       leaf->not_before > terms->distrust_after;
}

const char *
store_terms_words(struct arena *arena, const struct store_terms *terms)
{
	char date[CLOCK_TEXT_SIZE];

	if (terms->distrusted)
		return "holds as distrusted for TLS servers";
	if (terms->rejected)
		return "holds with uses that exclude TLS servers";
	clock_format(terms->distrust_after, date);
	return arena_printf(
	    arena, "holds only for certificates issued until %s", date);
}

bool
trust_store_refuses(const struct trust_store *store,
    const struct certificate *certificate, const struct certificate *leaf)
{
	const struct store_terms *terms = trust_store_terms(store, certificate);

	return terms != NULL && (terms->distrusted || terms->rejected ||
				    store_terms_is_too_late(terms, leaf));
}

void
trust_store_copy(
    const struct trust_store *store, struct arena *arena, struct bundle *bundle)
{
	const struct certificate_index *const indexes[] = {
		store->contents->anchors,
		store->contents->intermediates,
		store->contents->refused,
	};

	for (size_t i = 0; i < sizeof(indexes) / sizeof(*indexes); i++) {
		struct certificate_list list =
		    certificate_index_all(indexes[i]);

		for (size_t k = 0; k < list.count; k++)
			bundle_add(arena, bundle, list.certificates[k]->der,
			    trust_store_terms(store, list.certificates[k]));
	}
}

const struct certificate *
trust_store_get(const struct trust_store *store, const struct digest *sha256)
{
	const struct contents *contents = store->contents;
	const struct certificate *found =
	    certificate_index_get(contents->anchors, sha256);

	if (found == NULL)
		found = certificate_index_get(contents->intermediates, sha256);
	if (found == NULL)
		found = certificate_index_get(contents->refused, sha256);
	return found;
}

enum store_place
trust_store_find(const struct trust_store *store, const struct digest *sha256)
{
	if (certificate_index_get(store->contents->anchors, sha256) != NULL)
		return STORE_ANCHOR;
	if (certificate_index_get(store->contents->intermediates, sha256) !=
	    NULL)
		return STORE_INTERMEDIATE;
	if (certificate_index_get(store->contents->refused, sha256) != NULL)
		return STORE_REFUSED;
	return STORE_ABSENT;
}

size_t
trust_store_damaged(const struct trust_store *store)
{
	return store->contents->damaged;
}
