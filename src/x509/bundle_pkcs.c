/*
 * Certificates out of PKCS#7 and PKCS#12 containers, which GnuTLS opens.
 */
#include "x509/bundle_pkcs.h"

#include <gnutls/pkcs12.h>
#include <gnutls/pkcs7.h>
#include <gnutls/x509.h>

void
bundle_add(struct arena *arena, struct bundle *bundle, struct bytes der,
    const struct store_terms *terms)
{
	enum { FIRST = 16 };
	size_t count = bundle->count;

	/* Full whenever the count is a power of two, from FIRST on. */
	if (count == 0 || (count >= FIRST && (count & (count - 1)) == 0)) {
		size_t room = count == 0 ? FIRST : count * 2;
		struct bytes *moved = arena_array(arena, room, sizeof(*moved));
		struct store_terms *moved_terms =
		    arena_array(arena, room, sizeof(*moved_terms));

		if (count > 0) {
			memcpy(moved, bundle->certificates,
			    count * sizeof(*moved));
			memcpy(moved_terms, bundle->terms,
			    count * sizeof(*moved_terms));
		}
		bundle->certificates = moved;
		bundle->terms = moved_terms;
	}
	bundle->certificates[count] = der;
	if (terms != NULL)
		bundle->terms[count] = *terms;
	else
		bundle->terms[count] = (struct store_terms){ false };
	bundle->count++;
}

static gnutls_datum_t
datum_of(struct bytes octets)
{
	return (gnutls_datum_t){ (void *)octets.data, (unsigned)octets.size };
}

static bool
add_from_pkcs7(struct arena *arena, gnutls_pkcs7_t pkcs7, struct bundle *bundle)
{
	int count = gnutls_pkcs7_get_crt_count(pkcs7);

	for (int i = 0; i < count; i++) {
		gnutls_datum_t der;

		if (gnutls_pkcs7_get_crt_raw2(pkcs7, (unsigned)i, &der) < 0) {
			bundle->skipped++;
			continue;
		}
		bundle_add(arena, bundle,
		    arena_bytes(arena, bytes_of(der.data, der.size)), NULL);
		gnutls_free(der.data);
	}
	return count > 0;
}

bool
bundle_read_pkcs7(
    struct arena *arena, struct bytes octets, struct bundle *bundle)
{
	gnutls_datum_t der = datum_of(octets);
	gnutls_pkcs7_t pkcs7;
	bool found;

	if (gnutls_pkcs7_init(&pkcs7) < 0)
		return false;
	found = gnutls_pkcs7_import(pkcs7, &der, GNUTLS_X509_FMT_DER) >= 0 &&
		add_from_pkcs7(arena, pkcs7, bundle);
	gnutls_pkcs7_deinit(pkcs7);
	return found;
}

/*
 * A bag of GnuTLS holds this many elements and drops all further ones without
 * an error: of Java's 144 certificates it returned 32.
 */
enum { PKCS12_BAG_MOST = 32 };

/*
 * More octets than this, an element, that are in none of them: something is
 * lost.
 */
enum { PKCS12_OVERHEAD = 512, PKCS12_OVERHEAD_ONCE = 16 * 1024 };

struct pkcs12_reading {
	struct arena *arena;
	const char *password;
	struct bundle *bundle;
	size_t elements, octets;
	const char *reason;
};

static bool
add_from_bag(struct pkcs12_reading *reading, gnutls_pkcs12_bag_t bag)
{
	int count = gnutls_pkcs12_bag_get_count(bag);

	if (count >= PKCS12_BAG_MOST) {
		reading->reason = "is a PKCS#12 file of more certificates than "
				  "GnuTLS reads; it is read where keytool is "
				  "installed, and as PEM (openssl pkcs12 "
				  "-nokeys -in FILE -out FILE.pem)";
		return false;
	}
	for (int i = 0; i < count; i++) {
		gnutls_datum_t der;
		int kind = gnutls_pkcs12_bag_get_type(bag, (unsigned)i);

		if (kind < 0 ||
		    gnutls_pkcs12_bag_get_data(bag, (unsigned)i, &der) < 0)
			return false;
		reading->elements++;
		reading->octets += der.size;
		if (kind == GNUTLS_BAG_CERTIFICATE)
			bundle_add(reading->arena, reading->bundle,
			    arena_bytes(
				reading->arena, bytes_of(der.data, der.size)),
			    NULL);
	}
	return true;
}

/* 1: read; 0: there is no such bag; -1: it cannot be opened. */
static int
read_bag(struct pkcs12_reading *reading, gnutls_pkcs12_t pkcs12, int index)
{
	gnutls_pkcs12_bag_t bag;
	int status;

	if (gnutls_pkcs12_bag_init(&bag) < 0)
		return -1;
	status = gnutls_pkcs12_get_bag(pkcs12, index, bag);
	if (status == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
		gnutls_pkcs12_bag_deinit(bag);
		return 0;
	}
	if (status >= 0 &&
	    gnutls_pkcs12_bag_get_type(bag, 0) == GNUTLS_BAG_ENCRYPTED)
		status = gnutls_pkcs12_bag_decrypt(bag, reading->password);
	if (status >= 0 && !add_from_bag(reading, bag))
		status = -1;
	gnutls_pkcs12_bag_deinit(bag);
	return status >= 0 ? 1 : -1;
}

static bool
read_bags(struct pkcs12_reading *reading, gnutls_pkcs12_t pkcs12, size_t total)
{
	int status = 1;

	for (int index = 0; status > 0; index++)
		status = read_bag(reading, pkcs12, index);
	if (status < 0) {
		if (reading->reason == NULL)
			reading->reason =
			    "is a PKCS#12 file, and its password is neither "
			    "empty nor \"changeit\"; write its certificates "
			    "as PEM and name that file: openssl pkcs12 -nokeys "
			    "-in FILE -out FILE.pem";
		return false;
	}
	if (total > reading->octets + PKCS12_OVERHEAD_ONCE +
			reading->elements * PKCS12_OVERHEAD) {
		reading->reason = "is a PKCS#12 file that holds more than "
				  "GnuTLS reads of it; "
				  "convert it to PEM";
		return false;
	}
	return reading->bundle->count > 0;
}

/* Each password from the start: a wrong one may have opened some bags. */
static bool
try_passwords(struct pkcs12_reading *reading, gnutls_pkcs12_t pkcs12,
    size_t total, const char *const passwords[], size_t count)
{
	struct bundle before = *reading->bundle;

	for (size_t i = 0; i < count; i++) {
		*reading->bundle = before;
		reading->password = passwords[i];
		reading->elements = reading->octets = 0;
		reading->reason = NULL;
		if (read_bags(reading, pkcs12, total))
			return true;
	}
	*reading->bundle = before;
	return false;
}

bool
bundle_read_pkcs12(struct arena *arena, struct bytes octets,
    const char *password, struct bundle *bundle, const char **reason)
{
	static const char *const usual[] = { NULL, "", "changeit" };
	struct pkcs12_reading reading = { .arena = arena, .bundle = bundle };
	gnutls_datum_t der = datum_of(octets);
	gnutls_pkcs12_t pkcs12;
	bool found = false;

	if (gnutls_pkcs12_init(&pkcs12) < 0)
		return false;
	if (gnutls_pkcs12_import(pkcs12, &der, GNUTLS_X509_FMT_DER, 0) >= 0)
		found = password != NULL
			    ? try_passwords(
				  &reading, pkcs12, octets.size, &password, 1)
			    : try_passwords(&reading, pkcs12, octets.size,
				  usual, sizeof(usual) / sizeof(*usual));
	gnutls_pkcs12_deinit(pkcs12);
	*reason = reading.reason;
	return found;
}
