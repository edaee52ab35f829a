/* For each server to be repaired, the file it should serve and how. */
#include "repair/kit_parts.h"

#include "base/map.h"
#include "x509/pem.h"

static void
append_head(struct text *out, const struct repair_host *host)
{
	text_append(out, "# ");
	kit_append_words(out, host->endpoint);
	text_append(out,
	    ": put fullchain.pem where the server reads it, with these\n"
	    "# lines, then reload.  The private key stays where it is.\n");
}

static void
append_nginx(struct text *out, const struct repair_host *host)
{
	append_head(out, host);
	text_append(out, "ssl_certificate     /etc/nginx/ssl/fullchain.pem;\n"
			 "ssl_certificate_key /etc/nginx/ssl/privkey.pem;\n");
}

static void
append_apache(struct text *out, const struct repair_host *host)
{
	append_head(out, host);
	text_append(out,
	    "# Since 2.4.8 the file holds the chain too; leave\n"
	    "# SSLCertificateChainFile out.\n"
	    "SSLCertificateFile    /etc/ssl/certs/fullchain.pem\n"
	    "SSLCertificateKeyFile /etc/ssl/private/privkey.pem\n");
}

static void
append_haproxy(struct text *out, const struct repair_host *host)
{
	append_head(out, host);
	text_append(out,
	    "# HAProxy reads one file: leaf, intermediates, private key.\n"
	    "#\n"
	    "#   cat fullchain.pem privkey.pem >/etc/haproxy/site.pem\n"
	    "#   chmod 600 /etc/haproxy/site.pem\n"
	    "#\n"
	    "bind :443 ssl crt /etc/haproxy/site.pem\n");
}

static void
append_chain(struct text *out, const struct repair_host *host)
{
	for (size_t i = 0; i < host->chain_length; i++)
		pem_append(out, NULL, host->chain[i]);
}

static const struct {
	const char *name;
	void (*append)(struct text *, const struct repair_host *);
} files[] = {
	{ "fullchain.pem", append_chain },
	{ "nginx.conf", append_nginx },
	{ "apache.conf", append_apache },
	{ "haproxy.txt", append_haproxy },
};

static bool
sends_the_same(const struct repair_host *a, const struct repair_host *b)
{
	if (a->chain_length != b->chain_length)
		return false;
	for (size_t i = 0; i < a->chain_length; i++)
		if (!bytes_equal(a->chain[i], b->chain[i]))
			return false;
	return true;
}

/*
 * Several addresses of one name have records of their own, and mostly one
 * chain: then they share a folder.
 */
static void
write_host(struct kit *kit, struct kit_names *names, struct map *before,
    struct repair_host *host)
{
	const struct repair_host *same =
	    map_put(before, bytes_from_string(host->endpoint), host);
	const char *folder;
	struct text text = { .size = 0 };

	if (same != NULL && sends_the_same(same, host)) {
		kit->folders[host->number] = kit->folders[same->number];
		return;
	}
	folder = kit_name(names,
	    arena_printf(kit->arena, "%s_%u", host->host, (unsigned)host->port),
	    "");
	kit->folders[host->number] = folder;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		text_clear(&text);
		files[i].append(&text, host);
		kit_put(kit,
		    arena_printf(
			kit->arena, "server/%s/%s", folder, files[i].name),
		    &text, false);
	}
	text_free(&text);
}

void
kit_write_servers(struct kit *kit)
{
	const struct repair_plan *plan = kit->plan;
	struct kit_names *names = kit_names_new(kit->arena);
	struct map *before = map_new();

	kit->folders =
	    arena_array(kit->arena, plan->host_count, sizeof(char *));
	for (size_t i = 0; i < plan->host_count; i++)
		if (plan->hosts[i]->sends_less)
			write_host(kit, names, before, plan->hosts[i]);
	map_free(before);
	kit_names_free(names);
}
