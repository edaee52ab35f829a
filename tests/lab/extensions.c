/*
 * The extensions of a certificate, from its recipe: a table of writers, one
 * an extension, in the order most issuers use.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/lab/der_writer.h"
#include "tests/lab/names.h"
#include "tests/lab/pki.h"

struct task {
	const struct pki *pki;
	const struct recipe *recipe;
	const struct key *own;
	const struct key *issuer;
};

struct extension {
	const char *oid;
	bool (*is_wanted)(const struct task *);
	bool (*is_critical)(const struct task *);
	void (*write)(struct octets *, const struct task *);
};

static bool
has_switch(const struct task *task, enum recipe_switch which)
{
	return (task->recipe->switches & which) != 0;
}

static bool
has_text(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static bool
always(const struct task *task)
{
	(void)task;
	return true;
}

static bool
never(const struct task *task)
{
	(void)task;
	return false;
}

static bool
has_subject_key_id(const struct task *task)
{
	return !has_switch(task, NO_SUBJECT_KEY_ID);
}

static void
write_subject_key_id(struct octets *out, const struct task *task)
{
	put_value(out, TAG_OCTET_STRING, task->own->id, KEY_ID_SIZE);
}

static bool
has_authority_key_id(const struct task *task)
{
	return !has_switch(task, NO_AUTHORITY_KEY_ID) &&
	       (task->own != task->issuer ||
		   has_text(task->recipe->authority_key_id));
}

static void
write_authority_key_id(struct octets *out, const struct task *task)
{
	const char *other = task->recipe->authority_key_id;
	size_t outer = put_open(out, TAG_SEQUENCE);
	size_t inside = put_open(out, TAG_CONTEXT(0));

	if (has_text(other))
		add_hex(out, other, strlen(other));
	else
		octets_add(out, task->issuer->id, KEY_ID_SIZE);
	put_close(out, inside);
	put_close(out, outer);
}

static bool
has_basic_constraints(const struct task *task)
{
	return !has_switch(task, NO_BASIC_CONSTRAINTS);
}

static bool
is_basic_critical(const struct task *task)
{
	return !has_switch(task, BASIC_NOT_CRITICAL);
}

static void
write_basic_constraints(struct octets *out, const struct task *task)
{
	const char *length = task->recipe->path_length;
	size_t inside = put_open(out, TAG_SEQUENCE);

	if (recipe_is_authority(task->recipe))
		put_boolean(out, true);
	if (has_text(length))
		put_integer(
		    out, span_number((struct span){ length, strlen(length) }));
	put_close(out, inside);
}

static bool
has_usage(const struct task *task)
{
	return has_text(task->recipe->usage);
}

static void
write_usage(struct octets *out, const struct task *task)
{
	put_usage(out, task->recipe->usage);
}

static bool
has_purposes(const struct task *task)
{
	return has_text(task->recipe->purposes);
}

static void
write_purposes(struct octets *out, const struct task *task)
{
	size_t inside = put_open(out, TAG_SEQUENCE);

	put_purposes(out, task->recipe->purposes);
	put_close(out, inside);
}

static bool
has_alternative_names(const struct task *task)
{
	return has_text(task->recipe->san);
}

static bool
has_names_twice(const struct task *task)
{
	return has_alternative_names(task) &&
	       has_switch(task, DUPLICATE_EXTENSION);
}

static bool
is_name_critical(const struct task *task)
{
	return has_switch(task, ALTERNATIVE_NAME_CRITICAL);
}

static void
write_alternative_names(struct octets *out, const struct task *task)
{
	size_t inside = put_open(out, TAG_SEQUENCE);

	put_general_names(out, task->recipe->san, false);
	put_close(out, inside);
}

static bool
has_name_constraints(const struct task *task)
{
	return has_text(task->recipe->permitted) ||
	       has_text(task->recipe->excluded);
}

static void
write_subtrees(struct octets *out, unsigned tag, const char *text)
{
	size_t inside;

	if (!has_text(text))
		return;
	inside = put_open(out, tag);
	put_general_names(out, text, true);
	put_close(out, inside);
}

static void
write_name_constraints(struct octets *out, const struct task *task)
{
	size_t inside = put_open(out, TAG_SEQUENCE);

	write_subtrees(
	    out, TAG_CONTEXT_CONSTRUCTED(0), task->recipe->permitted);
	write_subtrees(out, TAG_CONTEXT_CONSTRUCTED(1), task->recipe->excluded);
	put_close(out, inside);
}

static bool
has_aia(const struct task *task)
{
	return has_text(task->recipe->aia);
}

static void
write_aia(struct octets *out, const struct task *task)
{
	const char *cursor = task->recipe->aia;
	size_t outer = put_open(out, TAG_SEQUENCE);
	struct span item;

	while (list_next(&cursor, ' ', &item)) {
		size_t inside = put_open(out, TAG_SEQUENCE);
		struct octets url = { 0 };

		pki_add_url(task->pki, task->recipe, item, &url);
		put_oid_text(out, "1.3.6.1.5.5.7.48.2");
		put_value(out, TAG_CONTEXT(6), url.data, url.length);
		put_close(out, inside);
		octets_clear(&url);
	}
	put_close(out, outer);
}

static bool
has_must_staple(const struct task *task)
{
	return has_switch(task, MUST_STAPLE);
}

static void
write_must_staple(struct octets *out, const struct task *task)
{
	size_t inside = put_open(out, TAG_SEQUENCE);

	(void)task;
	put_integer(out, 5); /* the number of status_request, RFC 7633 */
	put_close(out, inside);
}

static const struct extension extensions[] = {
	{ "2.5.29.14", has_subject_key_id, never, write_subject_key_id },
	{ "2.5.29.35", has_authority_key_id, never, write_authority_key_id },
	{ "2.5.29.19", has_basic_constraints, is_basic_critical,
	    write_basic_constraints },
	{ "2.5.29.15", has_usage, always, write_usage },
	{ "2.5.29.37", has_purposes, never, write_purposes },
	{ "2.5.29.17", has_alternative_names, is_name_critical,
	    write_alternative_names },
	{ "2.5.29.17", has_names_twice, is_name_critical,
	    write_alternative_names },
	{ "2.5.29.30", has_name_constraints, always, write_name_constraints },
	{ "1.3.6.1.5.5.7.1.1", has_aia, never, write_aia },
	{ "1.3.6.1.5.5.7.1.24", has_must_staple, never, write_must_staple },
};

static void
put_extension(struct octets *out, struct span oid, bool critical,
    const struct octets *value)
{
	size_t inside = put_open(out, TAG_SEQUENCE);

	put_oid(out, oid);
	if (critical)
		put_boolean(out, true);
	put_value(out, TAG_OCTET_STRING, value->data, value->length);
	put_close(out, inside);
}

/* "OID:critical:HEX": the octets stand in the extension as they are. */
static void
put_extra(struct octets *out, struct span item)
{
	char *text = span_copy(item);
	const char *cursor = text;
	struct octets value = { 0 };
	struct span oid, part;
	bool critical = false;

	if (!list_next(&cursor, ':', &oid))
		lab_bug("bad extra extension", item.text);
	while (list_next(&cursor, ':', &part)) {
		if (span_is(part, "critical"))
			critical = true;
		else
			add_hex(&value, part.text, part.length);
	}
	put_extension(out, oid, critical, &value);
	octets_clear(&value);
	free(text);
}

static void
put_known(struct octets *out, const struct extension *extension,
    const struct task *task)
{
	struct octets value = { 0 };

	if (!extension->is_wanted(task))
		return;
	extension->write(&value, task);
	put_extension(out,
	    (struct span){ extension->oid, strlen(extension->oid) },
	    extension->is_critical(task), &value);
	octets_clear(&value);
}

void
put_extensions(struct octets *out, const struct pki *pki,
    const struct recipe *recipe, const struct key *own,
    const struct key *issuer)
{
	const struct task task = { pki, recipe, own, issuer };
	const char *cursor = recipe->extra;
	size_t outer = put_open(out, TAG_CONTEXT_CONSTRUCTED(3));
	size_t inside = put_open(out, TAG_SEQUENCE);
	struct span item;

	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		put_known(out, &extensions[i], &task);
	while (cursor != NULL && list_next(&cursor, ' ', &item))
		put_extra(out, item);
	put_close(out, inside);
	put_close(out, outer);
}
