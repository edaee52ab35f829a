/*
 * A record read back and written again gives the same octets, whatever octets
 * hosts put into it, and a line that is no record is refused with a reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "model/result.h"

enum { RANDOM_RESULTS = 2000, MOST_ELEMENTS = 4 };

/* xorshift64: the same results every time. */
static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

struct maker {
	struct arena *arena;
	uint64_t state;
};

static size_t
choose(struct maker *maker, size_t count)
{
	return next_random(&maker->state) % count;
}

static bool
toss(struct maker *maker)
{
	return choose(maker, 2) == 0;
}

/* Clean UTF-8, as the contract says, but not safe to write without escaping. */
static const char *const hostile[] = {
	"",
	"plain.example.com",
	"CN=\"quoted\", O=back\\slash",
	"\\00escaped\\1B",
	"tab\there, line\nthere, return\r",
	"=HYPERLINK(\"http://x\")",
	"</script><b>",
	"\x01\x1f\x7f",
	"\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x92",
	"\xe2\x80\xae\xd7\xa9",
	"a,b;c",
	"{\"schema\":\"fleetscan/1\"}",
	"\\u0000",
	"null",
};

static const char *
make_string(struct maker *maker)
{
	return hostile[choose(maker, sizeof(hostile) / sizeof(hostile[0]))];
}

static const char *
make_optional(struct maker *maker)
{
	return toss(maker) ? NULL : make_string(maker);
}

static const char **
make_strings(struct maker *maker, size_t *count)
{
	const char **strings =
	    arena_array(maker->arena, MOST_ELEMENTS, sizeof(char *));

	*count = choose(maker, MOST_ELEMENTS + 1);
	for (size_t i = 0; i < *count; i++)
		strings[i] = make_string(maker);
	return strings;
}

static void
make_digest(struct maker *maker, struct digest *digest)
{
	for (size_t i = 0; i < sizeof(digest->octets); i++)
		digest->octets[i] = (uint8_t)choose(maker, 256);
}

static double
make_milliseconds(struct maker *maker)
{
	if (toss(maker))
		return -1;
	return (double)choose(maker, 100000000) / 7;
}

/* Years 1653 to 2286, and far outside. */
static int64_t
make_time(struct maker *maker)
{
	if (choose(maker, 8) == 0)
		return toss(maker) ? INT64_MIN / 2 : INT64_MAX / 2;
	return (int64_t)choose(maker, 20000000000) - 10000000000;
}

static void
make_offers(struct maker *maker, struct tls_facts *tls)
{
	struct offer_answer *offers =
	    arena_array(maker->arena, OFFER_MOST_ANSWERS, sizeof(*offers));

	tls->offers = offers;
	tls->offer_count = choose(maker, OFFER_MOST_ANSWERS + 1);
	for (size_t i = 0; i < tls->offer_count; i++) {
		struct digest *received =
		    arena_array(maker->arena, MOST_ELEMENTS, sizeof(*received));

		offers[i] = (struct offer_answer){
			.offer = choose(maker, OFFER_BIT(OFFER_KIND_COUNT)),
			.reply = (enum offer_reply)choose(maker, 3),
			.chosen = { .version = make_optional(maker),
			    .cipher = make_optional(maker),
			    .mac = make_optional(maker),
			    .group = make_optional(maker) },
			.error = make_optional(maker),
			.received = received,
			.received_count = choose(maker, MOST_ELEMENTS + 1),
		};
		for (size_t at = 0; at < offers[i].received_count; at++)
			make_digest(maker, &received[at]);
	}
}

static void
make_failure(struct maker *maker, struct tls_facts *tls)
{
	struct tls_alert *alerts =
	    arena_array(maker->arena, MOST_ELEMENTS, sizeof(*alerts));

	tls->alerts = alerts;
	tls->alert_count = choose(maker, MOST_ELEMENTS + 1);
	for (size_t i = 0; i < tls->alert_count; i++)
		alerts[i] = (struct tls_alert){ toss(maker), make_string(maker),
			(enum handshake_stage)choose(maker, STAGE_COUNT) };
	tls->failed_by =
	    (enum handshake_failer)choose(maker, FAILED_BY_LIBRARY + 1);
	tls->failed_at = (enum handshake_stage)choose(maker, STAGE_COUNT);
}

static enum hello_answer
make_answer(struct maker *maker)
{
	return (enum hello_answer)choose(maker, HELLO_ANSWER_COUNT);
}

static void
make_hello(struct maker *maker, struct tls_facts *tls)
{
	if (!toss(maker))
		return;
	tls->big_hello = (struct big_hello){
		.sent = 1 + (unsigned)choose(maker, 2000),
		.answer = make_answer(maker),
		.split = make_answer(maker),
		.small = make_answer(maker),
		.group = toss(maker) ? hybrid_group : make_optional(maker),
		.alert = make_optional(maker),
	};
}

static void
make_observation(struct maker *maker, struct observation *seen)
{
	struct digest *received =
	    arena_array(maker->arena, MOST_ELEMENTS, sizeof(*received));

	*seen = (struct observation){
		.ordinal = choose(maker, 1000000000000),
		.input = make_string(maker),
		.host = make_optional(maker),
		.site = make_optional(maker),
		.ip = make_optional(maker),
		.sni = make_optional(maker),
		.starttls = make_optional(maker),
		.port = (uint16_t)choose(maker, 65536),
		.timestamp = make_time(maker),
		.status = (enum status)choose(maker, STATUS_COUNT),
		.error = make_optional(maker),
		.attempts = (unsigned)choose(maker, 5),
		.timing = { make_milliseconds(maker), make_milliseconds(maker),
		    make_milliseconds(maker) },
		.has_tls = toss(maker),
		.received = received,
		.received_count = choose(maker, MOST_ELEMENTS + 1),
	};
	seen->tags = make_strings(maker, &seen->tag_count);
	for (size_t i = 0; i < seen->received_count; i++)
		make_digest(maker, &received[i]);
	if (!seen->has_tls)
		return;
	seen->tls = (struct tls_facts){
		.version = make_optional(maker),
		.cipher = make_optional(maker),
		.mac = make_optional(maker),
		.group = make_optional(maker),
		.alpn = make_optional(maker),
		.client_cert_requested = toss(maker),
		.client_cert_required = toss(maker),
		.ocsp_stapled = toss(maker),
		.proof = toss(maker),
	};
	if (seen->tls.client_cert_requested)
		seen->tls.request_octets = (unsigned)choose(maker, 100000);
	make_failure(maker, &seen->tls);
	make_offers(maker, &seen->tls);
	make_hello(maker, &seen->tls);
	if (toss(maker))
		seen->tls.staple = bytes_from_string("\x30\xff\x01 staple");
	seen->tls.scts_asked = toss(maker);
	if (seen->tls.scts_asked && toss(maker))
		seen->tls.scts = bytes_from_string("\x01\xff list");
}

static void
make_leaf(struct maker *maker, struct leaf_facts *leaf)
{
	leaf->present = toss(maker);
	if (!leaf->present)
		return;
	make_digest(maker, &leaf->sha256);
	make_digest(maker, &leaf->spki_sha256);
	leaf->subject = make_optional(maker);
	leaf->subject_cn = make_optional(maker);
	leaf->names = make_strings(maker, &leaf->name_count);
	leaf->issuer = make_optional(maker);
	leaf->issuer_cn = make_optional(maker);
	leaf->serial = make_optional(maker);
	leaf->undated = choose(maker, 4) == 0;
	leaf->not_before = make_time(maker);
	leaf->not_after = make_time(maker);
	leaf->days_left = (int64_t)choose(maker, 100000) - 50000;
	leaf->key = make_optional(maker);
	leaf->signature = make_optional(maker);
}

static struct step *
make_steps(struct maker *maker, size_t *count)
{
	struct step *steps =
	    arena_array(maker->arena, MOST_ELEMENTS, sizeof(*steps));

	*count = choose(maker, MOST_ELEMENTS + 1);
	for (size_t i = 0; i < *count; i++) {
		make_digest(maker, &steps[i].sha256);
		steps[i].subject = make_optional(maker);
		steps[i].from = (enum source)choose(maker, SOURCE_COUNT);
		steps[i].where = make_optional(maker);
	}
	return steps;
}

/* Keys repeat: "missing" is told once a certificate. */
static void
make_evidence(struct maker *maker, struct finding *finding)
{
	static const char *const keys[] = { "missing", "where", "root" };
	struct evidence *list =
	    arena_array(maker->arena, MOST_ELEMENTS, sizeof(*list));

	finding->evidence = list;
	finding->evidence_count = choose(maker, MOST_ELEMENTS + 1);
	for (size_t i = 0; i < finding->evidence_count; i++) {
		list[i].key = keys[choose(maker, 3)];
		list[i].value = make_optional(maker);
	}
}

static void
make_findings(struct maker *maker, struct verdict *verdict)
{
	verdict->findings =
	    arena_array(maker->arena, MOST_ELEMENTS, sizeof(struct finding));
	verdict->finding_count = choose(maker, MOST_ELEMENTS + 1);
	for (size_t i = 0; i < verdict->finding_count; i++) {
		struct finding *finding = &verdict->findings[i];

		finding->id = make_string(maker);
		finding->cause = make_optional(maker);
		finding->severity =
		    (enum severity)choose(maker, SEVERITY_COUNT);
		finding->cert = (int)choose(maker, 4) - 1;
		finding->detail = make_optional(maker);
		make_evidence(maker, finding);
	}
}

static void
make_stores_and_clients(struct maker *maker, struct verdict *verdict)
{
	static const char *const names[] = { "system", "certifi", "java" };
	size_t count = choose(maker, 4);

	verdict->stores =
	    arena_array(maker->arena, 3, sizeof(struct store_verdict));
	verdict->clients =
	    arena_array(maker->arena, 3, sizeof(struct client_verdict));
	for (size_t i = 0; i < count; i++) {
		verdict->stores[i] =
		    (struct store_verdict){ names[i], toss(maker),
			    make_optional(maker), make_optional(maker) };
		verdict->clients[i] = (struct client_verdict){ names[i],
			(enum acceptance)choose(maker, 3),
			make_optional(maker) };
	}
	verdict->store_count = count;
	verdict->client_count = count;
}

static void
make_faces(struct maker *maker, struct result *result)
{
	struct verdict *verdict = &result->verdict;
	size_t count = choose(maker, FACES_MOST + 1);
	struct face *seen =
	    arena_array(maker->arena, FACES_MOST, sizeof(*seen));

	verdict->face_count = count;
	verdict->faces =
	    arena_array(maker->arena, FACES_MOST, sizeof(*verdict->faces));
	for (size_t i = 0; i < count; i++) {
		struct face_verdict *face = &verdict->faces[i];
		struct digest *received =
		    arena_array(maker->arena, 1, sizeof(*received));

		make_digest(maker, received);
		face->seen = (struct face){
			.offer =
			    (enum face_offer)choose(maker, FACE_OFFER_COUNT),
			.sni = make_optional(maker),
			.tls = { .version = make_optional(maker) },
			.received = received,
			.received_count = 1,
		};
		face->missing = make_steps(maker, &face->missing_count);
		face->class_id = (enum class_id)choose(maker, CLASS_COUNT);
		face->cause = make_optional(maker);
		face->clients = make_strings(maker, &face->client_count);
		face->subjects = make_strings(maker, &face->subject_count);
		seen[i] = face->seen;
	}
	result->seen.faces = seen;
	result->seen.face_count = count;
	result->seen.server_decides = toss(maker);
}

static void
make_result(struct maker *maker, struct result *result)
{
	struct verdict *verdict = &result->verdict;

	memset(result, 0, sizeof(*result));
	make_observation(maker, &result->seen);
	make_leaf(maker, &result->leaf);
	verdict->class_id = (enum class_id)choose(maker, CLASS_COUNT);
	verdict->cause = make_optional(maker);
	verdict->severity = (enum severity)choose(maker, SEVERITY_COUNT);
	make_findings(maker, verdict);
	verdict->path = make_steps(maker, &verdict->path_length);
	verdict->missing = make_steps(maker, &verdict->missing_count);
	verdict->aia_count = choose(maker, MOST_ELEMENTS + 1);
	verdict->aia =
	    arena_array(maker->arena, MOST_ELEMENTS, sizeof(*verdict->aia));
	for (size_t i = 0; i < verdict->aia_count; i++)
		verdict->aia[i] = (struct aia_lookup){ make_string(maker),
			make_string(maker), make_optional(maker) };
	make_stores_and_clients(maker, verdict);
	make_faces(maker, result);
	verdict->expired = toss(maker);
	verdict->self_signed = toss(maker);
	verdict->mismatched = toss(maker);
	verdict->untrusted = toss(maker);
	verdict->revoked = toss(maker);
}

static void
assert_reads_back(struct arena *arena, const struct text *line)
{
	struct text again = { NULL, 0, 0 };
	struct result result;
	const char *reason = NULL;

	if (!result_read(
		arena, bytes_of(line->data, line->size), &result, &reason))
		fail_msg("%s: %s", reason, line->data);
	assert_null(reason);
	result_write(&again, &result);
	assert_string_equal(again.data, line->data);
	assert_int_equal(again.size, line->size);
	text_free(&again);
}

static void
random_results_read_back(void **state)
{
	struct maker maker = { arena_new(), 0x9e3779b97f4a7c15 };
	struct text line = { NULL, 0, 0 };
	struct result result;

	(void)state;
	for (int i = 0; i < RANDOM_RESULTS; i++) {
		make_result(&maker, &result);
		text_clear(&line);
		result_write(&line, &result);
		assert_ptr_equal(
		    strchr(line.data, '\n'), line.data + line.size - 1);
		assert_reads_back(maker.arena, &line);
		arena_reset(maker.arena);
	}
	text_free(&line);
	arena_free(maker.arena);
}

static void
random_pending_read_back(void **state)
{
	static const struct bytes chain[MOST_ELEMENTS] = {
		{ (const uint8_t *)"\x30\x00", 2 },
		{ (const uint8_t *)"not a certificate", 17 },
		{ (const uint8_t *)"\x00\xff\x00", 3 },
		{ (const uint8_t *)"", 0 },
	};
	struct maker maker = { arena_new(), 42 };

	(void)state;
	for (int i = 0; i < RANDOM_RESULTS / 10; i++) {
		struct text line = { NULL, 0, 0 }, again = { NULL, 0, 0 };
		struct observation seen, read;
		const char *reason;

		make_observation(&maker, &seen);
		seen.received = NULL;
		seen.chain = chain;
		pending_write(&line, &seen);
		assert_true(pending_read(maker.arena,
		    bytes_of(line.data, line.size), &read, &reason));
		pending_write(&again, &read);
		assert_string_equal(again.data, line.data);
		text_free(&line);
		text_free(&again);
		arena_reset(maker.arena);
	}
	arena_free(maker.arena);
}

/* The contract's record with nothing optional in it, to the letter. */
static const char least[] =
    "{\"schema\":\"fleetscan/1\",\"ordinal\":7,\"input\":\"a b\","
    "\"host\":\"a "
    "b\",\"port\":443,\"site\":null,\"ip\":null,\"name_group\":null,\"sni\":"
    "null,"
    "\"starttls\":null,\"tags\":[],\"timestamp\":\"1970-01-01T00:00:00Z\","
    "\"status\":\"invalid-input\",\"error\":\"a name has no blanks\","
    "\"attempts\":0,\"timing\":{\"dns_ms\":null,\"connect_ms\":null,"
    "\"tls_ms\":null},\"tls\":null,\"dane\":null,\"class\":\"unreachable\","
    "\"cause\":\"invalid-input\",\"severity\":\"error\",\"findings\":[],"
    "\"leaf\":null,\"received\":[],\"path\":[],\"missing\":[],\"faces\":[],"
    "\"stores\":{},\"clients\":{},\"expired\":false,\"self_signed\":false,"
    "\"mismatched\":false,\"untrusted\":false,\"revoked\":false}\n";

static void
least_record_is_written_to_the_letter(void **state)
{
	struct text line = { NULL, 0, 0 };
	struct arena *arena = arena_new();
	struct result result = {
		.seen = {
			.ordinal = 7,
			.input = "a b",
			.host = "a b",
			.port = 443,
			.status = STATUS_INVALID_INPUT,
			.error = "a name has no blanks",
			.timing = { -1, -1, -1 },
		},
		.verdict = {
			.class_id = CLASS_UNREACHABLE,
			.cause = "invalid-input",
			.severity = SEVERITY_ERROR,
		},
	};

	(void)state;
	result_write(&line, &result);
	assert_string_equal(line.data, least);
	assert_reads_back(arena, &line);
	text_free(&line);
	arena_free(arena);
}

/* A change to the least record, and the reason it must be refused for. */
static const struct {
	const char *find, *replace, *reason;
} refused[] = {
	{ "fleetscan/1", "fleetscan/2", "schema: is not fleetscan/1" },
	{ "\"ordinal\":7,", "", "ordinal: is missing" },
	{ "\"ordinal\":7", "\"ordinal\":-7",
	    "ordinal: is not an integer in range" },
	{ "\"ordinal\":7", "\"ordinal\":7.5",
	    "ordinal: is not an integer in range" },
	{ "\"port\":443", "\"port\":70000",
	    "port: is not an integer in range" },
	{ "\"tags\":[]", "\"tags\":[1]", "tags: holds no string" },
	{ "\"tags\":[]", "\"tags\":null", "tags: is not an array" },
	{ "1970-01-01", "yesterday", "timestamp: is not a time" },
	{ "\"status\":\"invalid-input\"", "\"status\":\"odd\"",
	    "status: is no word of the list" },
	{ "\"class\":\"unreachable\"", "\"class\":\"odd\"",
	    "class: is no word of the list" },
	{ "\"received\":[]", "\"received\":[\"00\"]",
	    "received: holds no SHA-256 value" },
	{ "\"dns_ms\":null", "\"dns_ms\":\"1\"", "dns_ms: is not a number" },
	{ "\"revoked\":false", "\"revoked\":0",
	    "revoked: is not true or false" },
	{ "\"tls\":null", "\"tls\":[]", "tls: is not an object" },
};

static void
foreign_lines_are_refused(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const char *at = strstr(least, refused[i].find);
		struct text line = { NULL, 0, 0 };
		struct result result;
		const char *reason;

		assert_non_null(at);
		text_append_bytes(&line, bytes_of(least, (size_t)(at - least)));
		text_append(&line, refused[i].replace);
		text_append(&line, at + strlen(refused[i].find));
		assert_false(result_read(
		    arena, bytes_of(line.data, line.size), &result, &reason));
		assert_string_equal(reason, refused[i].reason);
		text_free(&line);
	}
	arena_free(arena);
}

static void
cut_lines_are_refused(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t size = 0; size < sizeof(least) - 2; size++) {
		struct result result;
		const char *reason = NULL;

		assert_false(result_read(
		    arena, bytes_of(least, size), &result, &reason));
		assert_non_null(reason);
	}
	arena_free(arena);
}

static void
endpoints_can_be_dialled(void **state)
{
	static const struct {
		const char *host;
		enum status status;
		const char *endpoint;
	} rows[] = {
		{ "a.example", STATUS_SUCCESS, "a.example:8443" },
		{ "192.0.2.1", STATUS_SUCCESS, "192.0.2.1:8443" },
		{ "2001:db8::1", STATUS_SUCCESS, "[2001:db8::1]:8443" },
		{ "a b", STATUS_INVALID_INPUT, "a b" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct result result = { .seen = { .host = rows[i].host,
					     .status = rows[i].status,
					     .port = 8443 } };

		assert_string_equal(
		    result_endpoint(arena, &result), rows[i].endpoint);
	}
	arena_free(arena);
}

static struct evidence waived[] = { { FINDING_WAIVED_UNTIL, "2027-01-31" } };

#define FOUND(word, why)                             \
	{                                            \
		.id = word, .cause = why, .cert = -1 \
	}
#define WAIVED(word, why)                                                 \
	{                                                                 \
		.id = word, .cause = why, .cert = -1, .evidence = waived, \
		.evidence_count = 1                                       \
	}

/* A class is waived when nothing of it is left. */
static void
waived_is_all_or_nothing(void **state)
{
	static struct {
		enum class_id class_id;
		const char *cause;
		struct finding findings[2];
		size_t count;
		bool waived, untrusted;
	} rows[] = {
		{ CLASS_OK, NULL, { WAIVED("expiring", "soon") }, 1, false,
		    false },
		{ CLASS_EXPIRED, "leaf_expired",
		    { FOUND("expired", "leaf_expired") }, 1, false, false },
		{ CLASS_EXPIRED, "leaf_expired",
		    { WAIVED("expired", "leaf_expired"),
			FOUND("weak", "sha1") },
		    2, true, false },
		{ CLASS_EXPIRED, "leaf_expired",
		    { WAIVED("expired", "leaf_expired"),
			FOUND("expired", "root_expired") },
		    2, false, false },
		{ CLASS_WRONG_ROOT, "private_root",
		    { WAIVED("wrong_root", "private_root") }, 1, true, true },
		{ CLASS_WRONG_ROOT, "unexpected_root",
		    { FOUND("wrong_root", "unexpected_root") }, 1, false,
		    false },
		{ CLASS_UNREACHABLE, "dns-error", { FOUND("", NULL) }, 0, false,
		    false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct result result = { .verdict = {
					     .class_id = rows[i].class_id,
					     .cause = rows[i].cause,
					     .findings = rows[i].findings,
					     .finding_count = rows[i].count,
					 } };

		assert_int_equal(result_is_waived(&result), rows[i].waived);
		assert_int_equal(
		    result_root_is_untrusted(&result), rows[i].untrusted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(least_record_is_written_to_the_letter),
		cmocka_unit_test(random_results_read_back),
		cmocka_unit_test(random_pending_read_back),
		cmocka_unit_test(foreign_lines_are_refused),
		cmocka_unit_test(cut_lines_are_refused),
		cmocka_unit_test(endpoints_can_be_dialled),
		cmocka_unit_test(waived_is_all_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
