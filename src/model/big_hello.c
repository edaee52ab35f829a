/* Words of the answers to large ClientHellos, and what they come to. */
#include "model/big_hello.h"

#include "base/bytes.h"

const char hybrid_group[] = "X25519-MLKEM768";

static const char *const words[HELLO_ANSWER_COUNT] = {
	[HELLO_SERVER] = "server_hello",
	[HELLO_RETRY] = "hello_retry_request",
	[HELLO_ALERT] = "alert",
	[HELLO_RESET] = "reset",
	[HELLO_CLOSED] = "closed",
	[HELLO_SILENCE] = "silence",
	[HELLO_FOREIGN] = "no_tls",
};

static const char *const texts[HELLO_ANSWER_COUNT] = {
	[HELLO_NONE] = "no known answer",
	[HELLO_SERVER] = "a ServerHello",
	[HELLO_RETRY] = "a HelloRetryRequest",
	[HELLO_ALERT] = "an alert",
	[HELLO_RESET] = "a reset",
	[HELLO_CLOSED] = "a closed connection",
	[HELLO_SILENCE] = "no answer",
	[HELLO_FOREIGN] = "octets that are not TLS",
};

const char *
big_hello_answer_text(struct arena *arena, const struct big_hello *hello)
{
	const char *more = hello->alert != NULL ? hello->alert : hello->group;

	return more == NULL
		   ? texts[hello->answer]
		   : arena_printf(arena, "%s, %s", texts[hello->answer], more);
}

const char *
big_hello_text(struct arena *arena, const struct big_hello *hello)
{
	const char *text = big_hello_answer_text(arena, hello);

	if (hello->split != HELLO_NONE && hello->split != hello->answer)
		text = arena_printf(
		    arena, "%s; in two segments %s", text, texts[hello->split]);
	if (hello->small != HELLO_NONE)
		text = arena_printf(arena, "%s; without X25519MLKEM768 %s",
		    text, texts[hello->small]);
	return text;
}

const char *
hello_answer_word(enum hello_answer answer)
{
	return words[answer];
}

bool
hello_answer_from_word(const char *word, enum hello_answer *answer)
{
	for (int i = HELLO_NONE + 1; word != NULL && i < HELLO_ANSWER_COUNT;
	     i++)
		if (strcmp(words[i], word) == 0) {
			*answer = (enum hello_answer)i;
			return true;
		}
	return false;
}

bool
hello_was_taken(enum hello_answer answer)
{
	return answer == HELLO_SERVER || answer == HELLO_RETRY;
}

enum big_hello_fate
big_hello_fate(const struct big_hello *hello)
{
	bool whole = hello_was_taken(hello->answer);
	bool split = hello_was_taken(hello->split);

	if (whole && (split || hello->split == HELLO_NONE))
		return BIG_HELLO_TAKEN;
	if (hello->answer == HELLO_NONE || !hello_was_taken(hello->small))
		return BIG_HELLO_UNKNOWN;
	return whole || split ? BIG_HELLO_DEPENDS : BIG_HELLO_REFUSED;
}

const char *
big_hello_group(const struct big_hello *hello)
{
	switch (hello->answer) {
	case HELLO_SERVER:
		return string_equal(hello->group, hybrid_group) ? "chosen"
								: "refused";
	case HELLO_RETRY:
		return "retry";
	case HELLO_ALERT:
		return "refused";
	default:
		return NULL;
	}
}
