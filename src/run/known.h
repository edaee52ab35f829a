/*
 * Known intermediates: certificates from files that may complete a path and
 * are never an anchor.  Each remembers the file it came from.
 */
#ifndef RUN_KNOWN_H
#define RUN_KNOWN_H

#include "x509/certificate_pool.h"

struct known;
struct known *known_new(void);
void known_free(struct known *);

/*
 * known_where names the file `original`, of which `path` may be a copy.  -1
 * with a sentence in *error (heap; the caller frees).
 */
int known_add_file(
    struct known *, const char *path, const char *original, char **error);

/* Those of another one, which stays their owner and has to live as long. */
void known_borrow(struct known *, const struct known *other);

const struct certificate_index *known_certificates(const struct known *);
/* The file, as it was named. */
const char *known_where(const struct known *, const struct digest *);

#endif
