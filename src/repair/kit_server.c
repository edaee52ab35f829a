/* For each server to be repaired, the file it should serve and how. */
#include "repair/kit_parts.h"

#include "base/map.h"
#include "repair/server_software.h"
#include "x509/pem.h"

static void
put(struct kit *kit, const char *folder, const char *name, struct text *text)
{
	kit_put(kit, arena_printf(kit->arena, "server/%s/%s", folder, name),
	    text, false);
	text_clear(text);
}

/* Certificates of the chain from `first` to before `end`. */
static void
put_chain(struct kit *kit, const char *folder, const char *name,
    const struct repair_host *host, size_t first, size_t end)
{
	struct text text = { .size = 0 };

	for (size_t i = first; i < end; i++)
		pem_append(&text, NULL, host->chain[i]);
	put(kit, folder, name, &text);
	text_free(&text);
}

/* What may stand behind the host is told; the host does not say what it is. */
static void
put_software(
    struct kit *kit, const char *folder, const struct repair_host *host)
{
	const struct server_software *software;
	struct text text = { .size = 0 };

	for (size_t i = 0; (software = server_software(i)) != NULL; i++) {
		const char *comment =
		    software->comment == NULL ? "#" : software->comment;

		if (!server_software_serves(
			software, host->starttls, host->port))
			continue;
		text_printf(&text, "%s ", comment);
		kit_append_words(&text, host->endpoint);
		text_printf(&text,
		    ": put the files where the server reads them, with these\n"
		    "%s lines, then reload.  The private key stays where it "
		    "is.\n%s",
		    comment, software->lines);
		put(kit, folder, software->file, &text);
		if (!software->splits)
			continue;
		put_chain(kit, folder, "leaf.pem", host, 0, 1);
		put_chain(kit, folder, "intermediates.pem", host, 1,
		    host->chain_length);
	}
	text_free(&text);
}

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

	if (same != NULL && sends_the_same(same, host)) {
		kit->folders[host->number] = kit->folders[same->number];
		return;
	}
	folder =
	    arena_printf(kit->arena, "%s_%u", host->host, (unsigned)host->port);
	if (host->face != NULL)
		folder = arena_printf(kit->arena, "%s_%s", folder, host->face);
	folder = kit_name(names, folder, "");
	kit->folders[host->number] = folder;
	put_chain(kit, folder, "fullchain.pem", host, 0, host->chain_length);
	put_software(kit, folder, host);
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
