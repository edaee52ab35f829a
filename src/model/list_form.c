/*
 * Looks at a list before it is read.  Nothing is misread in silence: what is
 * not a plain list is said, and what fits two readings is refused.
 */
#include "model/list_form.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "model/list_columns.h"
#include "model/list_json.h"
#include "model/list_tools.h"
#include "model/list_xml.h"
#include "model/list_yaml.h"
#include "model/list_zone.h"

/* The first lines, each without blanks at its ends, and what they are. */
struct sample {
	struct bytes octets;
	struct arena *arena;
	const char *lines[LIST_SAMPLE_LINES]; /* not the empty ones */
	size_t count;
	size_t first;	       /* the first that is no `#` comment */
	enum list_shape shape; /* the most frequent one */
	size_t numbers;	       /* lines with a number before or behind a host */
	bool numbers_rise, numbers_count_up, numbers_are_ports, any_is_port;
};

/* Where forms are looked for: what an earlier step finds is the form. */
enum form_step { STEP_HEADER, STEP_JSON, STEP_MARKER, STEP_INI, STEP_SHAPE };

struct form_row {
	struct list_form form;
	enum form_step step;
	bool (*fits)(const struct sample *); /* NULL: by `shape` */
	enum list_shape shape;
	/* Of each line; COLUMN_COUNT is a number that is not read. */
	struct list_columns columns;
};

static bool
begins(const char *text, const char *start)
{
	return strncasecmp(text, start, strlen(start)) == 0;
}

static bool
any_begins(const struct sample *sample, const char *start)
{
	for (size_t i = 0; i < sample->count; i++)
		if (begins(sample->lines[i], start))
			return true;
	return false;
}

/* The first character that is no white space, and the next one. */
static void
first_characters(const struct sample *sample, char *first, char *second)
{
	struct bytes octets = sample->octets;
	size_t at = 0;

	*first = *second = '\0';
	while (at < octets.size && isspace(octets.data[at]))
		at++;
	if (at < octets.size)
		*first = (char)octets.data[at++];
	while (at < octets.size && isspace(octets.data[at]))
		at++;
	if (at < octets.size)
		*second = (char)octets.data[at];
}

static bool
is_json(const struct sample *sample)
{
	char first, second;

	first_characters(sample, &first, &second);
	return first == '{' || (first == '[' && strchr("{\"]", second) != NULL);
}

static bool
is_file_sd_json(const struct sample *sample)
{
	static const char key[] = "\"targets\"";

	return is_json(sample) &&
	       memmem(sample->octets.data, sample->octets.size, key,
		   sizeof(key) - 1) != NULL;
}

static bool
is_other_json(const struct sample *sample)
{
	return is_json(sample) && !is_file_sd_json(sample);
}

static bool
is_xml(const struct sample *sample)
{
	return sample->count > 0 && sample->lines[0][0] == '<' &&
	       memmem(sample->octets.data, sample->octets.size, "<nmaprun",
		   8) != NULL;
}

static bool
is_nmap_grep(const struct sample *sample)
{
	for (size_t i = 0; i < sample->count; i++)
		if (begins(sample->lines[i], "Host: ") ||
		    (begins(sample->lines[i], "Timestamp: ") &&
			strstr(sample->lines[i], "Host: ") != NULL))
			return true;
	return any_begins(sample, "# Nmap ") ||
	       any_begins(sample, "# Masscan ");
}

static bool
is_masscan(const struct sample *sample)
{
	return any_begins(sample, "#masscan") ||
	       any_begins(sample, "open tcp ") ||
	       any_begins(sample, "open udp ");
}

static bool
is_zone(const struct sample *sample)
{
	if (any_begins(sample, "; <<>> DiG "))
		return true;
	for (size_t i = 0; i < sample->count; i++)
		if (list_is_zone_line(sample->lines[i]))
			return true;
	return false;
}

/* A sequence on the outside, with groups that have targets. */
static bool
is_file_sd_yaml(const struct sample *sample)
{
	size_t first = sample->first;

	if (first < sample->count && begins(sample->lines[first], "---"))
		first++;
	if (first >= sample->count || !begins(sample->lines[first], "- "))
		return false;
	for (size_t i = first; i < sample->count; i++)
		if (begins(sample->lines[i], "- targets:") ||
		    begins(sample->lines[i], "targets:"))
			return true;
	return false;
}

/* [group], or variables behind a host. */
static bool
is_ansible(const struct sample *sample)
{
	for (size_t i = 0; i < sample->count; i++) {
		const char *line = sample->lines[i];
		const char *blank = strchr(line, ' ');
		size_t size;

		if (list_is_group(line))
			return true;
		if (blank == NULL || *line == '#')
			continue;
		blank += strspn(blank, " ");
		size = strspn(blank, "abcdefghijklmnopqrstuvwxyz_0123456789");
		if (size > 0 && blank[size] == '=')
			return true;
	}
	return false;
}

/* "443,example.com": ports, one after another, do not rise as ranks do. */
static bool
is_port_host(const struct sample *sample)
{
	return sample->shape == SHAPE_NUMBER_HOST &&
	       sample->numbers_are_ports &&
	       (sample->numbers == 1 ? !sample->numbers_count_up
				     : !sample->numbers_rise);
}

/* "example.com,1", "example.org,2": a rank as well as a port. */
static bool
is_host_rank(const struct sample *sample)
{
	return sample->shape == SHAPE_PORT &&
	       ((sample->numbers > 1 && sample->numbers_count_up) ||
		   (sample->numbers > 1 && sample->numbers_rise &&
		       !sample->any_is_port) ||
		   (sample->numbers > 9 && sample->numbers_rise));
}

static bool
is_host_port(const struct sample *sample)
{
	return sample->shape == SHAPE_PORT &&
	       (sample->numbers_are_ports || !is_host_rank(sample));
}

static const struct form_row rows[] = {
	{ .form = { "csv", "a table with a header row", list_columns_read,
	      NULL },
	    .step = STEP_HEADER },
	{ .form = { "file-sd", "Prometheus file_sd in JSON, labels not read",
	      list_json_read, NULL },
	    .step = STEP_JSON,
	    .fits = is_file_sd_json },
	{ .form = { "json", "JSON, of which host, ip, port or url are read",
	      list_json_read, NULL },
	    .step = STEP_JSON,
	    .fits = is_other_json },
	{ .form = { "nmap-xml", "XML of nmap or masscan, its open TCP ports",
	      list_xml_read, NULL },
	    .step = STEP_MARKER,
	    .fits = is_xml },
	{ .form = { "nmap-grep", "nmap -oG, its open TCP ports", list_nmap_read,
	      NULL },
	    .step = STEP_MARKER,
	    .fits = is_nmap_grep },
	{ .form = { "masscan-list", "masscan -oL, its open TCP ports",
	      list_masscan_read, NULL },
	    .step = STEP_MARKER,
	    .fits = is_masscan },
	{ .form = { "zone",
	      "a DNS zone, its names with A, AAAA or CNAME records",
	      list_zone_read, NULL },
	    .step = STEP_MARKER,
	    .fits = is_zone },
	{ .form = { "file-sd-yaml",
	      "Prometheus file_sd in YAML, labels not read", list_yaml_read,
	      list_yaml_end },
	    .step = STEP_MARKER,
	    .fits = is_file_sd_yaml },
	{ .form = { "ansible",
	      "an Ansible inventory, whose ports (of SSH) are not read",
	      list_ansible_read, NULL },
	    .step = STEP_INI,
	    .fits = is_ansible },
	{ .form = { "rank", "a rank and a host a line", list_columns_read,
	      NULL },
	    .step = STEP_SHAPE,
	    .shape = SHAPE_NUMBER_HOST,
	    .columns = { { COLUMN_COUNT, COLUMN_HOST }, 2, '\0' } },
	{ .form = { "host-rank", "a host and a rank a line", list_columns_read,
	      NULL },
	    .step = STEP_SHAPE,
	    .fits = is_host_rank,
	    .columns = { { COLUMN_HOST, COLUMN_COUNT }, 2, '\0' } },
	{ .form = { "port-host", "a port and a host a line", list_columns_read,
	      NULL },
	    .step = STEP_SHAPE,
	    .fits = is_port_host,
	    .columns = { { COLUMN_PORT, COLUMN_HOST }, 2, '\0' } },
	{ .form = { "host-port", "a host and its port a line", list_shapes_read,
	      NULL },
	    .step = STEP_SHAPE,
	    .fits = is_host_port },
	{ .form = { "hosts",
	      "an address and its names a line, as in /etc/hosts",
	      list_shapes_read, NULL },
	    .step = STEP_SHAPE,
	    .shape = SHAPE_HOSTS },
	{ .form = { "zgrab2", "zgrab2's ip,domain,tag,port", list_shapes_read,
	      NULL },
	    .step = STEP_SHAPE,
	    .shape = SHAPE_ZGRAB },
	{ .form = { "host-address", "a host and its address a line",
	      list_shapes_read, NULL },
	    .step = STEP_SHAPE,
	    .shape = SHAPE_HOST_ADDRESS },
	{ .form = { "several", "several targets a line", list_shapes_read,
	      NULL },
	    .step = STEP_SHAPE,
	    .shape = SHAPE_SEVERAL },
	{ .form = { "plain", NULL, list_shapes_read, NULL },
	    .step = STEP_SHAPE,
	    .shape = SHAPE_ONE },
};

#define ROW_COUNT (sizeof(rows) / sizeof(*rows))

/* What is no list at all, by how it begins. */
static const struct {
	const char *start, *refusal;
} strangers[] = {
	{ "Starting Nmap ",
	    "nmap's output for people: write it with -oX or -oG" },
	{ "Nmap scan report ",
	    "nmap's output for people: write it with -oX or -oG" },
	{ "Discovered open port ",
	    "masscan's output for people: write it with -oL or -oJ" },
	{ "<!doctype html", "an HTML page, which is no list" },
	{ "<html", "an HTML page, which is no list" },
	{ "<", "XML that is neither nmap's nor masscan's" },
	{ "-----BEGIN ", "PEM, which is no list: see fleetscan help audit" },
	{ "PK\003\004",
	    "a ZIP archive or a spreadsheet: save the sheet as CSV" },
	{ "\x1f\x8b", "compressed by gzip: unpack it first" },
	{ "%PDF-", "a PDF document, which is no list" },
	{ "---", "YAML that is not Prometheus' file_sd" },
	{ "all:", "YAML that is not Prometheus' file_sd; of Ansible the INI "
		  "form is read" },
};

const struct list_form *
list_form_find(const char *name)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (strcmp(rows[i].form.name, name) == 0)
			return &rows[i].form;
	return NULL;
}

const char *
list_form_name(size_t at)
{
	return at < ROW_COUNT ? rows[at].form.name : NULL;
}

/* How the numbers beside hosts go on from line to line. */
static void
note_number(struct sample *sample, const char *number, uint64_t *last)
{
	uint64_t value = strtoull(number, NULL, 10);
	bool is_port;

	if (sample->numbers++ == 0) {
		sample->numbers_count_up = value == 1;
		sample->numbers_rise = sample->numbers_are_ports = true;
	} else {
		sample->numbers_count_up =
		    sample->numbers_count_up && value == *last + 1;
		sample->numbers_rise = sample->numbers_rise && value > *last;
	}
	is_port = value > 0 && value <= UINT16_MAX;
	sample->numbers_are_ports = sample->numbers_are_ports && is_port;
	sample->any_is_port = sample->any_is_port || is_port;
	*last = value;
}

/* Where a `#` comment begins, at the start or behind a blank. */
static size_t
comment_at(const char *line)
{
	for (size_t i = 0; line[i] != '\0'; i++)
		if (line[i] == '#' &&
		    (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t'))
			return i;
	return strlen(line);
}

static void
take_sample(struct sample *sample, struct bytes octets)
{
	struct bytes rest = octets;
	size_t shapes[SHAPE_COUNT] = { 0 };
	uint64_t last = 0;
	bool is_first = true;

	sample->octets = octets;
	while (rest.size > 0 && sample->count < LIST_SAMPLE_LINES) {
		const uint8_t *end = memchr(rest.data, '\n', rest.size);
		size_t size =
		    end != NULL ? (size_t)(end - rest.data) : rest.size;
		struct list_fields fields;
		char *line;

		/* A line that the sample cuts is not one. */
		if (end == NULL && octets.size == LIST_SAMPLE_OCTETS &&
		    sample->count > 0)
			break;
		line = arena_alloc(sample->arena, size + 1);
		for (size_t i = 0; i < size; i++)
			line[i] =
			    rest.data[i] == '\0' ? '?' : (char)rest.data[i];
		rest = end == NULL ? bytes_of(rest.data, 0)
				   : bytes_of(end + 1, rest.size - size - 1);
		line = list_trim(line);
		if (*line == '\0')
			continue;
		sample->lines[sample->count++] = line;
		size = comment_at(line);
		if (size == 0)
			continue;
		if (is_first)
			sample->first = sample->count - 1;
		is_first = false;
		line = arena_string(sample->arena, line);
		line[size] = '\0';
		if (!list_fields_split(&fields, line))
			continue;
		shapes[fields.shape]++;
		if (fields.shape == SHAPE_NUMBER_HOST ||
		    fields.shape == SHAPE_PORT)
			note_number(sample,
			    fields.at[fields.shape == SHAPE_PORT], &last);
	}
	if (is_first)
		sample->first = sample->count;
	for (size_t i = SHAPE_ONE + 1; i < SHAPE_UNKNOWN; i++)
		if (shapes[i] > 0 && shapes[i] >= shapes[sample->shape])
			sample->shape = (enum list_shape)i;
}

static const struct list_form *
refuse(struct list_reader *reader, const char *sentence)
{
	list_reader_fail(reader, sentence);
	return NULL;
}

/*
 * NULL with the reader's error: two rows of one step fit, and each reads
 * other targets.
 */
static const struct form_row *
find_row(struct list_reader *reader, const struct sample *sample)
{
	const struct form_row *found = NULL;

	for (size_t i = 0; i < ROW_COUNT; i++) {
		const struct form_row *row = &rows[i];

		if (row->step == STEP_HEADER ||
		    (row->fits != NULL ? !row->fits(sample)
				       : sample->shape != row->shape))
			continue;
		if (found == NULL) {
			found = row;
		} else if (found->step == row->step) {
			text_clear(&reader->error);
			text_printf(&reader->error,
			    "%s, or %s: choose with --list-form %s or "
			    "--list-form %s",
			    found->form.title, row->form.title,
			    found->form.name, row->form.name);
			return NULL;
		}
	}
	return found;
}

/* The form of the header row; NULL with the reader's error, or without. */
static const struct list_form *
take_header(
    struct list_reader *reader, const struct sample *sample, struct text *said)
{
	struct text columns = { .size = 0 };
	const char *twice = NULL;
	bool is_table;
	char *line;

	if (sample->first >= sample->count)
		return NULL;
	line = arena_string(sample->arena, sample->lines[sample->first]);
	line[comment_at(line)] = '\0';
	is_table = list_header_parse(
	    &reader->header, list_trim(line), &columns, &twice);
	if (is_table && twice == NULL)
		text_printf(said, "%s: %s", rows[0].form.title, columns.data);
	text_free(&columns);
	if (is_table && twice != NULL) {
		text_printf(&reader->error,
		    "the header row has the column \"%s\" twice", twice);
		return NULL;
	}
	return is_table ? &rows[0].form : NULL;
}

/* Why this is no list at all, or NULL. */
static const char *
find_refusal(const struct sample *sample)
{
	struct bytes octets = sample->octets;
	const char *start =
	    sample->count == 0
		? ""
		: sample->lines[sample->first < sample->count ? sample->first
							      : 0];
	size_t controls = 0;

	for (size_t i = 0; i < sizeof(strangers) / sizeof(*strangers); i++)
		if (begins(start, strangers[i].start))
			return strangers[i].refusal;
	for (size_t i = 0; i < octets.size; i++)
		controls += octets.data[i] < '\t';
	/* Random octets have 3 %; one damaged line has fewer than a hundred. */
	if (controls > octets.size / 4 ||
	    (controls > 100 && controls > octets.size / 100))
		return "full of control characters: no text, or UTF-16 without "
		       "a byte order mark (see iconv)";
	if (octets.size == LIST_SAMPLE_OCTETS &&
	    memchr(octets.data, '\n', octets.size) == NULL)
		return "no line end in its first 256 KiB: this is no list";
	return NULL;
}

static const struct list_form *
choose(struct list_reader *reader, const struct list_form *wanted,
    const struct sample *sample, struct text *said)
{
	const struct form_row *row = NULL;
	const struct list_form *table = NULL;
	const char *refusal;

	for (size_t i = 0; wanted != NULL && i < ROW_COUNT; i++)
		if (&rows[i].form == wanted)
			row = &rows[i];
	if (row == NULL || row->step == STEP_HEADER)
		table = take_header(reader, sample, said);
	if (table != NULL || reader->error.size > 0)
		return table;
	if (row != NULL && row->step == STEP_HEADER)
		return refuse(reader, "no header row, as host,port: "
				      "--list-form csv needs one");
	if (row == NULL) {
		row = find_row(reader, sample);
		refusal = row == NULL || row->step >= STEP_INI
			      ? find_refusal(sample)
			      : NULL;
		if (refusal != NULL)
			return refuse(reader, refusal);
		if (row == NULL)
			return NULL;
	}
	reader->header = row->columns;
	if (row->form.title != NULL)
		text_append(said, row->form.title);
	return &row->form;
}

const struct list_form *
list_form_recognise(struct list_reader *reader, const struct list_form *wanted,
    struct text *said)
{
	struct sample sample = { .count = 0 };
	const struct list_form *form;
	struct bytes octets;

	if (list_input_sample(reader->input, &octets) < 0) {
		list_reader_fail_input(reader);
		return NULL;
	}
	sample.arena = arena_new();
	take_sample(&sample, octets);
	form = choose(reader, wanted, &sample, said);
	if (form != NULL && list_input_is_utf16(reader->input))
		text_append(said, said->size > 0 ? "; UTF-16" : "UTF-16");
	arena_free(sample.arena);
	return form;
}
