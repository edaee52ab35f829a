/*
 * Certificates out of octets, files and directories, in whichever form they
 * are: which form it is, and the message when there is no certificate.
 */
#include "x509/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/map.h"
#include "x509/bundle_java.h"
#include "x509/bundle_p11_kit.h"
#include "x509/bundle_text.h"
#include "x509/certificate.h"
#include "x509/der.h"

/*
 * By the first element: a content type (PKCS#7), version 3 (PKCS#12), or
 * the signed part of a certificate.  Some write PKCS#7 in BER.
 */
static bool
read_der(struct arena *arena, struct bytes octets, const char *password,
    struct bundle *bundle, const char **reason)
{
	static const uint8_t pkcs12_version[] = { DER_INTEGER, 1, 3 };
	uint8_t tag;
	size_t header = 2, content;
	struct certificate *certificate;
	bool is_certificate;
	struct bytes first;

	if (octets.size > UINT32_MAX)
		return false;
	(void)der_header(octets, &tag, &header, &content);
	if (octets.size < header + sizeof(pkcs12_version))
		return false;
	first = bytes_of(octets.data + header, sizeof(pkcs12_version));
	if (first.data[0] == DER_OID)
		return bundle_read_pkcs7(arena, octets, bundle);
	if (bytes_equal(
		first, bytes_of(pkcs12_version, sizeof(pkcs12_version))))
		return bundle_read_pkcs12(
		    arena, octets, password, bundle, reason);
	/* Damaged ones too: what a host sent is looked at as it is. */
	certificate = certificate_new(octets);
	is_certificate = certificate->raw_subject.size > 0;
	certificate_free(certificate);
	if (is_certificate)
		bundle_add(arena, bundle, arena_bytes(arena, octets), NULL);
	return is_certificate;
}

/*
 * Whatever form it is in; false, with half a sentence in *reason where there
 * is more to say than that it holds no certificate.
 */
static bool
read_any(struct arena *arena, struct bytes octets, const char *password,
    struct bundle *bundle, const char **reason)
{
	size_t before = bundle->count;

	*reason = NULL;
	if (bundle_is_java(octets))
		return bundle_read_java(arena, octets, bundle, reason);
	if (octets.size > 0 && octets.data[0] == DER_SEQUENCE)
		return read_der(arena, octets, password, bundle, reason);
	if (bundle_is_table(octets)) {
		bundle_read_table(arena, octets, bundle);
	} else if (bundle_is_p11_kit(octets)) {
		bundle_read_p11_kit(arena, octets, bundle);
		*reason = "is p11-kit's text and holds no certificate that is "
			  "trusted or x-distrusted";
	} else {
		bundle_read_pem(arena, octets, bundle);
	}
	return bundle->count > before;
}

int
bundle_read_bytes(
    struct arena *arena, struct bytes octets, struct bundle *bundle)
{
	const char *reason;

	return read_any(arena, octets, NULL, bundle, &reason) ? 0 : -1;
}

/* CCADB's largest list is some 30 MiB. */
enum { BUNDLE_MOST_OCTETS = 256 << 20 };

static int
read_file(struct arena *arena, const char *path, const char *password,
    struct bundle *bundle, const char **error)
{
	struct text text = { NULL, 0, 0 };
	const char *reason = NULL;
	int status = -1;

	if (file_read(path, BUNDLE_MOST_OCTETS, &text) < 0)
		*error = arena_printf(arena, "%s: %s", path, strerror(errno));
	else if (!read_any(arena, bytes_of(text.data, text.size), password,
		     bundle, &reason))
		*error = arena_printf(arena, "%s %s", path,
		    reason != NULL ? reason : "holds no certificate");
	else
		status = 0;
	text_free(&text);
	return status;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
read_directory(struct arena *arena, const char *path, const char *password,
    struct bundle *bundle, const char **error)
{
	size_t before = bundle->count;
	struct bundle found = { .count = 0 };
	struct dirent **entries;
	struct map *known;
	int count = scandir(path, &entries, NULL, by_name);

	if (count < 0) {
		*error = arena_printf(arena, "%s: %s", path, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		char *file = file_join(path, entries[i]->d_name);
		const char *ignored;

		/* Directories hold keys and notes too: no error. */
		if (entries[i]->d_name[0] != '.' && !file_is_directory(file))
			(void)read_file(
			    arena, file, password, &found, &ignored);
		free(file);
		free(entries[i]);
	}
	free(entries);
	/* Hash links, and the file with all of them, repeat certificates. */
	known = map_new();
	for (size_t i = 0; i < found.count; i++) {
		struct store_terms *terms = &found.terms[i];
		const struct store_terms *earlier =
		    map_put(known, found.certificates[i], terms);

		if (earlier == NULL || !store_terms_are_empty(earlier) ||
		    !store_terms_are_empty(terms))
			bundle_add(arena, bundle, found.certificates[i], terms);
	}
	map_free(known);
	bundle->skipped += found.skipped;
	if (bundle->count > before)
		return 0;
	*error = arena_printf(arena, "%s holds no certificate", path);
	return -1;
}

int
bundle_read_path(struct arena *arena, const char *path, const char *password,
    struct bundle *bundle, const char **error)
{
	if (file_is_directory(path))
		return read_directory(arena, path, password, bundle, error);
	return read_file(arena, path, password, bundle, error);
}
