/*
 * Reads the members of JSON objects that we wrote ourselves.  The first one
 * that is missing or of the wrong kind is remembered as the reason, and what
 * is read after it is empty: callers read straight down and look once.
 */
#ifndef MODEL_RECORD_READER_H
#define MODEL_RECORD_READER_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/json.h"

/* What json_parse has to say when a line is no JSON at all. */
enum { JSON_ERROR_SIZE = 80 };

struct record_reader {
	struct arena *arena; /* where everything read is copied to */
	const char *reason;  /* NULL: all is well so far */
};

/* The first reason stays; `key` names the member. */
void record_refuse(
    struct record_reader *, const char *key, const char *sentence);

/* Of any kind, null too; NULL when there is no such member. */
const struct json *record_member(
    struct record_reader *, const struct json *object, const char *key);
const struct json *record_array(
    struct record_reader *, const struct json *object, const char *key);
const struct json *record_object(
    struct record_reader *, const struct json *object, const char *key);

/* A string, or null where it may be absent: then NULL. */
const char *record_string(
    struct record_reader *, const struct json *object, const char *key);
const char *record_optional_string(
    struct record_reader *, const struct json *object, const char *key);

/* An array of strings; *count of them. */
const char **record_strings(struct record_reader *, const struct json *object,
    const char *key, size_t *count);

bool record_bool(
    struct record_reader *, const struct json *object, const char *key);
int64_t record_integer(struct record_reader *, const struct json *object,
    const char *key, int64_t least, int64_t most);
void record_digest(struct record_reader *, const struct json *object,
    const char *key, struct digest *);
const struct digest *record_digests(struct record_reader *,
    const struct json *object, const char *key, size_t *count);

/* RFC 3339, in seconds since the epoch. */
int64_t record_time(
    struct record_reader *, const struct json *object, const char *key);

/* A number, or null: then -1. */
double record_milliseconds(
    struct record_reader *, const struct json *object, const char *key);

/* Base64, or null: then no octets. */
struct bytes record_octets(
    struct record_reader *, const struct json *object, const char *key);

#endif
