/*
 * Finds Java's cacerts, has keytool export it, and remembers the result.
 * trust_store.h tells which of them are anchors.
 */
#include "system/java_store.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "system/program.h"
#include "x509/bundle_java.h"
#include "x509/certificate.h"
#include "x509/der.h"
#include "x509/pem.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

/* 144 certificates are a quarter of a MiB and take half a second. */
enum { MOST_OCTETS = 32 << 20, KEYTOOL_TIMEOUT_MS = 20000 };

/* Distributions link each Java's cacerts to one of theirs; JRE 8 had jre/. */
static const struct place_row cacerts_rows[] = {
	{ "$JAVA_HOME/lib/security/cacerts", "JAVA_HOME" },
	{ "$JAVA_HOME/jre/lib/security/cacerts", "JAVA_HOME" },
	{ "/etc/ssl/certs/java/cacerts", "the distribution" },
	{ "/etc/pki/ca-trust/extracted/java/cacerts", "the distribution" },
	{ "/usr/lib/jvm/*/lib/security/cacerts", "the newest Java" },
	{ "/usr/lib/jvm/*/jre/lib/security/cacerts", "the newest Java" },
};

/* Between the two, PATH. */
static const struct place_row keytool_rows[] = {
	{ "$JAVA_HOME/bin/keytool", "JAVA_HOME" },
	{ "/usr/lib/jvm/*/bin/keytool", "the newest Java" },
};

bool
java_store_find(
    struct arena *arena, const struct places *places, struct place *place)
{
	return places_search(
	    arena, places, cacerts_rows, COUNT(cacerts_rows), place);
}

static const char *
find_keytool(struct arena *arena, const struct places *places)
{
	struct place place;
	const char *path;

	if (places_search(arena, places, &keytool_rows[0], 1, &place))
		return place.path;
	path = program_find(arena, places->search_path, "keytool");
	if (path != NULL)
		return path;
	if (places_search(arena, places, &keytool_rows[1], 1, &place))
		return place.path;
	return NULL;
}

/* The listing says "Your keystore contains 144 entries". */
static int
read_listing(struct arena *arena, const char *cacerts,
    const struct text *listing, struct bundle *bundle, const char **error)
{
	static const char words[] = "Your keystore contains ";
	const char *number = strstr(listing->data, words);
	size_t before = bundle->count, entries = 0;
	char *end = NULL;

	if (number != NULL) {
		number += strlen(words);
		entries = (size_t)strtoul(number, &end, 10);
	}
	if (number == NULL || end == number || strncmp(end, " entr", 5) != 0) {
		*error = arena_printf(arena,
		    "%s: keytool did not say how many certificates it holds",
		    cacerts);
		return -1;
	}
	(void)bundle_read_bytes(
	    arena, bytes_of(listing->data, listing->size), bundle);
	if (bundle->count - before == entries)
		return 0;
	*error = arena_printf(arena,
	    "%s holds %zu entries, but keytool gave %zu certificates of it",
	    cacerts, entries, bundle->count - before);
	bundle->count = before;
	return -1;
}

/* Its words are read, so in English; and no options from elsewhere. */
static int
ask_keytool(struct arena *arena, const struct places *places,
    const char *keytool, const char *cacerts, struct bundle *bundle,
    const char **error)
{
	const char *const argv[] = { keytool, "-list", "-rfc", "-keystore",
		cacerts, "-storepass", "changeit", NULL };
	const char *path = places->search_path, *home = places->home;
	const char *const environment[] = { "LC_ALL=C",
		arena_printf(arena, "PATH=%s", path == NULL ? "" : path),
		arena_printf(arena, "HOME=%s", home == NULL ? "/" : home),
		NULL };
	struct program program = { argv, environment, MOST_OCTETS,
		KEYTOOL_TIMEOUT_MS };
	struct text listing = { NULL, 0, 0 };
	const char *reason;
	int status;

	text_append(&listing, "");
	status = program_run(arena, &program, &listing, &reason);
	if (status < 0)
		*error = arena_printf(arena, "%s: keytool %s", cacerts, reason);
	else
		status = read_listing(arena, cacerts, &listing, bundle, error);
	text_free(&listing);
	return status;
}

/* A cache is valid when it begins with the line that would be written now. */
static void
append_heading(struct text *out, const char *cacerts, const struct stat *file,
    size_t count)
{
	text_append(out, "# ");
	text_append_clean(out, bytes_from_string(cacerts));
	text_printf(out, ": %zu certificates, %lld octets of %lld.%09ld\n",
	    count, (long long)file->st_size, (long long)file->st_mtim.tv_sec,
	    file->st_mtim.tv_nsec);
}

static bool
read_cache(struct arena *arena, const char *path, const char *cacerts,
    const struct stat *file, struct bundle *bundle)
{
	struct text text = { NULL, 0, 0 }, heading = { NULL, 0, 0 };
	size_t before = bundle->count;
	bool good = false;

	if (file_read(path, MOST_OCTETS, &text) == 0 &&
	    bundle_read_bytes(arena, bytes_of(text.data, text.size), bundle) ==
		0) {
		append_heading(&heading, cacerts, file, bundle->count - before);
		good = strncmp(text.data, heading.data, heading.size) == 0;
	}
	if (!good)
		bundle->count = before;
	text_free(&text);
	text_free(&heading);
	return good;
}

/* Where this fails, keytool is only run again the next time. */
static void
write_cache(const struct places *places, const char *path, const char *cacerts,
    const struct stat *file, struct bytes certificates[], size_t count)
{
	struct text text = { NULL, 0, 0 };

	append_heading(&text, cacerts, file, count);
	for (size_t i = 0; i < count; i++)
		pem_append(&text, NULL, certificates[i]);
	if (file_make_directory(places->cache) < 0 ||
	    file_write(path, bytes_of(text.data, text.size)) < 0)
		log_debug("%s: %s", path, strerror(errno));
	text_free(&text);
}

/* Half a second less than with keytool, and nothing to keep. */
static bool
read_old_form(struct arena *arena, const char *cacerts, struct bundle *bundle)
{
	struct text text = { NULL, 0, 0 };
	const char *ignored;
	bool done = false;

	if (file_read(cacerts, MOST_OCTETS, &text) == 0 &&
	    bundle_is_java(bytes_of(text.data, text.size)))
		done = bundle_read_java(
		    arena, bytes_of(text.data, text.size), bundle, &ignored);
	text_free(&text);
	return done;
}

int
java_store_read(struct arena *arena, const struct places *places,
    const char *cacerts, struct bundle *bundle, const char **error)
{
	const char *cache = NULL, *keytool, *reason;
	size_t before = bundle->count;
	char hex[DIGEST_HEX_SIZE];
	struct digest digest;
	struct stat file;

	if (stat(cacerts, &file) < 0) {
		*error =
		    arena_printf(arena, "%s: %s", cacerts, strerror(errno));
		return -1;
	}
	if (read_old_form(arena, cacerts, bundle))
		return 0;
	/* One file per cacerts, named by the hash of its path. */
	if (places->cache != NULL) {
		certificate_digest(bytes_from_string(cacerts), &digest);
		digest_to_hex(&digest, hex);
		cache = arena_printf(
		    arena, "%s/java-%.16s.pem", places->cache, hex);
	}
	if (cache != NULL && read_cache(arena, cache, cacerts, &file, bundle))
		return 0;
	keytool = find_keytool(arena, places);
	if (keytool == NULL) {
		/*
		 * Newer ones are PKCS#12, which our reader may not read whole.
		 */
		if (bundle_read_path(arena, cacerts, NULL, bundle, &reason) ==
		    0)
			return 0;
		*error = arena_printf(arena,
		    "%s: not readable: keytool is not installed", cacerts);
		return -1;
	}
	if (ask_keytool(arena, places, keytool, cacerts, bundle, error) < 0)
		return -1;
	if (cache != NULL)
		write_cache(places, cache, cacerts, &file,
		    bundle->certificates + before, bundle->count - before);
	return 0;
}

/* A keystore that is not PEM: DER, or one of Java's own forms. */
static bool
is_keystore(const char *path)
{
	struct text text = { NULL, 0, 0 };
	struct bytes octets;
	bool is_one = false;

	if (!file_is_directory(path) &&
	    file_read(path, MOST_OCTETS, &text) == 0) {
		octets = bytes_of(text.data, text.size);
		is_one = bundle_is_java(octets) ||
			 (octets.size > 0 && octets.data[0] == DER_SEQUENCE);
	}
	text_free(&text);
	return is_one;
}

int
java_store_read_any(struct arena *arena, const struct places *places,
    const char *path, struct bundle *bundle, const char **error)
{
	const char *reason;

	if (bundle_read_path(arena, path, NULL, bundle, error) == 0)
		return 0;
	if (is_keystore(path) && find_keytool(arena, places) != NULL &&
	    java_store_read(arena, places, path, bundle, &reason) == 0)
		return 0;
	return -1;
}
