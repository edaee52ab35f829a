/*
 * JSON in and out.  Printing is compact, members in the order they were added.
 * Strings must be clean UTF-8 (text_clean); as a last resort every octet that
 * is not is replaced.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/text.h"

/*
 * Writing.  What is added is in the text at once, so members go in its order:
 * an object or array ends with the next addition to one that holds it, and
 * nothing may be added to it after that.
 */
struct json_writer;
struct json_writer *json_new_object(void);
struct json_writer *json_new_array(void);
void json_writer_free(struct json_writer *outermost);

struct json_writer *json_add_object(
    struct json_writer *object, const char *key);
struct json_writer *json_add_array(struct json_writer *object, const char *key);
void json_add_null(struct json_writer *object, const char *key);
void json_add_bool(struct json_writer *object, const char *key, bool);
void json_add_number(struct json_writer *object, const char *key, double);
void json_add_integer(struct json_writer *object, const char *key, int64_t);

/* NULL adds null. */
void json_add_string(struct json_writer *object, const char *key, const char *);
void json_add_digest(struct json_writer *object, const char *key,
    const struct digest *); /* hexadecimal */

struct json_writer *json_append_object(struct json_writer *array);
void json_append_string(struct json_writer *array, const char *);
void json_append_digest(struct json_writer *array, const struct digest *);

/* Appends the document on one line, without a final newline. */
void json_print(const struct json_writer *, struct text *);
/* The same with indentation, for files that people open. */
void json_print_pretty(const struct json_writer *, struct text *);

struct json; /* a value: borrowed from its document, or a whole document */

/*
 * Reading.  NULL when the text is not one JSON value (nothing but white
 * space may follow) or nests deeper than 64; *error then says where and
 * why, a static or arena-less string of at most 80 octets in `error_text`.
 */
struct json *json_parse(struct bytes, char error_text[80]);
void json_free(struct json *);

/*
 * The same with the document and its strings in the arena: nothing is freed.
 * Members of the outermost object whose keys are in `passed_over` (a NULL
 * after the last; or NULL) are left out: of those only strings and brackets
 * are looked at.
 */
const struct json *json_parse_in(struct arena *, struct bytes,
    const char *const passed_over[], char error_text[80]);

/* Getters are safe on NULL and on the wrong type, and give the fallback. */
const struct json *json_get(const struct json *object, const char *key);
const char *json_string(const struct json *); /* NULL unless string */
bool json_is_null(const struct json *);	      /* absent too */
bool json_is_object(const struct json *);
bool json_is_array(const struct json *);
bool json_is_number(const struct json *);
bool json_is_bool(const struct json *);
bool json_bool(const struct json *, bool fallback);
double json_number(const struct json *, double fallback);
int64_t json_integer(const struct json *, int64_t fallback);
bool json_digest(const struct json *, struct digest *);
size_t json_length(const struct json *); /* of an array or object */

/* for (v = json_first(array); v != NULL; v = json_next(v)) */
const struct json *json_first(const struct json *);
const struct json *json_next(const struct json *);
const char *json_key(const struct json *member); /* in an object */

#endif
