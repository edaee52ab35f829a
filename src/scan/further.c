/*
 * The order of the further handshakes: first the smaller offers, whose answers
 * decide which clients reach the host at all, then the faces.
 */
#include "scan/further.h"

static bool
is_for_face(const struct further *further)
{
	return further->faces.asked != FACE_MAIN;
}

bool
further_next(struct further *further, const struct scan_options *options,
    const struct face_main *main, struct tls_facts *tls)
{
	uint64_t offer;

	if (is_for_face(further) ||
	    !offer_next(options->offers, options->offer_count, tls, &offer))
		return faces_next(&further->faces, options, main);
	further->answers[further->answer_count] =
	    (struct offer_answer){ .offer = offer };
	tls->offers = further->answers;
	return true;
}

struct failure *
further_failure(struct further *further)
{
	return is_for_face(further)
		   ? &further->face_failure
		   : &further->answer_failures[further->answer_count];
}

void
further_plan(struct further *further, const struct face_main *main,
    struct link_plan *plan)
{
	plan->handshake = &further->handshakes[further->count];
	plan->failure = further_failure(further);
	if (is_for_face(further))
		plan->offer = faces_offer(&further->faces, main);
	else
		plan->offer.kinds =
		    further->answers[further->answer_count].offer;
}

/*
 * A stream that just ends is no answer: the server may only refuse so many
 * connections from us.  An alert, or a choice that we did not offer, is one.
 */
enum offer_reply
further_reply(struct further *further, enum link_end how)
{
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

	if (is_for_face(further)) {
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
}
