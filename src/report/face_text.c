/* Words for what a further handshake offered. */
#include "report/face_text.h"

const char *
face_text(struct arena *arena, const struct face_verdict *face)
{
	static const char *const offers[FACE_OFFER_COUNT] = {
		[FACE_MAIN] = "offered everything",
		[FACE_RSA] = "offered RSA keys alone",
		[FACE_NOT_RSA] = "offered all keys but RSA",
		[FACE_RSA_FIRST] = "offered RSA keys first",
		[FACE_TLS12] = "offered TLS 1.2 alone",
		[FACE_NO_SNI] = "asked for no name",
		[FACE_FOREIGN_SNI] = "asked for a foreign name",
	};
	const struct finding_text *text =
	    finding_text_find(class_word(face->class_id), face->cause);
	const char *version = face->seen.tls.version;
	const char *clients =
	    face->client_count == 0 ? "no client gets it" : NULL;
	const char *word = face->class_id == CLASS_OK ? "ok"
			   : text == NULL ? class_word(face->class_id)
					  : text->title;

	for (size_t i = 0; i < face->client_count; i++)
		clients = i == 0 ? face->clients[i]
				 : arena_printf(arena, "%s, %s", clients,
				       face->clients[i]);
	return arena_printf(arena, "%s%s%s: %s; %s%s", offers[face->seen.offer],
	    version == NULL ? "" : ", ", version == NULL ? "" : version, word,
	    face->client_count == 0 ? "" : "for ", clients);
}

const char *
face_received_text(
    struct arena *arena, const struct face_verdict *face, size_t at)
{
	char hex[DIGEST_HEX_SIZE];

	if (at < face->subject_count && face->subjects[at][0] != '\0')
		return face->subjects[at];
	digest_to_hex(&face->seen.received[at], hex);
	return arena_printf(arena, "SHA-256 %.16s…", hex);
}
