/*
 * Prepares a scenario: chooses its names and address, adds its leaf to the PKI
 * and lays out the octets of the chain, broken where it says so.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "tests/lab/staple.h"
#include "tests/lab/station.h"

enum { GARBAGE_OCTETS = 300, CUT_OCTETS = 40, ADDRESSES_A_NET = 250 };

static char *
choose_host(const struct scenario *scenario)
{
	struct octets host = { 0 };

	if (scenario->host != NULL)
		octets_add_text(&host, scenario->host);
	else
		octets_add_format(&host, "%s.lab.test", scenario->id);
	return octets_take_text(&host);
}

static char *
choose_address(const struct scenario *scenario, size_t number)
{
	struct octets address = { 0 };

	if (scenario->address != NULL)
		octets_add_text(&address, scenario->address);
	else
		octets_add_format(&address, "127.0.%zu.%zu",
		    1 + number / ADDRESSES_A_NET, 1 + number % ADDRESSES_A_NET);
	return octets_take_text(&address);
}

void
station_init(
    struct station *station, const struct scenario *scenario, size_t number)
{
	struct octets text = { 0 };

	*station = (struct station){ .scenario = scenario, .fd = -1 };
	station->host = choose_host(scenario);
	station->name =
	    lab_copy_text(scenario->name ? scenario->name : station->host);
	station->ip = choose_address(scenario, number);
	octets_add_format(&text, "leaf:%s", scenario->id);
	station->leaf_name = octets_take_text(&text);
	octets_add_format(&text, "der/%s",
	    scenario->leaf.issuer ? scenario->leaf.issuer : "I1");
	station->leaf_aia = octets_take_text(&text);
}

void
station_clear(struct station *station)
{
	if (station->fd >= 0)
		close(station->fd);
	for (size_t i = 0; i < station->chain_length; i++)
		octets_clear(&station->chain[i]);
	if (station->certificates != NULL)
		gnutls_pubkey_deinit(station->certificates[0].pubkey);
	free(station->certificates);
	free(station->chain);
	octets_clear(&station->staple);
	free(station->host);
	free(station->name);
	free(station->ip);
	free(station->leaf_name);
	free(station->leaf_aia);
}

bool
station_bind(struct station *station)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);

	if (inet_pton(AF_INET, station->ip, &address.sin_addr) != 1)
		lab_bug("no IPv4 address", station->ip);
	station->fd =
	    socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (station->fd < 0 ||
	    bind(station->fd, (struct sockaddr *)&address, size) != 0 ||
	    getsockname(station->fd, (struct sockaddr *)&address, &size) != 0)
		return false;
	station->port = ntohs(address.sin_port);
	return true;
}

void
station_add_leaf(const struct station *station, struct pki *pki)
{
	struct recipe leaf = station->scenario->leaf;

	leaf.name = station->leaf_name;
	leaf.host = station->name;
	leaf.port = station->port;
	if (leaf.issuer == NULL)
		leaf.issuer = "I1";
	if (leaf.aia == NULL && strcmp(leaf.issuer, "self") != 0)
		leaf.aia = station->leaf_aia;
	pki_add(pki, &leaf);
}

static void
copy_certificate(struct octets *out, const struct station *station,
    const struct pki *pki, struct span word)
{
	const struct pki_certificate *certificate;
	char *name = span_copy(word);

	certificate = pki_find(
	    pki, strcmp(name, "leaf") == 0 ? station->leaf_name : name);
	if (certificate == NULL)
		lab_bug("no such certificate to send", name);
	octets_append(out, &certificate->der);
	free(name);
}

/* One word of `sent`, as octets; empty where it could not be made. */
static void
add_item(struct octets *out, const struct station *station,
    const struct pki *pki, struct span word)
{
	if (span_is(word, "raw:garbage")) {
		octets_fill(out, 0xa5, GARBAGE_OCTETS);
	} else if (span_begins(word, "raw:flip:")) {
		copy_certificate(out, station, pki, span_after(word, 9));
		if (out->length > 0)
			out->data[out->length - 4] ^= 0x01;
	} else if (span_begins(word, "raw:cut:")) {
		copy_certificate(out, station, pki, span_after(word, 8));
		if (out->length > CUT_OCTETS)
			out->length -= CUT_OCTETS;
	} else if (span_begins(word, "raw:trail:")) {
		copy_certificate(out, station, pki, span_after(word, 10));
		octets_add(out, "\xde\xad\xbe\xef", 4);
	} else {
		copy_certificate(out, station, pki, word);
	}
}

/*
 * The key proven is that of the first certificate sent, even where that is
 * another host's leaf: servers do not start with another key.
 */
static const struct pki_certificate *
find_shown(
    const struct station *station, const struct pki *pki, struct span word)
{
	const struct pki_certificate *certificate;
	char *name = span_copy(word);
	const char *last = strstr(name, "leaf:");

	if (last == NULL || strncmp(name, "raw:", 4) == 0)
		last = station->leaf_name;
	certificate = pki_find(pki, last);
	free(name);
	return certificate;
}

static bool
set_certificates(struct station *station)
{
	gnutls_pubkey_t public_key;

	if (gnutls_pubkey_init(&public_key) < 0)
		return false;
	station->certificates =
	    lab_alloc(station->chain_length, sizeof(*station->certificates));
	station->certificates[0].pubkey = public_key;
	for (size_t i = 0; i < station->chain_length; i++) {
		station->certificates[i].cert.data = station->chain[i].data;
		station->certificates[i].cert.size =
		    (unsigned)station->chain[i].length;
		station->certificates[i].type = GNUTLS_CRT_X509;
	}
	return gnutls_pubkey_import_privkey(
		   public_key, station->key->private_key, 0, 0) >= 0;
}

static void
set_staple(struct station *station, const struct pki *pki,
    const struct pki_certificate *leaf)
{
	put_staple(
	    &station->staple, pki, leaf, station->scenario->service.staple);
	station->ocsp.response.data = station->staple.data;
	station->ocsp.response.size = (unsigned)station->staple.length;
	station->ocsp.exptime = pki->now + DAYS(6);
}

static bool
lay_out_chain(struct station *station, const struct pki *pki, const char *sent)
{
	struct span word;

	for (const char *cursor = sent; list_next(&cursor, ' ', &word);)
		station->chain_length++;
	station->chain =
	    lab_alloc(station->chain_length, sizeof(*station->chain));
	for (size_t i = 0; list_next(&sent, ' ', &word); i++) {
		add_item(&station->chain[i], station, pki, word);
		if (station->chain[i].length == 0)
			return false;
	}
	return true;
}

bool
station_prepare(struct station *station, const struct pki *pki)
{
	const char *sent =
	    station->scenario->sent ? station->scenario->sent : "leaf I1";
	const char *cursor = sent;
	const struct pki_certificate *shown;
	struct span first;

	if (!lay_out_chain(station, pki, sent))
		return false;
	if (!list_next(&cursor, ' ', &first))
		return true;
	shown = find_shown(station, pki, first);
	if (shown == NULL || shown->key == NULL)
		return false;
	station->key = shown->key;
	set_staple(station, pki, shown);
	if (station->key->private_key == NULL)
		station->key = pki->first->key;
	return set_certificates(station);
}
