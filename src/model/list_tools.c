/* One line in, the hosts and open TCP ports of it out. */
#include "model/list_tools.h"

#include "base/memory.h"

static const char fault_masscan[] =
    "not a line of masscan -oL: \"open tcp PORT ADDRESS TIME\"";
static const char fault_variable[] =
    "a variable outside of a [GROUP:vars] section";
static const char fault_word[] =
    "a word behind a host of an Ansible inventory, where NAME=VALUE belongs";
static const char fault_pattern[] =
    "an Ansible range of hosts: write its hosts out, one a line";

/* "443/open/tcp//https///, 8443/open/tcp//..." */
static void
add_ports(struct list_reader *reader, struct list_entry entry, char *ports)
{
	char *one;

	while ((one = strsep(&ports, ",")) != NULL) {
		char *port, *state, *protocol;

		one += strspn(one, " ");
		port = strsep(&one, "/");
		state = strsep(&one, "/");
		protocol = strsep(&one, "/");
		if (protocol == NULL || strcmp(state, "open") != 0 ||
		    strcmp(protocol, "tcp") != 0)
			continue;
		entry.port = port;
		list_entries_add(&reader->entries, entry);
	}
}

/*
 * "Host: 192.0.2.1 (www.example.com)	Ports: 443/open/tcp//https///".
 * A line with "Status: Up" is the whole answer of nmap -sn; elsewhere the
 * line with the ports follows it, and it names no target.
 */
enum list_step
list_nmap_read(struct list_reader *reader)
{
	enum list_step step = list_reader_line(reader, "");
	bool *has_ports = reader->state;
	struct list_entry entry = { .host = NULL };
	char *line, *ports, *name;

	if (has_ports == NULL)
		has_ports = reader->state = memory_new(sizeof(*has_ports));
	if (step != LIST_LINE || *reader->line.data == '#')
		return step == LIST_LINE ? LIST_RECORD : step;
	line = arena_string(reader->entries.arena, reader->line.data);
	ports = strstr(line, " Ports: ");
	line = strstr(line, "Host: ");
	if (line == NULL || (ports != NULL && ports < line)) {
		list_reader_add_fault(reader,
		    bytes_of(reader->line.data, reader->line.size),
		    "not a line of nmap -oG");
		return LIST_RECORD;
	}
	if (ports != NULL)
		*ports = '\0';
	line += strlen("Host: ");
	entry.ip = strsep(&line, " ");
	name = line != NULL ? strchr(line, '(') : NULL;
	if (name != NULL) {
		name++;
		entry.host = strsep(&name, ")");
		if (*entry.host == '\0')
			entry.host = NULL;
	}
	if (ports != NULL) {
		*has_ports = true;
		add_ports(reader, entry, ports + strlen(" Ports: "));
	} else if (!*has_ports && name != NULL &&
		   strstr(name, "Status: Up") != NULL) {
		list_entries_add(&reader->entries, entry);
	}
	return LIST_RECORD;
}

/* "open tcp 443 192.0.2.1 1700000000"; "banner" lines repeat the address. */
enum list_step
list_masscan_read(struct list_reader *reader)
{
	enum list_step step = list_reader_line(reader, "#");
	struct list_entry entry = { .host = NULL };
	char *line, *state, *protocol, *port, *address;

	if (step != LIST_LINE)
		return step;
	line = arena_string(reader->entries.arena, reader->line.data);
	state = strsep(&line, " ");
	protocol = strsep(&line, " ");
	port = strsep(&line, " ");
	address = strsep(&line, " ");
	if (address == NULL) {
		list_reader_add_fault(reader,
		    bytes_of(reader->line.data, reader->line.size),
		    fault_masscan);
		return LIST_RECORD;
	}
	if (strcmp(state, "open") != 0 || strcmp(protocol, "tcp") != 0)
		return LIST_RECORD;
	entry.ip = address;
	entry.port = port;
	list_entries_add(&reader->entries, entry);
	return LIST_RECORD;
}

bool
list_is_group(const char *line)
{
	const char *end = strchr(line, ']');
	const char *colon = strchr(line, ':');

	if (line[0] != '[' || end == NULL || line[1] == ']' ||
	    end[1 + strspn(end + 1, " ")] != '\0')
		return false;
	/* "[::1]" is an address; "[db:vars]" has one colon and a name. */
	return colon == NULL || colon > end ||
	       (strchr(colon + 1, ':') == NULL &&
		   strchr("vchm", colon[1]) != NULL);
}

/*
 * "web1 ansible_host=192.0.2.1 ansible_port=22".  The port is that of SSH,
 * also behind a colon, so that the default one is scanned.
 */
enum list_step
list_ansible_read(struct list_reader *reader)
{
	static const char address[] = "ansible_host=";
	enum list_step step = list_reader_line(reader, "#;");
	bool *skips = reader->state; /* a section of variables or of groups */
	struct list_entry entry = { .host = NULL };
	const char *fault = NULL;
	bool is_quoted = false;
	char *line, *token, *colon;

	if (skips == NULL)
		skips = reader->state = memory_new(sizeof(*skips));
	if (step != LIST_LINE)
		return step;
	line = arena_string(reader->entries.arena, reader->line.data);
	line += strspn(line, " ");
	if (list_is_group(line)) {
		colon = strchr(line, ':');
		*skips = colon != NULL;
		return LIST_RECORD;
	}
	if (*skips)
		return LIST_RECORD;
	token = strsep(&line, " ");
	if (*token != '[' && strpbrk(token, "[=") != NULL)
		fault =
		    strchr(token, '[') != NULL ? fault_pattern : fault_variable;
	if (fault != NULL) {
		list_reader_add_fault(reader,
		    bytes_of(reader->line.data, reader->line.size), fault);
		return LIST_RECORD;
	}
	entry.host = entry.input = token;
	colon = strchr(token, ':');
	if (*token == '[' && strchr(token, ']') != NULL)
		strchr(token, ']')[1] = '\0';
	else if (colon != NULL && strchr(colon + 1, ':') == NULL)
		*colon = '\0';
	while ((token = strsep(&line, " ")) != NULL) {
		/* A quoted value may hold blanks. */
		is_quoted = is_quoted || strpbrk(token, "\"'") != NULL;
		if (*token != '\0' && !is_quoted && strchr(token, '=') == NULL)
			fault = fault_word;
		if (strncmp(token, address, strlen(address)) != 0)
			continue;
		token += strlen(address);
		token[strcspn(token, "\"'")] = '\0';
		if (list_is_address(token))
			entry.ip = token;
		else
			entry.host = token;
	}
	if (fault != NULL)
		list_reader_add_fault(reader,
		    bytes_of(reader->line.data, reader->line.size), fault);
	else
		list_entries_add(&reader->entries, entry);
	return LIST_RECORD;
}
