/*
 * A server's octets in each STARTTLS dialogue: the first chooses the protocol,
 * the second the size of the pieces.  What is told of them is printable, and
 * what is sent stays in proportion to what came.
 */
#include "scan/starttls.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum starttls_state state = STARTTLS_WAITS;
	struct starttls starttls = { .dialogue = NULL };
	struct text sent = { .size = 0 };
	struct failure failure = { .may_pass = false };
	size_t piece;

	if (size < 2)
		return 0;
	piece = (size_t)data[1] + 1;
	starttls_begin(&starttls,
	    (enum starttls_protocol)(data[0] % STARTTLS_COUNT),
	    "chat.example.test", "::1", &sent);
	for (size_t at = 2; at < size && state == STARTTLS_WAITS; at += piece)
		state = starttls_input(&starttls,
		    bytes_of(data + at, piece < size - at ? piece : size - at),
		    &sent, &failure);
	if (state == STARTTLS_READY)
		state =
		    starttls_take_early(&starttls, bytes_of(data, 2), &failure);
	if (state == STARTTLS_WAITS)
		starttls_silence(&starttls, 1000, &failure);
	if (state != STARTTLS_READY)
		require_clean(failure.sentence);
	require_clean(starttls.words);
	require(starttls.early_count <= size);
	require(sent.size < 1000 + 2 * size);
	starttls_end(&starttls);
	text_free(&sent);
	return 0;
}
