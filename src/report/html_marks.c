/* Strings and marks within the data and the links of report.html. */

#include "report/html.h"

#include <string.h>

#include "base/columns.h"

void
html_json_inner(struct text *out, const char *string)
{
	struct text clean = { NULL, 0, 0 };

	if (string != NULL && *string != '\0')
		text_append_cell(&clean, string, SIZE_MAX);
	for (size_t i = 0; i < clean.size; i++) {
		size_t plain = strcspn(clean.data + i, "\"\\<");

		text_append_bytes(out, bytes_of(clean.data + i, plain));
		i += plain;
		if (i == clean.size)
			break;
		/* So that no string ends the element that holds the data. */
		if (clean.data[i] == '<')
			text_append(out, "\\u003c");
		else
			text_printf(out, "\\%c", clean.data[i]);
	}
	text_free(&clean);
}

void
html_json_string(struct text *out, const char *string)
{
	text_append_char(out, '"');
	html_json_inner(out, string);
	text_append_char(out, '"');
}

void
html_share_begin(struct text *out)
{
	text_append_char(out, MARK_SHARED);
}

void
html_share_end(struct text *out)
{
	text_append_char(out, MARK_SHARED_END);
}

void
html_dates_of(struct text *out, const struct digest *sha256)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(sha256, hex);
	text_append_char(out, MARK_DATES);
	text_append(out, hex);
}

void
html_fragment(struct text *out, const char *words)
{
	struct text clean = { NULL, 0, 0 };

	if (*words != '\0')
		text_append_cell(&clean, words, SIZE_MAX);
	for (size_t i = 0; i < clean.size; i++) {
		unsigned char octet = (unsigned char)clean.data[i];

		if ((octet >= '0' && octet <= '9') ||
		    (octet >= 'A' && octet <= 'Z') ||
		    (octet >= 'a' && octet <= 'z') ||
		    strchr("-._~:", octet) != NULL)
			text_append_char(out, (char)octet);
		else
			text_printf(out, "%%%02X", octet);
	}
	text_free(&clean);
}

/*
 * Of "HOST", "V6" or "HOST:PORT", as texts leave out the port 443; and of one
 * of several addresses, "HOST:PORT at ADDRESS".
 */
void
html_host_link(struct text *out, const char *host)
{
	struct text name = { NULL, 0, 0 };
	const char *rest = strstr(host, " at ");
	size_t size = rest == NULL ? strlen(host) : (size_t)(rest - host);
	const char *colon = memchr(host, ':', size);
	bool is_v6 = *host != '[' && colon != NULL &&
		     memchr(colon + 1, ':', size - (size_t)(colon + 1 - host));

	if (is_v6)
		text_append_char(&name, '[');
	text_append_bytes(&name, bytes_of(host, size));
	if (is_v6)
		text_append_char(&name, ']');
	if (is_v6 || colon == NULL)
		text_append(&name, ":443");
	text_append(&name, rest == NULL ? "" : rest);
	text_append_char(out, MARK_LINK);
	html_fragment(out, name.data);
	text_append_char(out, MARK_LINK_END);
	html_fill(out, "{}", host);
	text_append_char(out, MARK_LINK_END);
	text_free(&name);
}
