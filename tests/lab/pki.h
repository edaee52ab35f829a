/*
 * The lab's certificates: recipes go in, DER comes out.  Issuing needs only
 * the issuer's name and key, not its certificate, so circles are possible.
 */
#ifndef LAB_PKI_H
#define LAB_PKI_H

#include <time.h>

#include "tests/lab/keys.h"
#include "tests/lab/octets.h"
#include "tests/lab/recipe.h"

struct pki_certificate {
	struct recipe recipe; /* with what is usual filled in */
	char *key_label;
	char *usual_san; /* DNS:HOST */
	const struct key *key;
	struct octets der; /* empty where it could not be made */
	struct pki_certificate *next;
};

struct pki {
	time_t now;
	unsigned aia_port; /* where AIA is served, and where nothing listens */
	unsigned closed_port;
	struct key_ring keys;
	struct pki_certificate *first, **last;
};

void pki_init(struct pki *, time_t now);
void pki_clear(struct pki *);

/* The recipe's texts are borrowed for the life of the PKI. */
void pki_add(struct pki *, const struct recipe *);

/*
 * Makes everything that was added.  What this GnuTLS cannot sign is left
 * empty; a recipe that names an unknown issuer is a bug.
 */
void pki_make(struct pki *);

/*
 * One certificate by itself, for fleets too large to be kept: `own` has its
 * key and a recipe with nothing left to be filled in, and owns the DER.
 */
void pki_issue(const struct pki *, struct pki_certificate *own,
    const struct pki_certificate *issuer);

/* NULL where there is none of that name. */
const struct pki_certificate *pki_find(const struct pki *, const char *name);
/* A CA by its row and its basicConstraints. */
bool recipe_is_authority(const struct recipe *);
bool pki_is_root(const struct pki_certificate *);

/*
 * One URL of a recipe's AIA list, written in short:
 *	VERB/NAME		http://127.0.0.1:AIA/VERB/NAME
 *	name:VERB/NAME		http://aia.lab.test:AIA/VERB/NAME
 *	closed:VERB/NAME	http://127.0.0.1:CLOSED/VERB/NAME
 *	secure:VERB/NAME	https://127.0.0.1:AIA/VERB/NAME
 *	own:VERB/NAME		https://HOST:PORT/VERB/NAME, of the recipe
 */
void pki_add_url(
    const struct pki *, const struct recipe *, struct span, struct octets *);

/*
 * SEQUENCE { tbs, algorithm, signature }, signed with the issuer's key, as
 * certificates and OCSP responses have it.  false: cannot be signed so.
 */
bool pki_put_signed(struct octets *, const struct octets *tbs,
    const struct key *, enum recipe_signature);
bool pki_put_algorithm(
    struct octets *, const struct key *, enum recipe_signature);

/* The subject of a recipe; `tag` is the string type, 0 for UTF8String. */
void pki_put_subject(struct octets *, const struct recipe *, unsigned tag);
void pki_put_serial(struct octets *, const struct recipe *);

/* The extensions of a recipe, [3] and all (extensions.c). */
void put_extensions(struct octets *, const struct pki *, const struct recipe *,
    const struct key *own, const struct key *issuer);

#endif
