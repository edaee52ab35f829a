/*
 * The order of the further handshakes: first the smaller offers, whose answers
 * decide which clients reach the host at all, then the faces and the timestamps
 * of the TLS extension, and last the large ClientHellos, which a host may leave
 * without an answer.
 */
#include "scan/further.h"

bool
further_is_hello(const struct further *further)
{
	return further->asked == FURTHER_HELLO;
}

/* Smaller offers */

static bool
next_offer(struct further *further, const struct scan_options *options,
    const struct face_main *main, struct tls_facts *tls)
{
	uint64_t offer;

	(void)main;
	if (!offer_next(options->offers, options->offer_count, tls, &offer))
		return false;
	further->answers[further->answer_count] =
	    (struct offer_answer){ .offer = offer };
	tls->offers = further->answers;
	return true;
}

static int
plan_offer(struct further *further, const struct face_main *main,
    struct link_plan *plan)
{
	(void)main;
	plan->offer.kinds = further->answers[further->answer_count].offer;
	return 0;
}

static void
take_offer(struct further *further, const struct scan_options *options,
    const struct face_main *main, struct tls_facts *tls, enum offer_reply reply)
{
	struct offer_answer *answer = &further->answers[further->answer_count];

	(void)options;
	answer->reply = reply;
	if (reply == REPLY_ACCEPTED)
		faces_take_answer(
		    answer, main, &further->handshakes[further->count]);
	else
		answer->error = further_failure(further)->sentence;
	tls->offer_count = ++further->answer_count;
	further->count++;
}

/* Faces */

static bool
next_face(struct further *further, const struct scan_options *options,
    const struct face_main *main, struct tls_facts *tls)
{
	(void)tls;
	return faces_next(&further->faces, options, main);
}

static int
plan_face(struct further *further, const struct face_main *main,
    struct link_plan *plan)
{
	plan->offer = faces_offer(&further->faces, main);
	return 0;
}

static void
take_face(struct further *further, const struct scan_options *options,
    const struct face_main *main, struct tls_facts *tls, enum offer_reply reply)
{
	(void)tls;
	further->count += faces_take(&further->faces, options, main,
	    &further->handshakes[further->count], reply);
}

/* Timestamps of the TLS extension */

/*
 * Once, where it may change a verdict: neither the certificate nor the staple
 * has any.  In a staple they are an extension with this OID, RFC 6962 3.3.
 */
static bool
next_scts(struct further *further, const struct scan_options *options,
    const struct face_main *main, struct tls_facts *tls)
{
	static const char oid[] = "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x05";
	const struct sct_interest *interest = options->sct_interest;
	struct bytes staple = tls->staple;

	if (further->scts_asked || interest == NULL ||
	    options->faces == FACES_NONE ||
	    (staple.size > 0 && memmem(staple.data, staple.size, oid,
				    sizeof(oid) - 1) != NULL) ||
	    !interest->wants(interest->context, main->chain->certificates,
		main->chain->count))
		return false;
	further->scts_asked = true;
	return true;
}

static int
plan_scts(struct further *further, const struct face_main *main,
    struct link_plan *plan)
{
	(void)further;
	plan->offer.kinds = offer_tls12_alone(main->kinds);
	plan->offer.stop_at_certificate = true;
	plan->offer.ask_scts = true;
	return 0;
}

/* Timestamps of another leaf say nothing of this one. */
static void
take_scts(struct further *further, const struct scan_options *options,
    const struct face_main *main, struct tls_facts *tls, enum offer_reply reply)
{
	const struct handshake *handshake =
	    &further->handshakes[further->count];
	const struct chain *chain = &handshake->chain;

	(void)options;
	if (reply != REPLY_ACCEPTED || chain->count == 0 ||
	    !bytes_equal(chain->certificates[0], main->chain->certificates[0]))
		return;
	tls->scts_asked = true;
	tls->scts = bytes_of(handshake->scts.data, handshake->scts.size);
	further->count++;
}

/* ClientHellos by themselves */

/*
 * Did the server end the first handshake before its own hello, by an alert that
 * may be due to what our library does not offer?
 */
static bool
is_refused_offer(const struct face_main *main)
{
	static const char *const alerts[] = { "handshake_failure",
		"illegal_parameter", "protocol_version",
		"insufficient_security", "missing_extension",
		"no_application_protocol" };
	const struct tls_alert *last;

	if (main->failure == NULL || main->tls->alert_count == 0)
		return false;
	last = &main->tls->alerts[main->tls->alert_count - 1];
	for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
		if (last->fatal && last->stage == STAGE_HELLO &&
		    strcmp(last->description, alerts[i]) == 0)
			return true;
	return false;
}

static bool
next_hello(struct further *further, const struct scan_options *options,
    const struct face_main *main, struct tls_facts *tls)
{
	bool once = main->chain == NULL;

	(void)tls;
	return (!once || is_refused_offer(main)) &&
	       hello_search_next(&further->hellos, options, once);
}

static int
plan_hello(struct further *further, const struct face_main *main,
    struct link_plan *plan)
{
	plan->hello = &further->hellos.exchange;
	return hello_search_begin(
	    &further->hellos, main->sni, main->target->starttls);
}

/* In the words of offers: ours was refused, that of the large hello was not. */
static void
note_other_offer(struct further *further, const struct face_main *main,
    struct tls_facts *tls)
{
	further->answer_failures[0] = *main->failure;
	further->answers[0] = (struct offer_answer){
		.offer = main->kinds,
		.reply = REPLY_REFUSED,
		.error = further->answer_failures[0].sentence,
	};
	further->answers[1] = (struct offer_answer){
		.offer = hello_search_offer(),
		.reply = REPLY_ACCEPTED,
		.chosen = hello_search_choice(&further->hellos),
	};
	tls->offers = further->answers;
	tls->offer_count = 2;
}

static void
take_hello(struct further *further, const struct scan_options *options,
    const struct face_main *main, struct tls_facts *tls, enum offer_reply reply)
{
	(void)options;
	(void)reply;
	hello_search_take(&further->hellos);
	tls->big_hello = further->hellos.seen;
	if (main->chain != NULL)
		return;
	if (hello_was_taken(tls->big_hello.answer))
		note_other_offer(further, main, tls);
	else
		tls->big_hello = (struct big_hello){ .sent = 0 };
}

/* All kinds */

static const struct {
	bool (*next)(struct further *, const struct scan_options *,
	    const struct face_main *, struct tls_facts *);
	int (*plan)(
	    struct further *, const struct face_main *, struct link_plan *);
	void (*take)(struct further *, const struct scan_options *,
	    const struct face_main *, struct tls_facts *, enum offer_reply);
} kinds[FURTHER_KINDS] = {
	[FURTHER_OFFER] = { next_offer, plan_offer, take_offer },
	[FURTHER_FACE] = { next_face, plan_face, take_face },
	[FURTHER_SCTS] = { next_scts, plan_scts, take_scts },
	[FURTHER_HELLO] = { next_hello, plan_hello, take_hello },
};

/* Where there is no chain only another hello can tell more. */
bool
further_next(struct further *further, const struct scan_options *options,
    const struct face_main *main, struct tls_facts *tls)
{
	if (main->chain == NULL)
		further->asked = FURTHER_HELLO;
	/* Where the handshake failed for its own reasons the server's choice
	   is known all the same. */
	else if (main->failure != NULL &&
		 main->failure->status != STATUS_HANDSHAKE_ERROR)
		return false;
	while (!kinds[further->asked].next(further, options, main, tls)) {
		if (further->asked + 1 == FURTHER_KINDS)
			return false;
		further->asked++;
	}
	return true;
}

struct failure *
further_failure(struct further *further)
{
	return further->asked == FURTHER_OFFER
		   ? &further->answer_failures[further->answer_count]
		   : &further->failure;
}

int
further_plan(struct further *further, const struct face_main *main,
    struct link_plan *plan)
{
	plan->handshake = &further->handshakes[further->count];
	plan->failure = further_failure(further);
	return kinds[further->asked].plan(further, main, plan);
}

/*
 * A stream that just ends is no answer: the server may only refuse so many
 * connections from us.  An alert, or a choice that we did not offer, is one.
 */
enum offer_reply
further_reply(struct further *further, enum link_end how)
{
	if (further_is_hello(further))
		return REPLY_NONE;
	if (how == LINK_REFUSED)
		return handshake_was_agreed(
			   &further->handshakes[further->count])
			   ? REPLY_ACCEPTED
			   : REPLY_REFUSED;
	return how == LINK_DONE ? REPLY_ACCEPTED : REPLY_NONE;
}

void
further_take(struct further *further, const struct scan_options *options,
    const struct face_main *main, struct tls_facts *tls, enum offer_reply reply)
{
	struct handshake *handshake = &further->handshakes[further->count];

	kinds[further->asked].take(further, options, main, tls, reply);
	handshake_end(handshake);
}

bool
further_finds_hybrid(struct further *further)
{
	bool finds = further_is_hello(further) && further->answer_count == 0 &&
		     string_equal(further->hellos.seen.group, hybrid_group);

	if (finds) {
		further->answer_count = 1;
		further->asked = FURTHER_OFFER;
		further->hellos.asked = HELLO_STEP_NONE;
	}
	return finds;
}

void
further_recall(struct further *further, struct tls_facts *tls)
{
	tls->big_hello = further->hellos.seen;
	tls->offers = further->answers;
	tls->offer_count = further->answer_count;
}

void
further_clear(struct further *further)
{
	for (unsigned i = 0; i < OFFER_MOST_ANSWERS + FACES_MOST; i++)
		handshake_clear(&further->handshakes[i]);
	further->asked = FURTHER_OFFER;
	further->count = further->answer_count = 0;
	further->faces = (struct face_search){ .count = 0 };
	further->scts_asked = false;
	hello_search_clear(&further->hellos);
}
