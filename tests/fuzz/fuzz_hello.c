/*
 * A server's answer to a ClientHello, in pieces: what was decided of the first
 * octets stands whatever follows.
 */
#include "scan/hello_answer.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hello_choice choice, then;
	struct bytes all = bytes_of(data, size), rest = all;
	size_t cut = fuzz_octet(&rest);
	enum hello_answer first, last = hello_answer_read(rest, &choice);

	if (cut > rest.size)
		cut = rest.size;
	first = hello_answer_read(bytes_of(rest.data, cut), &then);
	require(first == HELLO_NONE || first == last);
	if (first == HELLO_SERVER || first == HELLO_RETRY)
		require(then.version == choice.version &&
			then.group == choice.group);
	require(last != HELLO_NONE || rest.size < HELLO_ANSWER_MOST);
	require(last != HELLO_ALERT || choice.version == 0);
	hello_group_name(choice.group);
	hello_version_name(choice.version);
	return 0;
}
