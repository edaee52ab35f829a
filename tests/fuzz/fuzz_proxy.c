/*
 * A proxy's octets in each dialogue: the first chooses which, the second the
 * size of the pieces.  What is told of them is printable, what is sent is
 * bounded, and what is left for the target is the end of what came.
 */
#include "scan/proxy.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const urls[] = { "http://h:1", "http://u:p@h:1",
		"socks5://h:1", "socks5://u:p@h:1" };
	enum proxy_state state = PROXY_WAITS;
	struct proxy_dialogue dialogue = { .proxy = NULL };
	struct text sent = { .size = 0 };
	struct failure failure = { .may_pass = false };
	struct bytes input = { .size = 0 };
	struct proxy proxy;
	size_t piece;

	if (size < 2)
		return 0;
	piece = (size_t)data[1] + 1;
	require(proxy_parse(&proxy, urls[data[0] % 4]) == NULL);
	proxy_begin(&dialogue, &proxy, "www.example.test", 443, &sent);
	for (size_t at = 2; at < size && state == PROXY_WAITS; at += piece) {
		struct bytes all =
		    bytes_of(data + at, piece < size - at ? piece : size - at);

		input = all;
		state = proxy_input(&dialogue, &input, &sent, &failure);
		if (state == PROXY_OPEN)
			require(input.size < all.size &&
				input.data + input.size == all.data + all.size);
	}
	if (state == PROXY_WAITS && size % 2 == 0)
		proxy_silence(&dialogue, 1000, &failure);
	else if (state == PROXY_WAITS)
		proxy_ended(&dialogue, -1, &failure);
	if (state != PROXY_OPEN)
		require_clean(failure.sentence);
	require_clean(dialogue.words);
	require(sent.size < 400);
	proxy_end(&dialogue);
	proxy_clear(&proxy);
	text_free(&sent);
	return 0;
}
