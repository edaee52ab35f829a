/*
 * How far two words are apart: letters put in, left out, taken for another,
 * or exchanged with their neighbour (the optimal string alignment distance).
 */
#include "base/nearest.h"

#include <string.h>

#include "base/bytes.h"

/* Longer words are no options and no commands. */
enum { LETTERS_MOST = 40 };

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned smaller = a < b ? a : b;

	return smaller < c ? smaller : c;
}

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
			unsigned other = a[i - 1] != b[j - 1];

			rows[i][j] = least(rows[i - 1][j] + 1,
			    rows[i][j - 1] + 1, rows[i - 1][j - 1] + other);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] &&
			    rows[i - 2][j - 2] + 1 < rows[i][j])
				rows[i][j] = rows[i - 2][j - 2] + 1;
		}
	return rows[height][width];
}

/* A word that begins so is nearer than any that has to be mended. */
static unsigned
rate(const char *typed, const char *word)
{
	if (starts_with(word, typed))
		return 0;
	return strlen(word) > LETTERS_MOST ? LETTERS_MOST
					   : distance(typed, word);
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
		unsigned far = rate(typed, words[i]);

		if (far > allowed || (nearest != NULL && far == allowed))
			continue;
		nearest = words[i];
		allowed = far;
	}
	return nearest;
}
