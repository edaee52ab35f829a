/* Collects what a record names, and knows the usual names of columns. */
#include "model/list_entry.h"

#include <stdlib.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/address_block.h"

/*
 * The first of several is the most exact: lists with a column `name` for
 * people often have `host` or `fqdn` beside it.
 */
static const struct {
	const char *name;
	enum list_column column;
} names[] = {
	{ "host", COLUMN_HOST },
	{ "hostname", COLUMN_HOST },
	{ "fqdn", COLUMN_HOST },
	{ "domain", COLUMN_HOST },
	{ "dns", COLUMN_HOST },
	{ "url", COLUMN_HOST },
	{ "origin", COLUMN_HOST }, /* the Chrome UX report */
	{ "name", COLUMN_HOST },
	{ "ip", COLUMN_IP },
	{ "ipaddress", COLUMN_IP },
	{ "saddr", COLUMN_IP }, /* zmap */
	{ "address", COLUMN_IP },
	{ "addr", COLUMN_IP },
	{ "port", COLUMN_PORT },
	{ "sport", COLUMN_PORT }, /* zmap: of the answer */
	{ "sni", COLUMN_SNI },
	{ "starttls", COLUMN_STARTTLS },
	{ "tags", COLUMN_TAGS },
	{ "tag", COLUMN_TAGS },
};

void
list_entries_add(struct list_entries *entries, struct list_entry entry)
{
	entries->items = memory_grow(entries->items, entries->count,
	    &entries->capacity, sizeof(*entries->items));
	entries->items[entries->count++] = entry;
}

void
list_entries_reset(struct list_entries *entries)
{
	if (entries->arena == NULL)
		entries->arena = arena_new();
	arena_reset(entries->arena);
	entries->count = 0;
}

void
list_entries_clear(struct list_entries *entries)
{
	if (entries->arena != NULL)
		arena_free(entries->arena);
	free(entries->items);
	*entries = (struct list_entries){ .arena = NULL };
}

enum list_column
list_column_find(const char *name, size_t *order)
{
	char plain[16]; /* longer than every name */
	size_t size = 0;

	for (; *name != '\0' && size < sizeof(plain) - 1; name++)
		if (strchr(" _-", *name) == NULL)
			plain[size++] = *name;
	plain[size] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcasecmp(names[i].name, plain) != 0)
			continue;
		*order = i;
		return names[i].column;
	}
	return COLUMN_COUNT;
}

static void
set_tags(
    struct list_entries *entries, struct list_entry *entry, const char *value)
{
	char *rest = arena_string(entries->arena, value), *tag;
	size_t most = 1;
	const char **tags;

	for (const char *at = value; *at != '\0'; at++)
		most += *at == ';';
	tags = arena_array(entries->arena, most, sizeof(*tags));
	entry->tag_count = 0;
	while ((tag = strsep(&rest, ";")) != NULL) {
		char *end;

		tag += strspn(tag, " \t");
		end = tag + strlen(tag);
		while (end > tag && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		*end = '\0';
		if (end > tag)
			tags[entry->tag_count++] =
			    text_clean(entries->arena, bytes_from_string(tag));
	}
	entry->tags = tags;
}

void
list_entry_set(struct list_entries *entries, struct list_entry *entry,
    enum list_column column, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	switch (column) {
	case COLUMN_HOST:
		entry->host = value;
		break;
	case COLUMN_IP:
		entry->ip = value;
		break;
	case COLUMN_PORT:
		entry->port = value;
		break;
	case COLUMN_SNI:
		entry->sni = value;
		break;
	case COLUMN_STARTTLS:
		entry->starttls = value;
		break;
	case COLUMN_TAGS:
		set_tags(entries, entry, value);
		break;
	case COLUMN_COUNT:
		break;
	}
}

bool
list_is_address(const char *field)
{
	char address[ADDRESS_TEXT_SIZE];
	uint8_t octets[ADDRESS_MOST_OCTETS];
	const char *start = field, *end;
	size_t size;

	if (*start == '[')
		return strchr(start, ']') != NULL;
	end = start + strcspn(start, "/");
	if ((size_t)(end - start) >= sizeof(address))
		return false;
	memcpy(address, start, (size_t)(end - start));
	address[end - start] = '\0';
	if (address_parse(address, octets, &size))
		return true;
	/* "192.0.2.1:443", but not "2001:db8::1:443". */
	if (strchr(address, ':') != NULL &&
	    strchr(address, ':') == strrchr(address, ':'))
		*strchr(address, ':') = '\0';
	return address_parse(address, octets, &size) ||
	       address_range_is(bytes_from_string(address));
}
