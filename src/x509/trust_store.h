/*
 * A trust store: the anchors that one kind of client trusts.  Immutable once
 * loaded; shared by all threads.
 *
 * Anchors are the store's self-signed certificates, and others whose issuer
 * is not in the same store.  A store certificate whose issuer is there counts
 * as a known intermediate, not an anchor; clients that accept partial chains
 * still take it as one.  What the file itself excludes from TLS servers is
 * refused: no path leads through it.
 */
#ifndef X509_TRUST_STORE_H
#define X509_TRUST_STORE_H

#include "x509/bundle.h"
#include "x509/certificate_pool.h"

struct trust_store;

/*
 * A store's name becomes a member of records and the name of a file: at most
 * 64 of letters, digits, ".", "_" and "-", and no "." first.
 */
bool trust_store_is_name(struct bytes);

/*
 * The paths joined (files or directories), each certificate once.  NULL with
 * a sentence in *error (heap; the caller frees) when a path cannot be read or
 * holds no certificate.
 */
struct trust_store *trust_store_load(
    const char *name, const char *const paths[], size_t count, char **error);
/* The same, with the caller's way to read a path (bundle_read_path's). */
typedef int store_reader(const void *context, struct arena *, const char *path,
    struct bundle *, const char **error);
struct trust_store *trust_store_load_by(const char *name,
    const char *const paths[], size_t count, store_reader *,
    const void *context, char **error);
void trust_store_free(struct trust_store *);

/*
 * The same out of certificates that were read already; the origin is only
 * shown.
 */
struct trust_store *trust_store_from_bundle(
    const char *name, const char *origin, const struct bundle *, char **error);

/*
 * The same out of certificates that others hold, and that have to outlive the
 * store; it may be empty.
 */
struct trust_store *trust_store_of(
    const char *name, const struct certificate_index *);

/*
 * The same certificates under another name: one file can be the store of
 * several clients.  Both are to be freed, in any order.
 */
struct trust_store *trust_store_share(
    struct trust_store *, const char *name, const char *origin);

/*
 * The system's own store: SSL_CERT_FILE, else SSL_CERT_DIR, else the first of
 * the places distributions use that exists.  NULL: none found.
 */
const char *trust_store_system_path(void);

const char *trust_store_name(const struct trust_store *);
/* Where it was read from, joined by ":". */
const char *trust_store_origin(const struct trust_store *);

/* Anchors, and the store's other certificates, by subject. */
const struct certificate_index *trust_store_anchors(const struct trust_store *);
const struct certificate_index *trust_store_intermediates(
    const struct trust_store *);

const struct certificate_index *trust_store_refused(const struct trust_store *);

/* Any of the three; NULL: it is not in the store. */
const struct certificate *trust_store_get(
    const struct trust_store *, const struct digest *sha256);

bool trust_store_has_terms(const struct trust_store *); /* of any */
/* What the file says of it; NULL: nothing, or it is not in the store. */
const struct store_terms *trust_store_terms(
    const struct trust_store *, const struct certificate *);
/* Was this leaf issued after the date from which new ones are refused? */
bool store_terms_is_too_late(
    const struct store_terms *, const struct certificate *leaf);
/* Why it is refused: what follows "which the store NAME". */
const char *store_terms_words(struct arena *, const struct store_terms *);
/* Does the store refuse it, or for this leaf? */
bool trust_store_refuses(const struct trust_store *, const struct certificate *,
    const struct certificate *leaf);

/* Appends all certificates with their terms; the DER stays the store's. */
void trust_store_copy(
    const struct trust_store *, struct arena *, struct bundle *);

/* Is this very certificate in the store, and as what? */
enum store_place {
	STORE_ABSENT,
	STORE_ANCHOR,
	STORE_INTERMEDIATE,
	STORE_REFUSED
};
enum store_place trust_store_find(
    const struct trust_store *, const struct digest *sha256);

size_t trust_store_damaged(const struct trust_store *); /* not usable */

#endif
