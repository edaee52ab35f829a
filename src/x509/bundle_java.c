/*
 * JKS: a magic number, a version, the number of entries and the entries, all
 * numbers big-endian (sun.security.provider.JavaKeyStore, engineLoad).
 */
#include "x509/bundle_java.h"

static const uint8_t jks[] = { 0xfe, 0xed, 0xfe, 0xed };
static const uint8_t jceks[] = { 0xce, 0xce, 0xce, 0xce };

enum { ENTRY_KEY = 1, ENTRY_CERTIFICATE = 2, DIGEST_OCTETS = 20 };

static bool
begins_with(struct bytes octets, const uint8_t magic[4])
{
	return octets.size >= 4 && memcmp(octets.data, magic, 4) == 0;
}

bool
bundle_is_java(struct bytes octets)
{
	return begins_with(octets, jks) || begins_with(octets, jceks);
}

/* The first octets of the rest; false when there are not so many. */
static bool
take(struct bytes *rest, size_t size, struct bytes *out)
{
	if (rest->size < size)
		return false;
	*out = bytes_of(rest->data, size);
	*rest = bytes_of(rest->data + size, rest->size - size);
	return true;
}

static bool
take_number(struct bytes *rest, size_t octets, size_t *number)
{
	struct bytes taken;

	if (!take(rest, octets, &taken))
		return false;
	*number = (size_t)number_at(taken.data, octets);
	return true;
}

/* Octets after their number, which has so many octets itself. */
static bool
take_sized(struct bytes *rest, size_t octets, struct bytes *out)
{
	size_t size;

	return take_number(rest, octets, &size) && take(rest, size, out);
}

static bool
take_certificate(struct bytes *rest, size_t version, struct bytes *der)
{
	struct bytes type;

	return (version == 1 || take_sized(rest, 2, &type)) &&
	       take_sized(rest, 4, der);
}

/* What stands in a key's chain is not trusted; it is passed over. */
static bool
read_entry(struct arena *arena, struct bytes *rest, size_t version,
    struct bundle *bundle)
{
	struct bytes alias, date, key, der;
	size_t kind, chain;

	if (!take_number(rest, 4, &kind) || !take_sized(rest, 2, &alias) ||
	    !take(rest, 8, &date))
		return false;
	if (kind == ENTRY_CERTIFICATE) {
		if (!take_certificate(rest, version, &der))
			return false;
		bundle_add(arena, bundle, arena_bytes(arena, der), NULL);
		return true;
	}
	if (kind != ENTRY_KEY || !take_sized(rest, 4, &key) ||
	    !take_number(rest, 4, &chain))
		return false;
	for (size_t i = 0; i < chain; i++)
		if (!take_certificate(rest, version, &der))
			return false;
	return true;
}

bool
bundle_read_java(struct arena *arena, struct bytes octets,
    struct bundle *bundle, const char **reason)
{
	struct bytes rest = octets, magic;
	size_t version, count, before = bundle->count;
	bool is_whole;

	if (begins_with(octets, jceks)) {
		*reason = "is a Java keystore of the form JCEKS, which is not "
			  "read: convert it with keytool -importkeystore "
			  "-deststoretype pkcs12";
		return false;
	}
	is_whole = take(&rest, sizeof(jks), &magic) &&
		   take_number(&rest, 4, &version) &&
		   (version == 1 || version == 2) &&
		   take_number(&rest, 4, &count);
	for (size_t i = 0; is_whole && i < count; i++)
		is_whole = read_entry(arena, &rest, version, bundle);
	if (is_whole && rest.size == DIGEST_OCTETS && bundle->count > before)
		return true;
	if (!is_whole || rest.size != DIGEST_OCTETS)
		*reason = "is a Java keystore that is damaged or cut short";
	else
		*reason = "is a Java keystore without a trusted certificate";
	bundle->count = before;
	return false;
}
