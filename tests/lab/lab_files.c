/*
 * What the lab tells about itself: its hosts, certificates and stores, in
 * memory and as files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lab/lab_private.h"

const struct lab_host *
lab_hosts(const struct lab *lab, size_t *count)
{
	*count = lab->host_count;
	return lab->hosts;
}

const struct lab_host *
lab_find(const struct lab *lab, const char *id)
{
	for (size_t i = 0; i < lab->host_count; i++)
		if (strcmp(lab->hosts[i].id, id) == 0)
			return &lab->hosts[i];
	return NULL;
}

unsigned
lab_dns_port(const struct lab *lab)
{
	return lab->dns.port;
}

size_t
lab_aia_count(struct lab *lab, const char *path)
{
	return aia_count(&lab->aia, path);
}

static bool
add_pem(struct octets *out, const struct lab *lab, const char *name)
{
	const struct pki_certificate *certificate = pki_find(&lab->pki, name);

	if (certificate == NULL || certificate->der.length == 0)
		return false;
	put_pem(out, "CERTIFICATE", &certificate->der);
	return true;
}

char *
lab_pem(const struct lab *lab, const char *name)
{
	struct octets out = { 0 };

	if (!add_pem(&out, lab, name))
		return NULL;
	return octets_take_text(&out);
}

static bool
add_key(struct octets *out, gnutls_x509_privkey_t key)
{
	gnutls_datum_t pem;

	if (gnutls_x509_privkey_export2_pkcs8(
		key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem) < 0)
		return false;
	octets_add(out, pem.data, pem.size);
	gnutls_free(pem.data);
	return true;
}

char *
lab_key_pem(const struct lab *lab, const char *name)
{
	const struct pki_certificate *certificate = pki_find(&lab->pki, name);
	struct octets out = { 0 };
	gnutls_x509_privkey_t key;
	bool ok;

	if (certificate == NULL || certificate->key == NULL ||
	    certificate->key->private_key == NULL ||
	    gnutls_privkey_export_x509(certificate->key->private_key, &key) < 0)
		return NULL;
	ok = add_key(&out, key);
	gnutls_x509_privkey_deinit(key);
	return ok ? octets_take_text(&out) : NULL;
}

const unsigned char *
lab_der(const struct lab *lab, const char *name, size_t *length)
{
	const struct pki_certificate *certificate = pki_find(&lab->pki, name);

	*length = certificate ? certificate->der.length : 0;
	return *length > 0 ? certificate->der.data : NULL;
}

static int
write_file(const char *path, struct octets *out)
{
	FILE *file = fopen(path, "we");
	int result = 0;

	if (file == NULL) {
		result = -errno;
	} else {
		if (fwrite(out->data, 1, out->length, file) != out->length)
			result = -EIO;
		if (fclose(file) != 0 && result == 0)
			result = -errno;
	}
	octets_clear(out);
	return result;
}

static bool
add_store(struct octets *out, const struct lab *lab, const char *names)
{
	struct span word;
	bool ok = true;

	while (list_next(&names, ' ', &word)) {
		char *name = span_copy(word);

		ok = add_pem(out, lab, name) && ok;
		free(name);
	}
	return ok;
}

int
lab_write_trust(const struct lab *lab, const char *store, const char *path)
{
	struct octets out = { 0 };

	for (size_t i = 0; i < lab_store_count; i++) {
		if (strcmp(lab_stores[i].name, store) != 0)
			continue;
		if (add_store(&out, lab, lab_stores[i].certificates))
			return write_file(path, &out);
		break;
	}
	octets_clear(&out);
	return -ENOENT;
}

const char *
lab_store_name(const struct lab *lab, size_t number)
{
	for (size_t i = 0; i < lab_store_count; i++) {
		struct octets out = { 0 };
		bool ok = add_store(&out, lab, lab_stores[i].certificates);

		octets_clear(&out);
		if (ok && number-- == 0)
			return lab_stores[i].name;
	}
	return NULL;
}

int
lab_write_intermediates(const struct lab *lab, const char *path)
{
	const struct pki_certificate *certificate;
	struct octets out = { 0 };

	for (certificate = lab->pki.first; certificate != NULL;
	     certificate = certificate->next)
		if (recipe_is_authority(&certificate->recipe) &&
		    !pki_is_root(certificate) && certificate->der.length > 0)
			put_pem(&out, "CERTIFICATE", &certificate->der);
	return write_file(path, &out);
}

int
lab_write_hosts(const struct lab *lab, const char *path)
{
	struct octets out = { 0 };

	for (size_t i = 0; i < lab->host_count; i++)
		octets_add_format(
		    &out, "%s:%u\n", lab->hosts[i].host, lab->hosts[i].port);
	return write_file(path, &out);
}

static int
write_key(const struct lab *lab, const char *directory, const char *id)
{
	struct octets name = { 0 }, path = { 0 }, out = { 0 };
	char *leaf, *file, *pem;
	int result = 0;

	octets_add_format(&name, "leaf:%s", id);
	octets_add_format(&path, "%s/%s.pem", directory, id);
	leaf = octets_take_text(&name);
	file = octets_take_text(&path);
	pem = lab_key_pem(lab, leaf);
	if (pem != NULL) {
		octets_add_text(&out, pem);
		result = write_file(file, &out);
	}
	free(pem);
	free(file);
	free(leaf);
	return result;
}

int
lab_write_keys(const struct lab *lab, const char *directory)
{
	int result = 0;

	for (size_t i = 0; i < lab->host_count && result == 0; i++)
		result = write_key(lab, directory, lab->hosts[i].id);
	return result;
}

int
lab_write_map(const struct lab *lab, const char *path)
{
	struct octets out = { 0 };

	octets_add_text(&out, "id\thost\tname\tip\tport\ttrust\tsent\n");
	for (size_t i = 0; i < lab->host_count; i++) {
		const struct lab_host *host = &lab->hosts[i];

		octets_add_format(&out, "%s\t%s\t%s\t%s\t%u\t%s\t%s\n",
		    host->id, host->host, host->name, host->ip, host->port,
		    host->trust, host->sent);
	}
	return write_file(path, &out);
}
