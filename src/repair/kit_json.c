/* fix.json: what the kit offers, for other programs. */
#include "repair/kit_parts.h"

#include "base/clock.h"
#include "base/json.h"
#include "x509/pem.h"

static void
add_hosts(struct json_writer *object, const char *key,
    const struct repair_item *item, bool repaired)
{
	struct json_writer *list = json_add_array(object, key);

	for (size_t i = 0; i < item->host_count; i++)
		if (item->hosts[i]->repaired == repaired)
			json_append_string(list, item->hosts[i]->endpoint);
}

static void
add_item(struct json_writer *array, const struct kit *kit, size_t at)
{
	const struct repair_item *item = kit->plan->items[at];
	struct json_writer *object = json_append_object(array), *list;
	struct text pem = { .size = 0 };

	json_add_digest(object, "sha256", &item->certificate->sha256);
	json_add_string(object, "subject", item->certificate->subject);
	pem_append(&pem, NULL, item->certificate->der);
	json_add_string(object, "pem", arena_string(kit->arena, pem.data));
	text_free(&pem);
	add_hosts(object, "hosts", item, true);
	list = json_add_array(object, "heals");
	for (size_t i = 0; i < item->fixed_count; i++)
		json_append_string(list, item->fixed[i]);
	json_add_string(object, "from", source_word(item->from));
	json_add_bool(object, "proven", true);
	json_add_string(object, "where", item->where);
	json_add_string(object, "since",
	    item->since == 0 ? NULL : time_text(kit->arena, item->since));
	json_add_bool(object, "root", item->is_root);
	json_add_string(object, "file",
	    arena_printf(kit->arena, "client/%s", kit->files[at]));
	list = json_add_array(object, "server_files");
	for (size_t i = 0; i < item->host_count; i++) {
		const char *folder = kit->folders[item->hosts[i]->number];

		if (folder != NULL)
			json_append_string(
			    list, arena_printf(kit->arena,
				      "server/%s/fullchain.pem", folder));
	}
	add_hosts(object, "other_faults", item, false);
	/* Clients with another reason to refuse some of the hosts. */
	list = json_add_array(object, "still_refused");
	for (size_t i = 0; i < item->host_count; i++) {
		const struct repair_host *host = item->hosts[i];
		struct json_writer *entry, *clients;

		if (host->clients.refusing_count == 0)
			continue;
		entry = json_append_object(list);
		json_add_string(entry, "host", host->endpoint);
		clients = json_add_array(entry, "clients");
		for (size_t j = 0; j < host->clients.refusing_count; j++)
			json_append_string(clients, host->clients.refusing[j]);
	}
}

void
kit_write_json(struct kit *kit)
{
	struct json_writer *array = json_new_array();
	struct text out = { .size = 0 };

	for (size_t i = 0; i < kit->plan->item_count; i++)
		add_item(array, kit, i);
	json_print_pretty(array, &out);
	text_append_char(&out, '\n');
	kit_put(kit, "fix.json", &out, false);
	text_free(&out);
	json_writer_free(array);
}
