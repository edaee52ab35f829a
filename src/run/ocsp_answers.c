/*
 * A map from certificates to the lines of a file, and a thread that asks.
 * Memory holds where a line is; what it says is read again for each judgement.
 */
#include "run/ocsp_answers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/memory.h"
#include "rundir/repair_stream.h"
#include "scan/background.h"
#include "x509/ocsp.h"

enum question_state {
	QUESTION_QUEUED, /* on its way */
	QUESTION_ANSWERED,
	QUESTION_LOST /* its answer could not be written */
};

/* About one certificate. */
struct ocsp_query {
	struct digest certificate; /* the key */
	enum question_state state;
	int error; /* errno, of QUESTION_LOST */

	/* Until it is answered. */
	char *url;
	struct bytes request; /* DER, owned */

	uint64_t offset; /* of its line */
	size_t size;
};

struct ocsp_answers {
	struct revocation_source source;
	bool can_ask;
	struct fetch_options fetch;
	struct background *asker; /* its lock is for all of this */
	struct map *questions;	  /* SHA-256 -> struct ocsp_query, owned */
	struct signature_memory *signatures;
	char *path; /* NULL: a temporary file */
	FILE *file; /* opened with the first answer */
	uint64_t end;
};

/* The file, under the lock */

static int
open_file(struct ocsp_answers *answers)
{
	int fd;

	if (answers->file != NULL)
		return 0;
	if (answers->path == NULL) {
		answers->file = tmpfile();
	} else {
		fd = file_open_own(answers->path, O_RDWR | O_APPEND | O_CREAT);
		answers->file = fd < 0 ? NULL : fdopen(fd, "a+");
	}
	return answers->file == NULL ? -1 : 0;
}

/* The later of two lines about a certificate counts. */
static struct ocsp_query *
question_of(struct ocsp_answers *answers, const struct digest *certificate)
{
	struct ocsp_query *question =
	    map_get(answers->questions, digest_bytes(certificate));

	if (question != NULL ||
	    map_count(answers->questions) >= OCSP_MOST_CERTIFICATES)
		return question;
	question = memory_new(sizeof(*question));
	question->certificate = *certificate;
	map_put(
	    answers->questions, digest_bytes(&question->certificate), question);
	return question;
}

static void
place(struct ocsp_query *question, uint64_t offset, size_t size)
{
	question->state = QUESTION_ANSWERED;
	question->offset = offset;
	question->size = size;
}

/* With its final newline. */
static int
append_line(struct ocsp_answers *answers, struct bytes line,
    struct ocsp_query *question)
{
	if (open_file(answers) < 0 ||
	    fwrite(line.data, 1, line.size, answers->file) != line.size ||
	    fflush(answers->file) != 0)
		return -1;
	place(question, answers->end, line.size - 1);
	answers->end += line.size;
	return 0;
}

/* NULL: it is gone, or no line of ours. */
static struct json *
read_line(const struct ocsp_answers *answers, const struct ocsp_query *question)
{
	char *line = memory_array(question->size + 1, 1), error[80];
	struct json *object = NULL;

	if (pread(fileno(answers->file), line, question->size,
		(off_t)question->offset) == (ssize_t)question->size)
		object = json_parse(bytes_of(line, question->size), error);
	free(line);
	return object;
}

/* The thread that asks */

static void
write_answer(struct text *line, const struct ocsp_query *question,
    const struct fetch_result *result)
{
	struct arena *arena = arena_new();
	struct json_writer *object = json_new_object();
	const char *word = "answered";

	if (result->error != NULL)
		word = result->is_late ? "late" : "failed";
	json_add_digest(object, "certificate", &question->certificate);
	json_add_string(object, "url", question->url);
	json_add_string(object, "asked_at", time_text(arena, clock_now()));
	json_add_string(object, "result", word);
	json_add_string(object, "why", result->error);
	json_add_string(object, "response",
	    result->error != NULL ? NULL : base64_encode(arena, result->body));
	json_print(object, line);
	text_append_char(line, '\n');
	json_writer_free(object);
	arena_free(arena);
}

struct ocsp_batch {
	struct ocsp_answers *answers;
	void *const *items;
};

static void
on_fetched(void *context, size_t index, const struct fetch_result *result)
{
	struct ocsp_batch *batch = context;
	struct ocsp_answers *answers = batch->answers;
	struct ocsp_query *question = batch->items[index];
	struct text line = { .size = 0 };

	write_answer(&line, question, result);
	background_lock(answers->asker);
	if (append_line(answers, bytes_of(line.data, line.size), question) <
	    0) {
		question->error = errno;
		question->state = QUESTION_LOST;
	}
	background_tell(answers->asker);
	background_unlock(answers->asker);
	text_free(&line);
}

static void
ask_responders(void *context, void *const items[], size_t count)
{
	struct ocsp_answers *answers = context;
	struct ocsp_batch batch = { answers, items };
	struct fetch_request *requests = memory_array(count, sizeof(*requests));
	const struct fetch_result none = {
		.error = "no download could begin",
	};

	for (size_t i = 0; i < count; i++) {
		const struct ocsp_query *question = items[i];

		requests[i] = (struct fetch_request){
			.url = question->url,
			.post = question->request,
			.post_type = "application/ocsp-request",
		};
	}
	if (fetch_all(&answers->fetch, requests, count, on_fetched, &batch) < 0)
		for (size_t i = 0; i < count; i++)
			on_fetched(&batch, i, &none);
	free(requests);
}

/* Asking, under the lock */

/* False, with a sentence: it cannot be asked about. */
static bool
begin_question(struct ocsp_answers *answers, struct arena *arena,
    const struct certificate *subject, const struct certificate *issuer,
    struct revocation_answer *answer)
{
	struct ocsp_query *question;
	struct bytes request;

	for (size_t i = 0; i < subject->ocsp_url_count && answer->url == NULL;
	     i++)
		if (starts_with(subject->ocsp_urls[i], "http://"))
			answer->url = subject->ocsp_urls[i];
	if (answer->url == NULL) {
		answer->sentence =
		    subject->ocsp_url_count > 0
			? "the OCSP responder is not asked: only http URLs are"
			: "the certificate names no OCSP responder";
		return false;
	}
	if (!answers->can_ask) {
		answer->sentence = "was not asked in this run";
		return false;
	}
	if (!ocsp_request(arena, subject, issuer, &request)) {
		answer->sentence = "is not asked: the certificate has no "
				   "serial number";
		return false;
	}
	question = question_of(answers, &subject->sha256);
	if (question == NULL) {
		answer->sentence = "is not asked: there are too many "
				   "certificates";
		return false;
	}
	question->url = memory_string(answer->url);
	question->request =
	    bytes_of(memory_copy(request.data, request.size), request.size);
	background_add(answers->asker, question);
	return true;
}

/* The words of revocation_evidence for those of ocsp_judge. */
static const char *
evidence_word(const char *cause)
{
	static const char *const words[][2] = {
		{ "expired", "stale" },
		{ "bad_signature", "forged" },
		{ "other_certificate", "foreign" },
		{ "unauthorized_responder", "foreign" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(cause, words[i][0]) == 0)
			return words[i][1];
	return cause;
}

static void
judge(const struct ocsp_answers *answers, struct arena *arena,
    const struct json *line, const struct certificate *subject,
    const struct certificate *issuer, int64_t now,
    struct revocation_answer *answer)
{
	const char *response = json_string(json_get(line, "response"));
	const char *why = json_string(json_get(line, "why"));
	struct ocsp_verdict verdict = { .state = OCSP_NONE };
	struct bytes octets;

	answer->state = EVIDENCE_UNUSABLE;
	answer->url = arena_string(arena, json_string(json_get(line, "url")));
	if (response == NULL ||
	    base64_decode(arena, bytes_from_string(response), &octets) < 0) {
		answer->cause =
		    string_equal(json_string(json_get(line, "result")), "late")
			? "late"
			: "failed";
		answer->sentence = arena_printf(arena, "could not be asked: %s",
		    why == NULL ? "the run has no answer" : why);
		return;
	}
	ocsp_judge(&verdict, octets, subject, issuer, answers->signatures, now);
	answer->this_update = verdict.this_update;
	answer->next_update = verdict.next_update;
	switch (verdict.state) {
	case OCSP_GOOD:
		answer->state = EVIDENCE_GOOD;
		break;
	case OCSP_REVOKED:
		answer->state = EVIDENCE_REVOKED;
		answer->reason = verdict.revocation_reason;
		answer->since = verdict.revoked_at;
		break;
	case OCSP_UNKNOWN:
		answer->cause = "unknown";
		answer->sentence = "does not know the certificate";
		break;
	default:
		answer->cause = evidence_word(verdict.cause);
		answer->sentence =
		    arena_printf(arena, "proves nothing: %s", verdict.reason);
		break;
	}
}

static void
ask_locked(struct ocsp_answers *answers, struct arena *arena,
    const struct certificate *subject, const struct certificate *issuer,
    int64_t now, bool wait, struct revocation_answer *answer)
{
	struct ocsp_query *question =
	    map_get(answers->questions, digest_bytes(&subject->sha256));
	struct json *line;

	if (question == NULL) {
		if (!begin_question(answers, arena, subject, issuer, answer))
			return;
		question =
		    map_get(answers->questions, digest_bytes(&subject->sha256));
	}
	while (wait && question->state == QUESTION_QUEUED)
		background_wait(answers->asker);
	switch (question->state) {
	case QUESTION_QUEUED:
		answer->state = EVIDENCE_WAITING;
		break;
	case QUESTION_LOST:
		answer->url = arena_string(arena, question->url);
		answer->state = EVIDENCE_UNUSABLE;
		answer->cause = "failed";
		answer->sentence = arena_printf(arena,
		    "has answered, and that could not be written: %s",
		    strerror(question->error));
		break;
	case QUESTION_ANSWERED:
		line = read_line(answers, question);
		judge(answers, arena, line, subject, issuer, now, answer);
		json_free(line);
		break;
	}
}

static void
ask(void *context, struct arena *arena, const struct certificate *subject,
    const struct certificate *issuer, int64_t now, bool wait,
    struct revocation_answer *answer)
{
	struct ocsp_answers *answers = context;

	*answer = (struct revocation_answer){ .state = EVIDENCE_NONE };
	background_lock(answers->asker);
	ask_locked(answers, arena, subject, issuer, now, wait, answer);
	background_unlock(answers->asker);
}

/* Making and ending */

struct ocsp_answers *
ocsp_answers_new(const struct fetch_options *fetch)
{
	struct ocsp_answers *answers = memory_new(sizeof(*answers));

	answers->source = (struct revocation_source){
		.word = "ocsp",
		.noun = "OCSP responder",
		.ask = ask,
		.context = answers,
	};
	answers->can_ask = fetch != NULL;
	if (answers->can_ask) {
		answers->fetch = *fetch;
		answers->fetch.in_flight_a_host = OCSP_IN_FLIGHT_A_HOST;
		answers->fetch.budget =
		    fetch_budget_new(FETCH_NO_LIMIT_MS, UINT_MAX);
	}
	answers->asker = background_new(ask_responders, answers);
	answers->questions = map_new();
	answers->signatures = signature_memory_new();
	return answers;
}

void
ocsp_answers_free(struct ocsp_answers *answers)
{
	struct bytes key;
	void *value;

	if (answers == NULL)
		return;
	if (answers->fetch.budget != NULL)
		fetch_budget_limit(answers->fetch.budget, 0);
	background_free(answers->asker);
	fetch_budget_free(answers->fetch.budget);
	for (size_t at = 0; map_next(answers->questions, &at, &key, &value);) {
		struct ocsp_query *question = value;

		free(question->url);
		free((void *)question->request.data);
		free(question);
	}
	map_free(answers->questions);
	signature_memory_free(answers->signatures);
	if (answers->file != NULL)
		fclose(answers->file);
	free(answers->path);
	free(answers);
}

const struct revocation_source *
ocsp_answers_source(const struct ocsp_answers *answers)
{
	return &answers->source;
}

bool
ocsp_answers_matter(const struct ocsp_answers *answers)
{
	return answers->can_ask || map_count(answers->questions) > 0;
}

void
ocsp_answers_limit(struct ocsp_answers *answers, uint64_t timeout_ms)
{
	if (answers->fetch.budget != NULL)
		fetch_budget_limit(answers->fetch.budget, timeout_ms);
}

/* ocsp.ndjson */

/* False: no line of ours, or about a certificate that is to be asked about. */
static bool
read_certificate(const struct ocsp_answers *answers, struct bytes line,
    struct digest *certificate)
{
	char error[80];
	struct json *object = json_parse(line, error);
	bool is_late =
	    string_equal(json_string(json_get(object, "result")), "late");
	bool is_read =
	    json_digest(json_get(object, "certificate"), certificate) &&
	    !(is_late && answers->can_ask);

	json_free(object);
	return is_read;
}

static uint32_t
decide_line(void *context, struct bytes line)
{
	struct digest certificate;

	return read_certificate(context, line, &certificate) ? LINE_KEEP
							     : LINE_DROP;
}

int
ocsp_answers_keep(struct ocsp_answers *answers, const char *directory)
{
	static const char name[] = "ocsp.ndjson";
	struct line_reader *reader;
	struct ocsp_query *question;
	struct digest certificate;
	struct bytes line;

	if (directory == NULL)
		return 0;
	if (repair_stream(directory, name, decide_line, answers) < 0)
		return -1;
	answers->path = file_join(directory, name);
	reader = line_reader_open(answers->path, RECORD_LINE_MOST);
	while (reader != NULL && line_reader_next(reader, &line) == 1) {
		question = read_certificate(answers, line, &certificate)
			       ? question_of(answers, &certificate)
			       : NULL;
		if (question != NULL)
			place(question, answers->end, line.size);
		answers->end += line.size + 1;
	}
	line_reader_close(reader);
	return answers->end > 0 ? open_file(answers) : 0;
}

int
ocsp_answers_copy(struct ocsp_answers *answers, const char *directory)
{
	char *path = file_join(directory, "ocsp.ndjson");
	struct line_reader *reader = line_reader_open(path, RECORD_LINE_MOST);
	struct text copy = { .size = 0 };
	struct ocsp_query *question;
	struct digest certificate;
	struct bytes line;
	int result = 0;

	while (reader != NULL && result == 0 &&
	       line_reader_next(reader, &line) == 1) {
		if (!read_certificate(answers, line, &certificate) ||
		    map_get(answers->questions, digest_bytes(&certificate)) !=
			NULL)
			continue;
		question = question_of(answers, &certificate);
		if (question == NULL)
			break;
		text_append_bytes(&copy, line);
		text_append_char(&copy, '\n');
		result = append_line(
		    answers, bytes_of(copy.data, copy.size), question);
		text_clear(&copy);
	}
	text_free(&copy);
	line_reader_close(reader);
	free(path);
	return result;
}
