/*
 * A row for each protocol: how a whole reply is told from a part of one, and
 * the steps.  A reader of replies turns each into a line that begins with its
 * code; the steps name the codes that go on.  Sources: RFC 5321 4.2 (SMTP),
 * 2033, 3501, 1939, 5804, 959, 3977, 6120, 4511, 1459; the protocol manuals of
 * PostgreSQL ("SSL Session Encryption") and MariaDB ("Connecting"); MS-RDPBCGR
 * 2.2.1.1.
 */
#include "scan/starttls.h"

#include <stdio.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "scan/starttls_binary.h"

enum {
	SHORT_PATIENCE_MS = 5000,
	MOST_STEPS = 4,
	EARLY_MOST = 80,
	FOREIGN_MOST = 80, /* octets shown of another protocol */
	NO_STEP = 0
};

/* Sent when the step begins; then its reply is read. */
struct dialogue_step {
	const char *name;    /* for people: "refuses NAME" */
	const char *sends;   /* NULL: the server speaks first */
	const char *accepts; /* codes, "|" between them; NULL: no reply comes */
	const char *evades;  /* codes after which `evasion` is the next step */
	unsigned char evasion;
	unsigned char next; /* NO_STEP: the next octets are TLS */
	unsigned char size; /* of what is sent, where it is no string */
	unsigned patience_ms;
};

struct dialogue {
	const char *title;
	/*
	 * A whole reply at the beginning of `came` and what it says, a line
	 * with its code first, as an allocated text: its octets; 0, there is
	 * more to come; STARTTLS_WRONG_REPLY.  An empty line is no reply to the
	 * step.
	 */
	long (*read)(struct starttls *, struct bytes came, struct text *line);
	struct dialogue_step steps[MOST_STEPS];
	const char *passes; /* codes of what may be gone at the next attempt */
	char line_end;	    /* a reply ends only with one; 0: it may anywhere */
	bool greets_slowly;
};

/* Lines */

/* The line at `from` without its end; false: it has none yet. */
static bool
next_line(struct bytes came, size_t *from, struct bytes *line)
{
	const uint8_t *begin = came.data + *from;
	const uint8_t *end = memchr(begin, '\n', came.size - *from);

	if (end == NULL)
		return false;
	*line = bytes_of(begin, (size_t)(end - begin));
	if (line->size > 0 && begin[line->size - 1] == '\r')
		line->size--;
	*from = (size_t)(end + 1 - came.data);
	return true;
}

static bool
begins(struct bytes line, const char *prefix)
{
	size_t size = strlen(prefix);

	return line.size >= size &&
	       strncasecmp((const char *)line.data, prefix, size) == 0;
}

static bool
is_code(struct bytes line)
{
	if (line.size < 3)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (line.data[i] < '0' || line.data[i] > '9')
			return false;
	return line.size == 3 || line.data[3] == ' ' || line.data[3] == '-';
}

/* Does the line begin with one of "a|b", and no longer word? */
static bool
is_one_of(const char *line, const char *codes)
{
	size_t size;

	for (; codes != NULL && *codes != '\0';
	     codes += size + (codes[size] == '|')) {
		size = strcspn(codes, "|");
		if (strncasecmp(line, codes, size) == 0 &&
		    (line[size] == '\0' || strchr(" ([>/:-", line[size])))
			return true;
	}
	return false;
}

/* "NNN-" on each line but the last, all with the same code. */
static long
read_smtp(struct starttls *starttls, struct bytes came, struct text *line)
{
	struct bytes one, first = { NULL, 0 };
	size_t size = 0;

	(void)starttls;
	while (next_line(came, &size, &one)) {
		if (!is_code(one) ||
		    (first.size > 0 && memcmp(first.data, one.data, 3) != 0))
			return STARTTLS_WRONG_REPLY;
		first = one;
		if (one.size > 3 && one.data[3] == '-')
			continue;
		text_append_bytes(line, one);
		return (long)size;
	}
	return 0;
}

/* RFC 959 4.2: between "NNN-" and "NNN " any text may stand. */
static long
read_ftp(struct starttls *starttls, struct bytes came, struct text *line)
{
	struct bytes one, first = { NULL, 0 };
	size_t size = 0;

	(void)starttls;
	while (next_line(came, &size, &one)) {
		if (first.size == 0) {
			first = one;
			if (!is_code(one))
				return STARTTLS_WRONG_REPLY;
		}
		if (!is_code(one) || memcmp(first.data, one.data, 3) != 0 ||
		    (one.size > 3 && one.data[3] == '-'))
			continue;
		text_append_bytes(line, one);
		return (long)size;
	}
	return 0;
}

static long
read_nntp(struct starttls *starttls, struct bytes came, struct text *line)
{
	struct bytes one;
	size_t size = 0;

	(void)starttls;
	if (!next_line(came, &size, &one))
		return 0;
	if (!is_code(one))
		return STARTTLS_WRONG_REPLY;
	text_append_bytes(line, one);
	return (long)size;
}

static long
read_pop3(struct starttls *starttls, struct bytes came, struct text *line)
{
	struct bytes one;
	size_t size = 0;

	(void)starttls;
	if (!next_line(came, &size, &one))
		return 0;
	if (!begins(one, "+OK") && !begins(one, "-ERR"))
		return STARTTLS_WRONG_REPLY;
	text_append_bytes(line, one);
	return (long)size;
}

/*
 * "{12}" or "{12+}" at the end of a line: so many octets follow, which may
 * have line ends, and then the line goes on.  False: not all have come.
 */
static bool
skip_literal(struct bytes came, size_t *from, struct bytes line, bool *is_one)
{
	size_t count = 0, at = line.size;

	*is_one = false;
	if (at == 0 || line.data[--at] != '}')
		return true;
	if (at > 0 && line.data[at - 1] == '+')
		at--;
	while (at > 0 && line.data[at - 1] >= '0' && line.data[at - 1] <= '9')
		at--;
	if (at == 0 || line.data[at - 1] != '{')
		return true;
	*is_one = true;
	for (; line.data[at] >= '0' && line.data[at] <= '9'; at++)
		if (count <= STARTTLS_REPLY_MOST)
			count = count * 10 + (line.data[at] - '0');
	if (count > came.size - *from)
		return false;
	*from += count;
	return true;
}

/* The line that ends the reply; what stands before it are lines of data. */
static long
read_to_final(struct bytes came, struct text *line,
    bool (*is_final)(struct bytes), bool (*is_data)(struct bytes))
{
	bool goes_on = false, is_literal;
	struct bytes one;
	size_t size = 0;

	while (next_line(came, &size, &one)) {
		if (!goes_on && is_final(one)) {
			text_append_bytes(line, one);
			return (long)size;
		}
		if (!goes_on && !is_data(one))
			return STARTTLS_WRONG_REPLY;
		if (!skip_literal(came, &size, one, &is_literal))
			return 0;
		goes_on = is_literal;
	}
	return 0;
}

static bool
is_tagged(struct bytes line)
{
	return begins(line, "a ");
}

static bool
is_untagged(struct bytes line)
{
	return begins(line, "* ");
}

/* The greeting is an untagged line; the answer to "a" comes after such. */
static long
read_imap(struct starttls *starttls, struct bytes came, struct text *line)
{
	return read_to_final(came, line,
	    starttls->step == 0 ? is_untagged : is_tagged, is_untagged);
}

static bool
is_sieve_status(struct bytes line)
{
	static const char *const words[] = { "OK", "NO", "BYE" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t size = strlen(words[i]);

		if (begins(line, words[i]) &&
		    (line.size == size || strchr(" (", line.data[size])))
			return true;
	}
	return false;
}

static bool
is_sieve_data(struct bytes line)
{
	return begins(line, "\"") || begins(line, "{");
}

static long
read_sieve(struct starttls *starttls, struct bytes came, struct text *line)
{
	(void)starttls;
	return read_to_final(came, line, is_sieve_status, is_sieve_data);
}

/* ":source COMMAND rest", the source left out. */
static struct bytes
without_source(struct bytes line)
{
	const uint8_t *space;

	if (line.size == 0 || line.data[0] != ':')
		return line;
	space = memchr(line.data, ' ', line.size);
	if (space == NULL)
		return bytes_of(line.data, 0);
	return bytes_of(space + 1, line.size - (size_t)(space + 1 - line.data));
}

/*
 * Each line is a message.  Notices and whatever else a server sends to a
 * client that has not registered is passed over; a PING must be answered.
 */
static long
read_irc(struct starttls *starttls, struct bytes came, struct text *line)
{
	struct bytes one;
	size_t size = 0;

	if (!next_line(came, &size, &one))
		return 0;
	one = without_source(one);
	if (begins(one, "PING ")) {
		text_append(starttls->out, "PONG ");
		text_append_bytes(
		    starttls->out, bytes_of(one.data + 5, one.size - 5));
		text_append(starttls->out, "\r\n");
	} else if (begins(one, "CAP ")) {
		starttls->offers_tls =
		    starttls->offers_tls ||
		    memmem(one.data, one.size, "tls", 3) != NULL;
		/* "CAP * LS * :..." goes on in another line. */
		if (memmem(one.data, one.size, "LS * ", 5) == NULL)
			text_append_bytes(line, one);
	} else if (begins(one, "ERROR ") || is_code(one)) {
		text_append_bytes(line, one);
	}
	return (long)size;
}

/* XMPP */

/* Where `text` begins behind `from`, or the size. */
static size_t
find(struct bytes came, size_t from, const char *text)
{
	const uint8_t *at = from >= came.size
				? NULL
				: memmem(came.data + from, came.size - from,
				      text, strlen(text));

	return at == NULL ? came.size : (size_t)(at - came.data);
}

/* White space is let pass between the elements of a stream (RFC 6120 11.7). */
static struct bytes
without_space(struct bytes came)
{
	while (came.size > 0 && came.data[0] != '\0' &&
	       strchr(" \t\r\n", came.data[0]) != NULL)
		came = bytes_of(came.data + 1, came.size - 1);
	return came;
}

/*
 * An element is whole at its own end, "/>" of an empty one or "</NAME>".
 * *inside is what it holds.  0: it is not whole, or does not begin yet.
 */
static long
read_element(struct bytes came, const char *name, struct bytes *inside)
{
	size_t begin = find(came, 0, name), close, end;
	char last[32];

	if (begin == came.size)
		return 0;
	close = find(came, begin, ">");
	if (close == came.size)
		return 0;
	*inside = bytes_of(came.data + close + 1, 0);
	if (came.data[close - 1] == '/')
		return (long)close + 1;
	snprintf(last, sizeof(last), "</%s>", name + 1);
	end = find(came, close, last);
	if (end == came.size)
		return 0;
	inside->size = end - close - 1;
	return (long)(end + strlen(last));
}

static long
read_xmpp(struct starttls *starttls, struct bytes came, struct text *line)
{
	static const char *const names[] = { "<stream:features", "<proceed",
		"<failure", "<stream:error" };
	struct bytes inside, start = without_space(came);
	size_t end;
	long size;

	(void)starttls;
	if (start.size > 0 && start.data[0] != '<')
		return STARTTLS_WRONG_REPLY;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size = read_element(came, names[i], &inside);
		if (size == 0)
			continue;
		text_append(line, names[i] + 1);
		/* RFC 6120 4.9.2: the condition is the name of the first
		   element. */
		end = find(inside, 1, " ");
		if (find(inside, 1, "/") < end)
			end = find(inside, 1, "/");
		if (strcmp(names[i], "<stream:error") == 0 && inside.size > 1) {
			text_append_char(line, ' ');
			text_append_bytes(
			    line, bytes_of(inside.data + 1, end - 1));
			text_printf(line, " (asked for the domain %s)",
			    starttls->domain);
		}
		return size;
	}
	return 0;
}

/* The rows */

#define XMPP_STREAM(namespace)                                                \
	"<?xml version='1.0'?><stream:stream xmlns='" namespace "' "          \
								"xmlns:"      \
								"stream='"    \
								"http://"     \
								"etherx."     \
								"jabber.org/" \
								"streams' "   \
								"to='%s' "    \
								"version='1." \
								"0'>"
#define XMPP_STARTTLS "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

static const struct dialogue dialogues[] = {
	[STARTTLS_SMTP] = { "SMTP", read_smtp,
	    { { "the connection", NULL, "220", .next = 1 },
		{ "EHLO", "EHLO %s\r\n", "250", "500|501|502|504", 3,
		    .next = 2 },
		{ "STARTTLS", "STARTTLS\r\n", .accepts = "220" },
		{ "HELO", "HELO %s\r\n", "250", "500|501|502|503|504", 2,
		    .next = 2 } },
	    .passes = "421", .line_end = '\n', .greets_slowly = true },
	[STARTTLS_LMTP] = { "LMTP", read_smtp,
	    { { "the connection", NULL, "220", .next = 1 },
		{ "LHLO", "LHLO %s\r\n", "250", .next = 2 },
		{ "STARTTLS", "STARTTLS\r\n", .accepts = "220" } },
	    .passes = "421", .line_end = '\n' },
	[STARTTLS_IMAP] = { "IMAP", read_imap,
	    { { "the connection", NULL, "* OK", .next = 1 },
		{ "STARTTLS", "a STARTTLS\r\n", .accepts = "a OK" } },
	    .line_end = '\n' },
	[STARTTLS_POP3] = { "POP3", read_pop3,
	    { { "the connection", NULL, "+OK", .next = 1 },
		{ "STLS", "STLS\r\n", .accepts = "+OK" } },
	    .line_end = '\n' },
	[STARTTLS_SIEVE] = { "ManageSieve", read_sieve,
	    { { "the connection", NULL, "OK", .next = 1 },
		{ "STARTTLS", "STARTTLS\r\n", .accepts = "OK" } },
	    .line_end = '\n' },
	[STARTTLS_FTP] = { "FTP", read_ftp,
	    { { "the connection", NULL, "220", .next = 1 },
		{ "AUTH TLS", "AUTH TLS\r\n", "234", "500|504", .evasion = 2 },
		{ "AUTH TLS and AUTH SSL", "AUTH SSL\r\n",
		    .accepts = "234|334" } },
	    .passes = "421", .line_end = '\n' },
	[STARTTLS_NNTP] = { "NNTP", read_nntp,
	    { { "the connection", NULL, "200|201", .next = 1 },
		{ "STARTTLS", "STARTTLS\r\n", "382", "401", .evasion = 2 },
		{ "MODE READER", "MODE READER\r\n", "200|201", .next = 3 },
		{ "STARTTLS", "STARTTLS\r\n", .accepts = "382" } },
	    .passes = "400", .line_end = '\n' },
	[STARTTLS_XMPP_CLIENT] = { "XMPP", read_xmpp,
	    { { "the stream", XMPP_STREAM("jabber:client"), "stream:features",
		  .next = 1 },
		{ "STARTTLS", XMPP_STARTTLS, .accepts = "proceed" } },
	    .line_end = '>' },
	[STARTTLS_XMPP_SERVER] = { "XMPP", read_xmpp,
	    { { "the stream", XMPP_STREAM("jabber:server"), "stream:features",
		  .next = 1 },
		{ "STARTTLS", XMPP_STARTTLS, .accepts = "proceed" } },
	    .line_end = '>' },
	[STARTTLS_LDAP] = { "LDAP", starttls_read_ldap,
	    .steps = { { "StartTLS",
		"\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
		"1.3.6.1.4.1.1466.20037",
		"0", .size = 31 } } },
	/* Old servers know no CAP; those that offer no TLS do not answer to
	   STARTTLS before a client has registered. */
	[STARTTLS_IRC] = { "IRC", read_irc,
	    { { "CAP LS", "CAP LS 302\r\n", "CAP", "421|451|410", 1,
		  .next = 1 },
		{ "STARTTLS", "STARTTLS\r\n", "670",
		    .patience_ms = SHORT_PATIENCE_MS } },
	    .line_end = '\n' },
	[STARTTLS_POSTGRES] = { "PostgreSQL", starttls_read_postgres,
	    .steps = { { "TLS", "\x00\x00\x00\x08\x04\xd2\x16\x2f", "S",
		.size = 8 } } },
	/* CLIENT_SSL, PROTOCOL_41 and SECURE_CONNECTION; utf8mb4. */
	[STARTTLS_MYSQL] = { "MySQL", starttls_read_mysql,
	    { { "TLS", NULL, "10", .next = 1 },
		{ "TLS",
		    "\x20\x00\x00\x01\x00\x8a\x00\x00\x00\x00\x00\x01\x2d"
		    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		    .size = 36 } },
	    .passes = "error 1040" },
	/* TLS or CredSSP, which begins with TLS. */
	[STARTTLS_RDP] = { "RDP", starttls_read_rdp,
	    .steps = { { "TLS",
		"\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08"
		"\x00\x03\x00\x00\x00",
		"1|2|8", .size = 19 } } },
};

_Static_assert(sizeof(dialogues) / sizeof(dialogues[0]) == STARTTLS_COUNT,
    "each protocol has its dialogue");

/* Going through the steps */

static const struct dialogue_step *
current(const struct starttls *starttls)
{
	return &starttls->dialogue->steps[starttls->step];
}

/* As many octets as fit, each that is not printable ASCII as \HH. */
static void
make_printable(char *to, size_t size, struct bytes octets)
{
	size_t at = 0;

	for (size_t i = 0; i < octets.size && at + 3 < size; i++)
		if (octets.data[i] >= ' ' && octets.data[i] < 0x7f)
			to[at++] = (char)octets.data[i];
		else
			at += (size_t)snprintf(
			    to + at, size - at, "\\%02X", octets.data[i]);
	to[at] = '\0';
}

static void
keep_words(struct starttls *starttls, struct bytes said)
{
	make_printable(starttls->words, sizeof(starttls->words), said);
}

static void
send_step(struct starttls *starttls)
{
	const struct dialogue_step *step = current(starttls);
	bool is_to_domain = starttls->dialogue->read == read_xmpp;

	starttls->ends = 0;
	if (step->sends == NULL)
		return;
	if (step->size > 0)
		text_append_bytes(
		    starttls->out, bytes_of(step->sends, step->size));
	else if (strstr(step->sends, "%s") == NULL)
		text_append(starttls->out, step->sends);
	else
		text_printf(starttls->out, step->sends,
		    is_to_domain ? starttls->domain : starttls->own);
}

void
starttls_begin(struct starttls *starttls, enum starttls_protocol protocol,
    const char *domain, const char *own, struct text *out)
{
	starttls->dialogue = &dialogues[protocol];
	starttls->domain = domain;
	starttls->step = 0;
	starttls->out = out;
	starttls->words[0] = '\0';
	starttls->offers_tls = false;
	starttls->early_count = 0;
	text_clear(&starttls->reply);
	/* RFC 5321 4.1.3: an address literal is a name for EHLO. */
	snprintf(starttls->own, sizeof(starttls->own), "[%s%s]",
	    strchr(own, ':') != NULL ? "IPv6:" : "", own);
	send_step(starttls);
}

static enum starttls_state
fail_refused(struct starttls *starttls, struct failure *failure)
{
	failure_set(failure, STATUS_STARTTLS_ERROR, "server refuses %s: %s",
	    current(starttls)->name, starttls->words);
	failure->may_pass =
	    is_one_of(starttls->words, starttls->dialogue->passes);
	return STARTTLS_FAILED;
}

static enum starttls_state
fail_foreign(struct starttls *starttls, struct failure *failure)
{
	keep_words(starttls,
	    bytes_of(starttls->reply.data, starttls->reply.size < FOREIGN_MOST
					       ? starttls->reply.size
					       : FOREIGN_MOST));
	failure_set(failure, STATUS_PROTOCOL_ERROR,
	    "the server does not speak %s here; it says: %s",
	    starttls->dialogue->title, starttls->words);
	return STARTTLS_FAILED;
}

/* A whole reply is there. */
static enum starttls_state
take_reply(
    struct starttls *starttls, struct bytes line, struct failure *failure)
{
	const struct dialogue_step *step = current(starttls);

	keep_words(starttls, line);
	if (is_one_of(starttls->words, step->accepts)) {
		if (step->next == NO_STEP)
			return STARTTLS_READY;
		starttls->step = step->next;
	} else if (is_one_of(starttls->words, step->evades)) {
		starttls->step = step->evasion;
	} else {
		return fail_refused(starttls, failure);
	}
	send_step(starttls);
	return current(starttls)->accepts == NULL ? STARTTLS_READY
						  : STARTTLS_WAITS;
}

static bool
is_over_long(struct starttls *starttls, struct bytes input)
{
	const char end = starttls->dialogue->line_end;

	for (size_t i = 0; i < input.size && end != '\0'; i++)
		starttls->ends += input.data[i] == (uint8_t)end;
	return starttls->ends > STARTTLS_LINES_MOST ||
	       starttls->reply.size + input.size > STARTTLS_REPLY_MOST;
}

enum starttls_state
starttls_input(struct starttls *starttls, struct bytes input, struct text *out,
    struct failure *failure)
{
	const char end = starttls->dialogue->line_end;
	enum starttls_state state = STARTTLS_WAITS;
	struct text line = { .size = 0 };
	struct bytes came;
	size_t taken = 0;
	long size;

	starttls->out = out;
	if (is_over_long(starttls, input)) {
		failure_set(failure, STATUS_STARTTLS_ERROR,
		    "the server's reply to %s is over 64 KiB or 1000 lines",
		    current(starttls)->name);
		return STARTTLS_FAILED;
	}
	text_append_bytes(&starttls->reply, input);
	/* So that a reply that comes octet by octet is not read as often. */
	if (end != '\0' && memchr(input.data, end, input.size) == NULL)
		return STARTTLS_WAITS;
	while (state == STARTTLS_WAITS && taken < starttls->reply.size) {
		came = bytes_of(
		    starttls->reply.data + taken, starttls->reply.size - taken);
		text_clear(&line);
		size = starttls->dialogue->read(starttls, came, &line);
		if (size == 0)
			break;
		if (size == STARTTLS_WRONG_REPLY) {
			state = fail_foreign(starttls, failure);
			break;
		}
		taken += (size_t)size;
		if (line.size > 0)
			state = take_reply(
			    starttls, bytes_of(line.data, line.size), failure);
	}
	text_free(&line);
	came = bytes_of(
	    starttls->reply.data + taken, starttls->reply.size - taken);
	memmove(starttls->reply.data, came.data, came.size);
	starttls->reply.size = came.size;
	return state;
}

bool
starttls_was_answered(const struct starttls *starttls)
{
	return current(starttls)->accepts != NULL;
}

/*
 * Octets behind the go-ahead came in plain text and are no part of TLS: an
 * attacker on the way could have put them there.  One whole alert is the
 * exception: the server's TLS could not begin (dovecot 2.4).
 */
enum starttls_state
starttls_take_early(
    struct starttls *starttls, struct bytes more, struct failure *failure)
{
	static const uint8_t alert[] = { 21, 3 };
	struct bytes early;

	text_append_bytes(&starttls->reply, more);
	early = bytes_of(starttls->reply.data, starttls->reply.size);
	if (starttls->dialogue->read == read_xmpp)
		early = without_space(early);
	starttls->early_count = early.size;
	make_printable(starttls->early, sizeof(starttls->early),
	    bytes_of(
		early.data, early.size < EARLY_MOST ? early.size : EARLY_MOST));
	if (early.size != 7 || memcmp(early.data, alert, 2) != 0 ||
	    early.data[3] != 0 || early.data[4] != 2)
		return STARTTLS_READY;
	failure_set(failure, STATUS_STARTTLS_ERROR,
	    "the server agrees to %s and then sends the TLS alert %u",
	    current(starttls)->name, early.data[6]);
	return STARTTLS_FAILED;
}

bool
starttls_awaits_slow_greeting(const struct starttls *starttls)
{
	return starttls->step == 0 && starttls->dialogue->greets_slowly;
}

unsigned
starttls_patience_ms(const struct starttls *starttls)
{
	return current(starttls)->patience_ms;
}

/* "; it began: ..." where a part of a reply has come. */
static const char *
partial(struct starttls *starttls)
{
	keep_words(
	    starttls, bytes_of(starttls->reply.data, starttls->reply.size));
	return starttls->words[0] == '\0' ? "" : "; it began: ";
}

void
starttls_silence(
    struct starttls *starttls, uint64_t waited_ms, struct failure *failure)
{
	const struct dialogue_step *step = current(starttls);
	const char *began = partial(starttls);
	/* To a tenth. */
	double seconds = round((double)waited_ms / 100) / 10;

	if (step->sends == NULL)
		failure_set(failure, STATUS_IO_TIMEOUT,
		    "no %s greeting in %g s%s%s", starttls->dialogue->title,
		    seconds,
		    *began != '\0' ? began
				   : " (a server that speaks TLS from the "
				     "first octet sends none)",
		    starttls->words);
	else
		failure_set(failure,
		    step->patience_ms > 0 && !starttls->offers_tls
			? STATUS_STARTTLS_ERROR
			: STATUS_IO_TIMEOUT,
		    "no reply to %s in %g s%s%s%s", step->name, seconds,
		    step->patience_ms > 0 && !starttls->offers_tls
			? ": the server does not offer it"
			: "",
		    began, starttls->words);
}

void
starttls_ended(
    struct starttls *starttls, int stream_code, struct failure *failure)
{
	const struct dialogue_step *step = current(starttls);
	const char *began = partial(starttls);
	struct failure stream;

	failure_of_stream(&stream, stream_code);
	failure_set(failure, stream.status,
	    "the server %s the connection %s %s%s%s",
	    stream.status == STATUS_CONNECTION_CLOSED ? "closed" : "reset",
	    step->sends == NULL ? "before" : "instead of a reply to",
	    step->sends == NULL ? "its greeting" : step->name, began,
	    starttls->words);
	/* Overloaded servers do that too. */
	failure->may_pass = stream.may_pass || starttls->reply.size == 0;
}

void
starttls_end(struct starttls *starttls)
{
	text_free(&starttls->reply);
	starttls->dialogue = NULL;
}
