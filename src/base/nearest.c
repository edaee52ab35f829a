/*
 * The distance of two words: letters inserted, deleted, replaced, or exchanged
 * with their neighbour (the optimal string alignment distance).
 */
#include "base/nearest.h"

#include <string.h>

#include "base/bytes.h"

/* Longer words are no options and no commands. */
enum { LETTERS_MOST = 40 };

/* Both are at most LETTERS_MOST long. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned rows[LETTERS_MOST + 1][LETTERS_MOST + 1];
	size_t height = strlen(a), width = strlen(b);

	for (size_t i = 0; i <= height; i++)
		rows[i][0] = (unsigned)i;
	for (size_t j = 0; j <= width; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= height; i++)
		for (size_t j = 1; j <= width; j++) {
			unsigned best =
			    rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (rows[i - 1][j] + 1 < best)
				best = rows[i - 1][j] + 1;
			if (rows[i][j - 1] + 1 < best)
				best = rows[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] &&
			    rows[i - 2][j - 2] + 1 < best)
				best = rows[i - 2][j - 2] + 1;
			rows[i][j] = best;
		}
	return rows[height][width];
}

const char *
nearest_word(const char *typed, const char *const words[], size_t count)
{
	size_t length = strlen(typed);
	unsigned allowed = length < 4 ? 1 : length < 8 ? 2 : 3;
	const char *nearest = NULL;

	if (length == 0 || length > LETTERS_MOST)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		unsigned far = LETTERS_MOST;

		/* A word that begins as typed is nearer than any other. */
		if (starts_with(words[i], typed))
			far = 0;
		else if (strlen(words[i]) <= LETTERS_MOST)
			far = distance(typed, words[i]);
		if (far > allowed || (nearest != NULL && far == allowed))
			continue;
		nearest = words[i];
		allowed = far;
	}
	return nearest;
}
