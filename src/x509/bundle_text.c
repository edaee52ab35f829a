/*
 * Certificates out of text: PEM (RFC 7468), with anything between the
 * blocks, and CSV with PEM in one column, as CCADB publishes its lists.
 */
#include "x509/bundle_text.h"

#include "base/base64.h"
#include "base/text.h"

static struct bytes
after(struct bytes text, const uint8_t *at)
{
	return bytes_of(at, (size_t)(text.data + text.size - at));
}

/* Where the word is; NULL: nowhere. */
static const uint8_t *
find(struct bytes text, const char *word)
{
	return text.size == 0
		   ? NULL
		   : memmem(text.data, text.size, word, strlen(word));
}

struct pem_block {
	struct bytes label, body;
};

/*
 * The next block, and *text behind it.  One that never ends is passed over
 * and counted: the next may be whole.
 */
static bool
next_block(struct bytes *text, struct pem_block *block, size_t *skipped)
{
	static const char begin[] = "-----BEGIN ", dashes[] = "-----";
	static const char end[] = "-----END ";
	const uint8_t *at;

	while ((at = find(*text, begin)) != NULL) {
		*text = after(*text, at + strlen(begin));
		at = find(*text, dashes);
		if (at == NULL)
			break;
		block->label = bytes_of(text->data, (size_t)(at - text->data));
		*text = after(*text, at + strlen(dashes));
		at = find(*text, dashes);
		if (at == NULL)
			break;
		block->body = bytes_of(text->data, (size_t)(at - text->data));
		*text = after(*text, at);
		if (text->size >= strlen(end) &&
		    memcmp(text->data, end, strlen(end)) == 0) {
			*text = after(*text, at + strlen(end));
			return true;
		}
		(*skipped)++;
	}
	return false;
}

enum pem_kind { PEM_OTHER, PEM_CERTIFICATE, PEM_TRUSTED, PEM_PKCS7 };

struct label_row {
	const char *label;
	enum pem_kind kind;
};

static const struct label_row labels[] = {
	{ "CERTIFICATE", PEM_CERTIFICATE },
	{ "X509 CERTIFICATE", PEM_CERTIFICATE },
	{ "TRUSTED CERTIFICATE", PEM_TRUSTED },
	{ "PKCS7", PEM_PKCS7 },
	{ "PKCS #7 SIGNED DATA", PEM_PKCS7 },
	{ "CMS", PEM_PKCS7 },
};

bool
bundle_names_servers(struct der uses)
{
	static const struct bytes servers[] = {
		OID("\x2b\x06\x01\x05\x05\x07\x03\x01"),
		OID("\x55\x1d\x25\x00"),
	};
	struct der_item use;

	while (der_take(&uses, DER_OID, &use))
		if (bytes_equal(use.content, servers[0]) ||
		    bytes_equal(use.content, servers[1]))
			return true;
	return false;
}

/*
 * OpenSSL's X509_CERT_AUX behind the certificate: the uses it is trusted for,
 * then [0] those it is rejected for.  A list of uses excludes all others, and
 * rejection wins (obj_trust() in crypto/x509/x509_trust.c).
 */
static struct store_terms
terms_behind(struct der rest)
{
	struct store_terms terms = { .is_trusted_form = true };
	struct der auxiliary, uses;

	if (!der_enter(&rest, DER_SEQUENCE, &auxiliary))
		return terms;
	if (der_enter(&auxiliary, DER_SEQUENCE, &uses)) {
		terms.allowed = bundle_names_servers(uses);
		terms.rejected = !terms.allowed;
	}
	if (der_enter(&auxiliary, DER_CONTEXT_CONSTRUCTED(0), &uses) &&
	    bundle_names_servers(uses)) {
		terms.allowed = false;
		terms.rejected = true;
	}
	return terms;
}

/* False when it cannot be decoded. */
static bool
add_block(struct arena *arena, const struct pem_block *block,
    enum pem_kind kind, struct bundle *bundle)
{
	struct store_terms terms = { false };
	struct der_item certificate;
	struct bytes der;
	struct der elements;

	if (base64_decode(arena, block->body, &der) < 0 || der.size == 0)
		return false;
	if (kind == PEM_PKCS7)
		return bundle_read_pkcs7(arena, der, bundle);
	/* OpenSSL's own form: the certificate, then what it is trusted for. */
	elements = der_of(der);
	if (kind == PEM_TRUSTED && der_next(&elements, &certificate)) {
		der = certificate.whole;
		terms = terms_behind(elements);
	}
	bundle_add(arena, bundle, der, &terms);
	return true;
}

void
bundle_read_pem(struct arena *arena, struct bytes text, struct bundle *bundle)
{
	struct pem_block block;

	while (next_block(&text, &block, &bundle->skipped)) {
		enum pem_kind kind = PEM_OTHER;

		for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
			if (bytes_equal(block.label,
				bytes_from_string(labels[i].label)))
				kind = labels[i].kind;
		if (kind != PEM_OTHER &&
		    !add_block(arena, &block, kind, bundle))
			bundle->skipped++;
	}
}

/* RFC 4180: quoted fields hold commas, line ends and doubled quotes. */
struct table {
	struct bytes rest;
	struct text field;
};

enum field_end { FIELD_COMMA, FIELD_LINE, FIELD_FILE };

static uint8_t
take_octet(struct table *table)
{
	uint8_t octet = table->rest.data[0];

	table->rest = bytes_of(table->rest.data + 1, table->rest.size - 1);
	return octet;
}

/* After the opening quote, to behind the closing one. */
static void
read_quoted(struct table *table)
{
	while (table->rest.size > 0) {
		uint8_t octet = take_octet(table);

		if (octet == '"') {
			if (table->rest.size == 0 || table->rest.data[0] != '"')
				return;
			take_octet(table);
		}
		text_append_char(&table->field, (char)octet);
	}
}

/* The next field into table->field, and what ended it. */
static enum field_end
next_field(struct table *table)
{
	text_clear(&table->field);
	while (table->rest.size > 0) {
		uint8_t octet = take_octet(table);

		if (octet == '"')
			read_quoted(table);
		else if (octet == ',')
			return FIELD_COMMA;
		else if (octet == '\n')
			return FIELD_LINE;
		else if (octet != '\r')
			text_append_char(&table->field, (char)octet);
	}
	return FIELD_FILE;
}

/* Of a CCADB report; -1: there is no such column. */
struct table_columns {
	int pem;
	int bits;   /* Mozilla's "Trust Bits" */
	int status; /* "Microsoft Status" */
	int uses;   /* "Microsoft EKUs" */
};

/* What the first row says; the first column with "PEM" in its name is it. */
static struct table_columns
find_columns(struct table *table)
{
	struct table_columns found = { -1, -1, -1, -1 };
	enum field_end end;
	int column = 0;

	do {
		struct bytes name;

		end = next_field(table);
		name = bytes_of(table->field.data, table->field.size);
		if (found.pem < 0 && find(name, "PEM") != NULL)
			found.pem = column;
		if (bytes_equal(name, bytes_from_string("Trust Bits")))
			found.bits = column;
		if (bytes_equal(name, bytes_from_string("Microsoft Status")))
			found.status = column;
		if (bytes_equal(name, bytes_from_string("Microsoft EKUs")))
			found.uses = column;
		column++;
	} while (end == FIELD_COMMA);
	return found;
}

bool
bundle_is_table(struct bytes text)
{
	const uint8_t *line_end =
	    text.size == 0 ? NULL : memchr(text.data, '\n', text.size);
	struct table table = { .rest = text };
	bool is_table;

	/* The name of a column has no line ends, so the first row is a line. */
	if (line_end == NULL)
		return false;
	table.rest.size = (size_t)(line_end - text.data);
	is_table = find(table.rest, "-----BEGIN") == NULL &&
		   find(table.rest, ",") != NULL &&
		   find_columns(&table).pem >= 0;
	text_free(&table.field);
	return is_table;
}

/*
 * Bits are "Websites", "Email" and the like with semicolons between, EKUs
 * "Server Authentication" and the like; of Microsoft's words for the status
 * (Included, NotBefore, Disabled) one is an anchor.
 */
static bool
is_for_servers(
    const struct table_columns *columns, int column, const struct text *field)
{
	struct bytes value = bytes_of(field->data, field->size);

	if (column == columns->bits)
		return find(value, "Websites") != NULL;
	if (column == columns->uses)
		return find(value, "Server Authentication") != NULL;
	return column != columns->status ||
	       bytes_equal(value, bytes_from_string("Included"));
}

void
bundle_read_table(struct arena *arena, struct bytes text, struct bundle *bundle)
{
	struct table table = { .rest = text };
	struct table_columns columns = find_columns(&table);
	size_t first = bundle->count;
	bool distrusted = false;
	int column = 0;

	while (table.rest.size > 0) {
		enum field_end end = next_field(&table);

		/* Around the block CCADB writes apostrophes: skipped too. */
		if (column == columns.pem)
			bundle_read_pem(arena,
			    bytes_of(table.field.data, table.field.size),
			    bundle);
		distrusted = distrusted ||
			     !is_for_servers(&columns, column, &table.field);
		column++;
		if (end == FIELD_COMMA)
			continue;
		for (; first < bundle->count; first++)
			bundle->terms[first].distrusted = distrusted;
		distrusted = false;
		column = 0;
	}
	for (; first < bundle->count; first++)
		bundle->terms[first].distrusted = distrusted;
	text_free(&table.field);
}
