/* Reads hosts(5).  Names compare in lower case; lines without an address are
   skipped, as every resolver does. */
#include <ctype.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/map.h"
#include "base/memory.h"
#include "scan/hosts_file.h"

enum { LINE_LIMIT = 64 * 1024 };

/* Of one family. */
struct known_addresses {
	struct net_address *at;
	size_t count, capacity;
};

struct known_host {
	char *name;
	struct known_addresses four, six;
};

struct hosts_file {
	struct map *hosts;
};

static void
add(struct hosts_file *file, struct bytes name, struct net_address address)
{
	char *lower = memory_new(name.size + 1);
	struct known_host *host;
	struct known_addresses *known;

	for (size_t i = 0; i < name.size; i++)
		lower[i] = (char)tolower(name.data[i]);
	host = map_get(file->hosts, bytes_from_string(lower));
	if (host == NULL) {
		host = memory_new(sizeof(*host));
		host->name = lower;
		map_put(file->hosts, bytes_from_string(lower), host);
	} else {
		free(lower);
	}
	known = address.size == 4 ? &host->four : &host->six;
	if (known->count == NAME_MOST_ADDRESSES)
		return;
	known->at = memory_grow(
	    known->at, known->count, &known->capacity, sizeof(*known->at));
	known->at[known->count++] = address;
}

/* Takes the next word off the front; empty at the end or at a comment. */
static struct bytes
next_word(struct bytes *rest)
{
	struct bytes word;
	size_t start = 0, end;

	while (start < rest->size && isspace(rest->data[start]))
		start++;
	end = start;
	while (end < rest->size && !isspace(rest->data[end]) &&
	       rest->data[end] != '#')
		end++;
	word = bytes_of(rest->data + start, end - start);
	*rest = bytes_of(rest->data + end, rest->size - end);
	return word;
}

static void
read_line(struct hosts_file *file, struct bytes line)
{
	struct bytes word = next_word(&line);
	struct net_address address;
	char text[ADDRESS_TEXT_SIZE];

	if (word.size == 0 || word.size >= sizeof(text))
		return;
	memcpy(text, word.data, word.size);
	text[word.size] = '\0';
	if (!net_address_parse(&address, text))
		return;
	while ((word = next_word(&line)).size > 0)
		add(file, word, address);
}

struct hosts_file *
hosts_file_read(const char *path)
{
	struct hosts_file *file = memory_new(sizeof(*file));
	struct line_reader *reader = line_reader_open(path, LINE_LIMIT);
	struct bytes line;

	file->hosts = map_new();
	if (reader == NULL)
		return file;
	while (line_reader_next(reader, &line) > 0)
		read_line(file, line);
	line_reader_close(reader);
	return file;
}

void
hosts_file_free(struct hosts_file *file)
{
	struct bytes key;
	void *value;
	size_t at = 0;

	if (file == NULL)
		return;
	while (map_next(file->hosts, &at, &key, &value)) {
		struct known_host *host = value;

		free(host->name);
		free(host->four.at);
		free(host->six.at);
		free(host);
	}
	map_free(file->hosts);
	free(file);
}

bool
hosts_file_find(const struct hosts_file *file, const char *name,
    unsigned octets, struct address_list *list)
{
	const struct known_host *host =
	    file == NULL ? NULL : map_get(file->hosts, bytes_from_string(name));
	static const struct net_address loopback[] = {
		{ { 127, 0, 0, 1 }, 4, 0 },
		{ { [15] = 1 }, 16, 0 },
	};
	static const char local[] = "localhost";
	const struct known_addresses *known;
	size_t size = strlen(name), tail = sizeof(local) - 1;

	if (host == NULL) {
		if (size < tail || strcmp(name + size - tail, local) != 0 ||
		    (size > tail && name[size - tail - 1] != '.'))
			return false;
		*list = (struct address_list){ &loopback[octets == 16], 1 };
		return true;
	}
	known = octets == 4 ? &host->four : &host->six;
	*list = (struct address_list){ known->at, (unsigned)known->count };
	return true;
}
