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
	return further->hellos.asked != HELLO_STEP_NONE;
}

static bool
is_for_face(const struct further *further)
{
	return further->faces.asked != FACE_MAIN;
}

/* OFFER_TLS12 alone of the versions. */
static uint64_t
scts_offer(void)
{
	return OFFER_ALL & ~(OFFER_BIT(OFFER_TLS13) | OFFER_BIT(OFFER_TLS11) |
			       OFFER_BIT(OFFER_TLS10));
}

/*
 * Once, where it may change a verdict: neither the certificate nor the staple
 * has any.  In a staple they are an extension with this OID, RFC 6962 3.3.
 */
static bool
scts_next(struct further *further, const struct scan_options *options,
    const struct face_main *main)
{
	static const char oid[] = "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x05";
	const struct sct_interest *interest = options->sct_interest;
	struct bytes staple = main->tls->staple;

	if (further->scts_asked || interest == NULL ||
	    options->faces == FACES_NONE ||
	    (staple.size > 0 && memmem(staple.data, staple.size, oid,
				    sizeof(oid) - 1) != NULL) ||
	    !interest->wants(interest->context, main->chain->certificates,
		main->chain->count))
		return false;
	further->scts_asked = further->is_for_scts = true;
	return true;
}

/* Timestamps of another leaf say nothing of this one. */
static bool
scts_take(const struct handshake *handshake, const struct face_main *main,
    struct tls_facts *tls, enum offer_reply reply)
{
	const struct chain *chain = &handshake->chain;

	if (reply != REPLY_ACCEPTED || chain->count == 0 ||
	    !bytes_equal(chain->certificates[0], main->chain->certificates[0]))
		return false;
	tls->scts_asked = true;
	tls->scts = bytes_of(handshake->scts.data, handshake->scts.size);
	return true;
}

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

	if (main->failure == NULL || main->chain != NULL ||
	    main->tls->alert_count == 0)
		return false;
	last = &main->tls->alerts[main->tls->alert_count - 1];
	for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
		if (last->fatal && last->stage == STAGE_HELLO &&
		    strcmp(last->description, alerts[i]) == 0)
			return true;
	return false;
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

bool
further_finds_hybrid(struct further *further)
{
	bool finds = further_is_hello(further) && further->answer_count == 0 &&
		     string_equal(further->hellos.seen.group, hybrid_group);

	if (finds) {
		further->answer_count = 1;
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

bool
further_next(struct further *further, const struct scan_options *options,
    const struct face_main *main, struct tls_facts *tls)
{
	uint64_t offer;

	if (main->chain == NULL)
		return is_refused_offer(main) &&
		       hello_search_next(&further->hellos, options, true);
	/* Where the handshake failed for its own reasons the server's choice
	   is known all the same. */
	if (main->failure != NULL &&
	    main->failure->status != STATUS_HANDSHAKE_ERROR)
		return false;
	if (further_is_hello(further) || further->scts_asked ||
	    is_for_face(further) ||
	    !offer_next(options->offers, options->offer_count, tls, &offer))
		return (!further_is_hello(further) &&
			   (faces_next(&further->faces, options, main) ||
			       scts_next(further, options, main))) ||
		       hello_search_next(&further->hellos, options, false);
	further->answers[further->answer_count] =
	    (struct offer_answer){ .offer = offer };
	tls->offers = further->answers;
	return true;
}

struct failure *
further_failure(struct further *further)
{
	if (further_is_hello(further))
		return &further->hello_failure;
	if (further->is_for_scts)
		return &further->scts_failure;
	return is_for_face(further)
		   ? &further->face_failure
		   : &further->answer_failures[further->answer_count];
}

int
further_plan(struct further *further, const struct face_main *main,
    struct link_plan *plan)
{
	plan->handshake = &further->handshakes[further->count];
	plan->failure = further_failure(further);
	if (further_is_hello(further)) {
		plan->hello = &further->hellos.exchange;
		return hello_search_begin(
		    &further->hellos, main->sni, main->target->starttls);
	}
	if (further->is_for_scts) {
		plan->offer.kinds = scts_offer();
		plan->offer.stop_at_certificate = true;
		plan->offer.ask_scts = true;
		return 0;
	}
	if (is_for_face(further))
		plan->offer = faces_offer(&further->faces, main);
	else
		plan->offer.kinds =
		    further->answers[further->answer_count].offer;
	return 0;
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
	struct offer_answer *answer = &further->answers[further->answer_count];

	if (further_is_hello(further)) {
		hello_search_take(&further->hellos);
		tls->big_hello = further->hellos.seen;
		if (main->chain == NULL &&
		    hello_was_taken(tls->big_hello.answer))
			note_other_offer(further, main, tls);
		else if (main->chain == NULL)
			tls->big_hello = (struct big_hello){ .sent = 0 };
		return;
	}
	if (further->is_for_scts) {
		further->count += scts_take(handshake, main, tls, reply);
		further->is_for_scts = false;
	} else if (is_for_face(further)) {
		further->count += faces_take(
		    &further->faces, options, main, handshake, reply);
	} else {
		answer->reply = reply;
		if (reply == REPLY_ACCEPTED)
			faces_take_answer(answer, main, handshake);
		else
			answer->error = further_failure(further)->sentence;
		tls->offer_count = ++further->answer_count;
		further->count++;
	}
	handshake_end(handshake);
}

void
further_clear(struct further *further)
{
	for (unsigned i = 0; i < OFFER_MOST_ANSWERS + FACES_MOST; i++)
		handshake_clear(&further->handshakes[i]);
	further->count = further->answer_count = 0;
	further->faces = (struct face_search){ .count = 0 };
	further->scts_asked = further->is_for_scts = false;
	hello_search_clear(&further->hellos);
}
