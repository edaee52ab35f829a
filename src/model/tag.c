/* Tags are what people write: also "team a", "../x", or names in any script. */
#include "model/tag.h"

#include <ctype.h>
#include <inttypes.h>

#include "base/fnv.h"

enum { FOLDER_MOST = 64 };

const char *
tag_folder(struct arena *arena, const char *tag)
{
	size_t size = strlen(tag);
	size_t kept = size < FOLDER_MOST ? size : FOLDER_MOST;
	char *name = arena_alloc(arena, kept + 1);
	bool is_changed = kept < size || size == 0;

	for (size_t i = 0; i < kept; i++) {
		unsigned char c = (unsigned char)tag[i];
		bool is_kept = (c < 128 && isalnum(c)) || c == '-' ||
			       c == '_' || (c == '.' && i > 0 && i + 1 < size);

		name[i] = is_kept ? tag[i] : '_';
		is_changed = is_changed || !is_kept;
	}
	name[kept] = '\0';
	if (!is_changed)
		return name;
	return arena_printf(arena, "%s-%08" PRIx32, name,
	    (uint32_t)fnv_add(FNV_START, bytes_from_string(tag)));
}
