/*
 * A host with one certificate is asked once more at most, and refuses before
 * it signs anything.
 */
#include "scan/faces.h"

#include "x509/certificate.h"

/* RFC 2606: nobody has a certificate of this name. */
static const char foreign_name[] = "fleetscan.invalid";

/* The host and the leaf that it shows: what was seen of another one counts
   no more. */
static void
hash_leaf(const struct face_main *main, struct digest *key)
{
	const struct target *target = main->target;
	struct text words = { 0 };

	text_printf(&words, "%s %u %s %s %s ", target->host,
	    (unsigned)target->port, target->ip == NULL ? "" : target->ip,
	    main->sni == NULL ? "" : main->sni,
	    target->starttls == NULL ? "" : target->starttls);
	text_append_bytes(&words, main->chain->certificates[0]);
	certificate_digest(bytes_of(words.data, words.size), key);
	text_free(&words);
}

static bool
is_known(const struct scan_options *options, const struct face_main *main)
{
	const struct face_memory *memory = options->face_memory;
	struct digest key;

	if (memory == NULL || options->faces != FACES_AUTO)
		return false;
	hash_leaf(main, &key);
	return memory->has(memory->context, &key);
}

static bool
has_rsa_face(const struct face_search *search)
{
	return search->count > 0 && search->list[0].offer == FACE_RSA;
}

/*
 * Is this one worth a connection?  The main offer has RSA last: who gets an RSA
 * key all the same has no other, or its own order, in which everyone gets it.
 */
static bool
is_wanted(const struct face_search *search, const struct scan_options *options,
    const struct face_main *main, enum face_offer offer)
{
	bool is_rsa = chain_key_is_rsa(main->chain->certificates[0]);
	bool all = options->faces == FACES_ALL;

	switch (offer) {
	case FACE_RSA:
		return !is_rsa && !is_known(options, main);
	case FACE_RSA_FIRST:
		return has_rsa_face(search);
	case FACE_NOT_RSA:
		return all && is_rsa;
	case FACE_TLS12:
		return all && main->tls->version != NULL &&
		       starts_with(main->tls->version, "TLS1.3");
	case FACE_NO_SNI:
	case FACE_FOREIGN_SNI:
		return all && main->sni != NULL;
	default:
		return false;
	}
}

bool
faces_next(struct face_search *search, const struct scan_options *options,
    const struct face_main *main)
{
	if (options->faces == FACES_NONE)
		return false;
	while (search->asked + 1 < FACE_OFFER_COUNT) {
		search->asked++;
		if (is_wanted(search, options, main, search->asked))
			return true;
	}
	return false;
}

struct handshake_offer
faces_offer(const struct face_search *search, const struct face_main *main)
{
	struct handshake_offer offer = {
		.kinds = main->kinds,
		.keys = KEYS_RSA_LAST,
		.sni = main->sni,
		.stop_at_certificate = true,
	};

	switch (search->asked) {
	case FACE_RSA:
		offer.keys = KEYS_RSA_ALONE;
		break;
	case FACE_RSA_FIRST:
		offer.keys = KEYS_RSA_FIRST;
		break;
	case FACE_NOT_RSA:
		offer.keys = KEYS_NOT_RSA;
		break;
	case FACE_TLS12:
		offer.kinds = offer_tls12_alone(offer.kinds);
		break;
	case FACE_NO_SNI:
		offer.sni = NULL;
		break;
	case FACE_FOREIGN_SNI:
		offer.sni = foreign_name;
		break;
	default:
		break;
	}
	return offer;
}

static struct tls_facts
choice_of(struct handshake *handshake)
{
	struct tls_facts facts;

	handshake_facts(handshake, &facts);
	return (struct tls_facts){
		.version = facts.version,
		.cipher = facts.cipher,
		.mac = facts.mac,
		.group = facts.group,
	};
}

void
faces_take_answer(struct offer_answer *answer, const struct face_main *main,
    struct handshake *handshake)
{
	const struct chain *chain = &handshake->chain;

	answer->chosen = choice_of(handshake);
	if (chain->count > 0 && !chain_is_same(chain, main->chain)) {
		answer->chain = chain->certificates;
		answer->received_count = chain->count;
	}
}

bool
faces_take(struct face_search *search, const struct scan_options *options,
    const struct face_main *main, struct handshake *handshake,
    enum offer_reply reply)
{
	const struct chain *chain = &handshake->chain;
	bool is_shown = reply == REPLY_ACCEPTED && chain->count > 0;
	bool is_new = is_shown && !chain_is_same(chain, main->chain);
	struct face *face;

	/* A server that broke off, or said nothing, did not refuse. */
	if (search->asked == FACE_RSA && !is_new &&
	    options->face_memory != NULL &&
	    (is_shown || reply == REPLY_REFUSED)) {
		struct digest key;

		hash_leaf(main, &key);
		options->face_memory->note(options->face_memory->context, &key);
	}
	if (search->asked == FACE_RSA_FIRST) {
		search->server_decides = is_shown && !is_new;
		return false;
	}
	if (!is_new)
		return false;
	face = &search->list[search->count++];
	*face = (struct face){
		.offer = search->asked,
		.sni = faces_offer(search, main).sni,
		.tls = choice_of(handshake),
		.chain = chain->certificates,
		.received_count = chain->count,
	};
	face->tls.staple = chain->staple;
	face->tls.ocsp_stapled = chain->staple.size > 0;
	return true;
}
