/* The options of scan: targets and probing; the rest is shared. */
#include "cmd/scan_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/memory.h"
#include "model/endpoint.h"
#include "model/starttls_name.h"
#include "model/target.h"
#include "report/report.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { MOST_SHARDS = 1000000, GROUP_COUNT = 8 };

/* For the greeting of an SMTP server: postscreen and sendmail's greet_pause
   wait before it, and whoever speaks first is refused. */
enum { GREETING_MS = 30000 };

/* "IP", "IP:PORT", "[IPv6]:PORT"; the address in canonical form, on the heap.
 */
static char *
parse_address(struct bytes text, uint16_t *port)
{
	struct endpoint endpoint;
	const char *fault;
	bool is_address = false;
	char *host;

	if (!endpoint_parse(&endpoint, text, &fault) || endpoint.is_block ||
	    endpoint.starttls != NULL)
		return NULL;
	host = target_host_normalize(endpoint.host, &is_address, &fault);
	if (host != NULL && !is_address) {
		free(host);
		return NULL;
	}
	*port = endpoint.port;
	return host;
}

static bool
add_resolver(struct command_options *options, const char *text)
{
	struct scan_options *scan = &options->scan;
	uint16_t port;
	char *address = parse_address(bytes_from_string(text), &port);

	if (address == NULL)
		return false;
	free(address);
	scan->resolvers = memory_grow(scan->resolvers, scan->resolver_count,
	    &options->resolver_capacity, sizeof(char *));
	scan->resolvers[scan->resolver_count++] = memory_string(text);
	return true;
}

static const char *
parse_resolvers(void *group, const char *value)
{
	char *list = memory_string(value), *rest = list, *one;
	bool good = true;

	while (good && (one = strsep(&rest, ",")) != NULL)
		good = add_resolver(group, one);
	free(list);
	return good ? NULL : "is not a list of IP or IP:PORT";
}

/* The host as targets name it, or "*". */
static char *
parse_override_host(struct bytes typed)
{
	const char *fault;
	bool is_address;

	if (bytes_equal(typed, bytes_from_string("*")))
		return memory_string("*");
	return target_host_normalize(typed, &is_address, &fault);
}

static const char *
parse_resolve(void *group, const char *value)
{
	static const char fault[] = "is not HOST:PORT:IP or HOST:PORT:IP:PORT";
	struct command_options *options = group;
	struct resolve_override override = { .port = 0 };
	const char *port = strchr(value, ':');
	const char *address = port == NULL ? NULL : strchr(port + 1, ':');

	if (address == NULL ||
	    !endpoint_port_parse(
		bytes_of(port + 1, (size_t)(address - port - 1)),
		&override.port))
		return fault;
	override.host =
	    parse_override_host(bytes_of(value, (size_t)(port - value)));
	override.ip =
	    parse_address(bytes_from_string(address + 1), &override.to_port);
	if (override.host == NULL || override.ip == NULL) {
		free((char *) override.host);
		free((char *) override.ip);
		return fault;
	}
	options->overrides =
	    memory_grow(options->overrides, options->scan.override_count,
		&options->override_capacity, sizeof(override));
	options->overrides[options->scan.override_count++] = override;
	options->scan.overrides = options->overrides;
	return NULL;
}

/*
 * Takes "HOST:PORT" off the front, and the colon behind it; both may be empty,
 * and IPv6 stands in brackets.  The host is on the heap; false: it is none.
 */
static bool
take_place(
    struct bytes *from, const char **host, bool *is_address, uint16_t *port)
{
	const uint8_t *end = from->data + from->size;
	const uint8_t *colon = NULL, *stop;
	const char *fault;

	if (from->size > 0 && from->data[0] == '[')
		colon = memmem(from->data, from->size, "]:", 2);
	if (colon != NULL)
		colon++;
	else if (from->size > 0)
		colon = memchr(from->data, ':', from->size);
	if (colon == NULL)
		return false;
	stop = memchr(colon + 1, ':', (size_t)(end - colon - 1));
	if (stop == NULL)
		stop = end;
	if (colon > from->data) {
		*host = target_host_normalize(
		    bytes_of(from->data, (size_t)(colon - from->data)),
		    is_address, &fault);
		if (*host == NULL)
			return false;
	}
	if (stop > colon + 1 &&
	    !endpoint_port_parse(
		bytes_of(colon + 1, (size_t)(stop - colon - 1)), port))
		return false;
	if (stop < end)
		stop++;
	*from = bytes_of(stop, (size_t)(end - stop));
	return true;
}

static const char *
parse_connect_to(void *group, const char *value)
{
	struct command_options *options = group;
	struct connect_to row = { .port = 0 };
	struct bytes rest = bytes_from_string(value);
	bool is_address;

	if (!take_place(&rest, &row.host, &is_address, &row.port) ||
	    !take_place(&rest, &row.to_host, &row.is_address, &row.to_port) ||
	    rest.size > 0) {
		free((char *)row.host);
		free((char *)row.to_host);
		return "is not HOST1:PORT1:HOST2:PORT2, of which each may be "
		       "empty and IPv6 stands in brackets";
	}
	options->connect_to =
	    memory_grow(options->connect_to, options->scan.connect_to_count,
		&options->connect_to_capacity, sizeof(row));
	options->connect_to[options->scan.connect_to_count++] = row;
	options->scan.connect_to = options->connect_to;
	return NULL;
}

static const char *
parse_proxy(void *group, const char *value)
{
	struct command_options *options = group;

	proxy_clear(&options->scan.proxy);
	return proxy_parse(&options->scan.proxy, value);
}

/* The variables in which batch systems number this machine's part. */
static const char *
shard_of_environment(void)
{
	static const char *const names[] = {
		"JOB_COMPLETION_INDEX", /* Kubernetes Indexed Job */
		"SLURM_ARRAY_TASK_ID",
		"AWS_BATCH_JOB_ARRAY_INDEX",
	};

	for (size_t i = 0; i < COUNT(names); i++)
		if (getenv(names[i]) != NULL)
			return getenv(names[i]);
	return NULL;
}

static const char *
parse_shard(void *group, const char *value)
{
	struct shard *shard = &((struct command_options *)group)->shard;
	const char *slash = strchr(value, '/'), *index;
	char *typed;
	bool good;

	if (slash == NULL ||
	    !option_unsigned(slash + 1, 1, MOST_SHARDS, &shard->count))
		return "is not I/N or auto/N";
	typed = memory_string(value);
	typed[slash - value] = '\0';
	index = strcmp(typed, "auto") == 0 ? shard_of_environment() : typed;
	good = index != NULL &&
	       option_unsigned(index, 0, shard->count - 1, &shard->index);
	free(typed);
	if (index == NULL)
		return "auto: JOB_COMPLETION_INDEX, SLURM_ARRAY_TASK_ID and "
		       "AWS_BATCH_JOB_ARRAY_INDEX are not set";
	return good ? NULL : "I is not from 0 to N-1";
}

#define OPTION(member) offsetof(struct command_options, member)

static const char *
parse_list_form(void *group, const char *value)
{
	struct command_options *options = group;

	options->form = list_form_find(value);
	return options->form != NULL ? NULL : "is not one of";
}

static const char *
parse_starttls(void *group, const char *value)
{
	struct command_options *options = group;

	options->starttls = starttls_choice(value);
	return options->starttls != NULL ? NULL
					 : "is none of " STARTTLS_NAMES
					   "auto none";
}

static const struct option_row target_rows[] = {
	{ .letter = 'l',
	    .name = "list",
	    .argument = "FILE",
	    .kind = OPTION_LIST,
	    .is_passing = true,
	    .offset = OPTION(lists),
	    .help = "targets, one a line, a table, JSON, or what nmap, "
		    "masscan and others write; - is stdin; repeatable" },
	{ .name = "list-form",
	    .argument = "NAME",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_list_form,
	    .list_word = list_form_name,
	    .help = "how to read the lists (default: recognised):" },
	{ .name = "allow-large",
	    .kind = OPTION_FLAG,
	    .offset = OPTION(allow_large),
	    .help = "also CIDR blocks wider than /16 (IPv6 /112), or over "
		    "1048576 addresses in all" },
	{ .letter = 'p',
	    .name = "port",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = OPTION(port),
	    .least = 1,
	    .most = UINT16_MAX,
	    .help = "where a target names none (default: 443, or the "
		    "STARTTLS protocol's)" },
	{ .name = "sni",
	    .argument = "NAME",
	    .kind = OPTION_STRING,
	    .offset = OPTION(sni),
	    .help = "ask every target for this name, and check its "
		    "certificate against it" },
	{ .name = "starttls",
	    .argument = "PROTO|auto|none",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_starttls,
	    .help = "ask for TLS first, where a target does not say "
		    "(smtp://HOST, or the list's column); auto: by the port. "
		    "XMPP asks for the domain of --sni. PROTO is one "
		    "of " STARTTLS_NAMES },
	{ .name = "strict",
	    .kind = OPTION_FLAG,
	    .offset = OPTION(strict),
	    .help = "end with exit code 2 at an invalid line of a list" },
	{ .name = "shard",
	    .argument = "I/N",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_shard,
	    .help = "this machine's part, 0 to N-1; auto/N: as the batch "
		    "system says" },
	{ .name = "resume",
	    .kind = OPTION_FLAG,
	    .is_passing = true,
	    .offset = OPTION(resume),
	    .help = "continue the interrupted run in -o DIR with its own "
		    "options; lists given here replace its lists" },
};

static const char *const depth_words[] = { "full", "certificate", NULL };

static const char *const faces_words[] = { "none", "auto", "all", NULL };

static const char *const probes_words[] = { "none", "hello", NULL };

static const struct option_row probe_rows[] = {
	{ .letter = 'c',
	    .name = "concurrency",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = OPTION(scan.concurrency),
	    .least = 1,
	    .most = 1000000,
	    .help = "targets in progress at once (default: 500)" },
	{ .name = "threads",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = OPTION(scan.threads),
	    .least = 1,
	    .most = 1024,
	    .help = "event loops (default: one a core)" },
	{ .name = "rate",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = OPTION(scan.rate),
	    .least = 1,
	    .most = 1000000,
	    .help = "new connections a second (default: no limit)" },
	{ .name = "per-ip",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = OPTION(scan.per_ip),
	    .least = 1,
	    .most = 1000000,
	    .help = "connections at once to one address, or with --proxy to "
		    "one target (default: 4)" },
	{ .letter = 't',
	    .name = "timeout",
	    .argument = "SEC",
	    .kind = OPTION_SECONDS,
	    .offset = OPTION(scan.timeout_ms),
	    .least = 100,
	    .most = 3600000,
	    .help = "a whole target: DNS, connect and TLS (default: 10)" },
	{ .name = "retries",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = OPTION(scan.retries),
	    .least = 0,
	    .most = 10,
	    .help = "for timeouts and resets, at the end (default: 1)" },
	{ .letter = '4',
	    .kind = OPTION_CHOICE,
	    .offset = OPTION(scan.family),
	    .value = FAMILY_V4,
	    .help = "IPv4 only" },
	{ .letter = '6',
	    .kind = OPTION_CHOICE,
	    .offset = OPTION(scan.family),
	    .value = FAMILY_V6,
	    .help = "IPv6 only" },
	{ .name = "mx",
	    .kind = OPTION_FLAG,
	    .offset = OPTION(scan.mx),
	    .help = "a target is a domain: scan its MX hosts on port 25 (or "
		    "-p) with smtp, and look for their TLSA records (DANE)" },
	{ .name = "all-ips",
	    .kind = OPTION_FLAG,
	    .offset = OPTION(scan.all_addresses),
	    .help = "every address of a name, each with its own record, and "
		    "say which of them differs" },
	{ .letter = 'r',
	    .name = "resolver",
	    .argument = "IP[:PORT],...",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_resolvers,
	    .help = "DNS servers, and only these" },
	{ .name = "resolve",
	    .argument = "HOST:PORT:IP[:PORT]",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_resolve,
	    .help = "connect there instead, as in curl; repeatable" },
	{ .name = "connect-to",
	    .argument = "HOST1:PORT1:HOST2:PORT2",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_connect_to,
	    .help = "connect to HOST2:PORT2 in the place of HOST1:PORT1, and "
		    "ask for HOST1 there, as in curl; empty: any, or the "
		    "same; repeatable, the first that fits counts" },
	{ .name = "proxy",
	    .argument = "URL",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_proxy,
	    .kept = proxy_url_without_password,
	    .help = "connect to targets through http://HOST:PORT (CONNECT) or "
		    "socks5://HOST:PORT, USER:PASSWORD@ before HOST where it "
		    "asks for them (better in a --config file); the proxy "
		    "resolves the names, in socks5h:// and socks5://. The "
		    "environment is not used" },
	{ .name = "handshake",
	    .argument = "full|certificate",
	    .kind = OPTION_WORD,
	    .offset = OPTION(scan.depth),
	    .words = depth_words,
	    .help = "certificate: stop when the chain has arrived; cheaper, "
		    "but the server does not prove that it holds the key "
		    "(default: full)" },
	{ .name = "faces",
	    .argument = "auto|all|none",
	    .kind = OPTION_WORD,
	    .offset = OPTION(scan.faces),
	    .words = faces_words,
	    .help = "auto: where a leaf has no RSA key, ask for the RSA "
		    "certificate that some clients get, and where Chrome "
		    "demands SCTs and the certificate has none, for those of "
		    "the TLS extension; all: also without SNI, with a foreign "
		    "name, and with TLS 1.2 alone (default: auto)" },
	{ .name = "probe",
	    .argument = "none|hello",
	    .kind = OPTION_WORD,
	    .offset = OPTION(scan.probes),
	    .words = probes_words,
	    .help = "hello: is the large ClientHello of today's clients "
		    "(X25519MLKEM768) answered, whole and in two segments? "
		    "On with --faces all (default: none)" },
};

static const struct option_row change_rows[] = {
	{ .name = "list-name",
	    .argument = "NAME",
	    .kind = OPTION_STRING,
	    .offset = OPTION(list_name),
	    .help = "what a list from standard input is called in history and "
		    "comparisons (default: -)" },
	{ .name = "diff-last",
	    .kind = OPTION_FLAG,
	    .offset = OPTION(diff_last),
	    .help = "what changed since the last run of this list; with -q "
		    "a mail, and only if a host got worse" },
};

/* The proxy resolves the names, and connects as it likes. */
static bool
check_proxy(const struct command_options *options)
{
	const struct scan_options *scan = &options->scan;
	const char *why = NULL;

	if (scan->proxy.host == NULL)
		return true;
	if (scan->family != FAMILY_ANY)
		why = "the proxy chooses between IPv4 and IPv6: -4 and -6 "
		      "cannot";
	else if (scan->all_addresses)
		why = "the proxy resolves the names: --all-ips has no "
		      "addresses";
	else if (scan->resolver_count > 0)
		why = "the proxy resolves the names: --resolver asks for none";
	if (why != NULL)
		options_complain("scan", "--proxy", why);
	return why == NULL;
}

static bool
check_diff_last(const struct command_options *options)
{
	const char *why = NULL;

	if (options->json)
		why = "prints words, and --json records: ask for one of them";
	else if (options->lists.count == 0)
		why = "compares runs of a list: name it with -l FILE";
	else if (!report_formats_have(options->formats, "ndjson"))
		why = "compares records, which the next run needs too: let -f "
		      "have ndjson";
	if (why != NULL)
		options_complain("scan", "--diff-last", why);
	return why == NULL;
}

/* Options that exclude or need one another. */
static bool
check(const struct command_options *options, bool has_arguments)
{
	if (!has_arguments && options->lists.count == 0 && !options->resume) {
		options_complain("scan", "no targets",
		    "name hosts, or a list of them with -l FILE");
		return false;
	}
	if (options->resume && options->directory == NULL) {
		options_complain("scan", "--resume",
		    "needs the interrupted run's directory, -o DIR");
		return false;
	}
	if (!check_proxy(options) ||
	    (options->diff_last && !check_diff_last(options)))
		return false;
	if (options->scan.mx && options->starttls != NULL &&
	    strcmp(options->starttls, "smtp") != 0) {
		options_complain("scan", "--mx", "goes with smtp alone");
		return false;
	}
	return judge_options_check(options, "scan");
}

static void
list_groups(
    struct command_options *options, struct option_group groups[GROUP_COUNT])
{
	groups[0] = (struct option_group){ "Targets", target_rows,
		COUNT(target_rows), options };
	groups[1] = (struct option_group){ "Probing", probe_rows,
		COUNT(probe_rows), options };
	groups[2] = trust_group(options);
	groups[3] = found_group(options, true);
	groups[4] = judge_group(options);
	groups[5] = client_group(options);
	groups[6] = output_group(options);
	groups[7] = (struct option_group){ "Changes", change_rows,
		COUNT(change_rows), options };
}

struct resume_option *
scan_options_list(struct arena *arena, size_t *count)
{
	struct option_group groups[GROUP_COUNT];
	struct command_options unused;
	struct resume_option *options;
	char name[64];
	size_t most = 0;

	command_options_init(&unused);
	list_groups(&unused, groups);
	for (size_t i = 0; i < GROUP_COUNT; i++)
		most += groups[i].count;
	options = arena_array(arena, most, sizeof(*options));
	*count = 0;
	for (size_t i = 0; i < GROUP_COUNT; i++)
		for (size_t k = 0; k < groups[i].count; k++) {
			const struct option_row *row = &groups[i].rows[k];

			options[(*count)++] = (struct resume_option){
				.name = arena_string(
				    arena, option_row_name(row, name)),
				.is_path = row->is_path,
				.repeats = row->kind == OPTION_LIST ||
					   row->kind == OPTION_FUNCTION,
				.has_secret = row->kept != NULL,
			};
		}
	return options;
}

/* auto/N means another part where the batch system is another. */
static void
name_shard(struct command_options *options)
{
	snprintf(options->shard_text, sizeof(options->shard_text), "%u/%u",
	    options->shard.index, options->shard.count);
	for (size_t i = 0; i < options->given.count; i++) {
		struct given_option *option = &options->given.items[i];

		if (option->row->parse == parse_shard)
			option->value = options->shard_text;
	}
}

static bool
has_given(const struct command_options *options, const char *name)
{
	for (size_t i = 0; i < options->given.count; i++)
		if (string_equal(options->given.items[i].row->name, name))
			return true;
	return false;
}

int
scan_options_parse(struct command_options *options, int argc, char **argv)
{
	struct option_group groups[GROUP_COUNT];
	const struct usage usage = {
		.command = "scan",
		.synopsis = "scan [options] [-l FILE]... [HOST]...",
		.about = "Probes every target, judges what it sends, and "
			 "writes a run directory. A target is HOST, "
			 "HOST:PORT, [IPv6]:PORT, an address, a CIDR block "
			 "or a URL.",
		.example = "  fleetscan scan -l hosts.txt -o reports/tonight\n"
			   "  fleetscan scan --resume -o reports/tonight\n"
			   "  fleetscan scan www.example.com\n"
			   "  fleetscan scan --config nightly.conf --keep 30\n",
		.groups = groups,
		.group_count = GROUP_COUNT,
		.file = &options->file,
		.given = &options->given,
	};
	int first;

	list_groups(options, groups);
	first = options_parse(&usage, argc, argv);
	name_shard(options);
	if (first >= 0 && options->scan.mx && options->starttls == NULL)
		options->starttls = "smtp";
	options->scan.greeting_ms =
	    has_given(options, "timeout") ? 0 : GREETING_MS;
	if (first >= 0 && !check(options, first < argc))
		return OPTIONS_WRONG;
	return first;
}
