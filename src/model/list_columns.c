/* Takes the lines of tables apart; what a host or a port is comes later. */
#include "model/list_columns.h"

#include "base/columns.h"
#include "base/csv.h"

static const char fault_long[] = "an argument of more than 4096 octets";
static const char fault_csv[] = "not CSV: a quote that does not close a field";
static const char fault_header_fields[] = "more fields than the header row";
static const char fault_number[] =
    "a number before the host: a rank or a port? A header row (port,host) "
    "says it";
static const char fault_rank[] = "a number and a host name belong here";

enum column_kind {
	COLUMN_EMPTY,
	COLUMN_NUMBER,
	COLUMN_ADDRESS,
	COLUMN_NAME, /* with a dot or a port, or a URL */
	COLUMN_WORD
};

static bool
is_number(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static enum column_kind
kind_of(const char *field)
{
	if (*field == '\0')
		return COLUMN_EMPTY;
	if (is_number(field))
		return COLUMN_NUMBER;
	if (list_is_address(field))
		return COLUMN_ADDRESS;
	return strpbrk(field, ".:") != NULL ? COLUMN_NAME : COLUMN_WORD;
}

static bool
is_host(enum column_kind kind)
{
	return kind == COLUMN_NAME || kind == COLUMN_WORD;
}

static enum list_shape
shape_of(const struct list_fields *fields, bool by_blanks)
{
	size_t count = fields->count, hosts = 0, targets = 0;
	enum column_kind kinds[LIST_COLUMNS_MOST];
	enum column_kind first, second;

	if (count < 2)
		return SHAPE_ONE;
	for (size_t i = 0; i < count; i++) {
		kinds[i] = kind_of(fields->at[i]);
		hosts += is_host(kinds[i]);
		targets +=
		    kinds[i] == COLUMN_ADDRESS || kinds[i] == COLUMN_NAME;
	}
	first = kinds[0];
	second = kinds[1];
	if (count == 2 && second == COLUMN_NUMBER &&
	    (first == COLUMN_ADDRESS || is_host(first)))
		return SHAPE_PORT;
	if (count == 2 && first == COLUMN_NUMBER &&
	    (second == COLUMN_ADDRESS || is_host(second)))
		return SHAPE_NUMBER_HOST;
	if (by_blanks && first == COLUMN_ADDRESS && hosts == count - 1)
		return SHAPE_HOSTS;
	if (by_blanks
		? count == 3 && kinds[2] == COLUMN_NUMBER &&
		      first == COLUMN_ADDRESS && is_host(second)
		: count <= 4 &&
		      (first == COLUMN_ADDRESS || first == COLUMN_EMPTY) &&
		      (is_host(second) || second == COLUMN_EMPTY))
		return SHAPE_ZGRAB;
	if (is_host(first) && second == COLUMN_ADDRESS &&
	    (count == 2 || (count == 3 && kinds[2] == COLUMN_NUMBER)))
		return SHAPE_HOST_ADDRESS;
	return targets == count ? SHAPE_SEVERAL : SHAPE_UNKNOWN;
}

bool
list_fields_split(struct list_fields *fields, char *line)
{
	bool by_blanks = true;
	const char *url = strstr(line, "://");
	int count = 0;
	char *field;

	line += strspn(line, " \t");
	/* A URL may hold commas and semicolons (RFC 3986 3.3). */
	if (url == NULL || url > strpbrk(line, ",;: \t")) {
		by_blanks = *line != '"' && strpbrk(line, ",;") == NULL;
		if (!by_blanks)
			count = csv_split(line,
			    strchr(line, ';') != NULL &&
				    strchr(line, ',') == NULL
				? ';'
				: ',',
			    fields->at, LIST_COLUMNS_MOST);
	}
	if (count < 0)
		return false;
	fields->count = (size_t)count;
	while (by_blanks && (field = strsep(&line, " \t")) != NULL) {
		if (*field == '\0')
			continue;
		if (fields->count == LIST_COLUMNS_MOST)
			return false;
		fields->at[fields->count++] = field;
	}
	fields->shape = shape_of(fields, by_blanks);
	return true;
}

/* A name in a header row is no address, no number and no host with a dot. */
static bool
is_column_name(const char *field, bool may_have_dots)
{
	enum column_kind kind = kind_of(field);

	return kind == COLUMN_EMPTY || kind == COLUMN_WORD ||
	       (kind == COLUMN_NAME && may_have_dots &&
		   strchr(field, ':') == NULL);
}

/* "host, port; not read: owner". */
static void
say_columns(
    struct text *said, char *const names[], const struct list_columns *header)
{
	const char *before = "";

	for (size_t i = 0; i < header->count; i++) {
		if (header->columns[i] == COLUMN_COUNT)
			continue;
		text_printf(said, "%s%s", before, names[i]);
		before = ", ";
	}
	before = "; not read: ";
	for (size_t i = 0; i < header->count; i++) {
		if (header->columns[i] != COLUMN_COUNT || *names[i] == '\0')
			continue;
		text_append(said, before);
		text_append_clean(said, bytes_from_string(names[i]));
		before = ", ";
	}
}

bool
list_header_parse(struct list_columns *header, char *line, struct text *said,
    const char **twice)
{
	const char *separator = strpbrk(line, ",\t;");
	char *names[LIST_COLUMNS_MOST];
	size_t best[COLUMN_COUNT + 1], known = 0, order;
	size_t place[COLUMN_COUNT + 1];
	int count;

	*twice = NULL;
	*header = (struct list_columns){ .separator = ',' };
	if (separator != NULL && strchr(line, ',') == NULL)
		header->separator = *separator;
	count = csv_split(line, header->separator, names, LIST_COLUMNS_MOST);
	if (count < 1)
		return false;
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		best[i] = SIZE_MAX;
	for (int i = 0; i < count; i++) {
		enum list_column column = list_column_find(names[i], &order);

		header->columns[i] = COLUMN_COUNT;
		if (column == COLUMN_COUNT)
			continue;
		known++;
		if (order == best[column])
			*twice = names[i];
		if (order >= best[column])
			continue;
		if (best[column] != SIZE_MAX)
			header->columns[place[column]] = COLUMN_COUNT;
		best[column] = order;
		place[column] = (size_t)i;
		header->columns[i] = column;
	}
	for (int i = 0; i < count; i++)
		if (!is_column_name(names[i], known > 1))
			return false;
	if (best[COLUMN_HOST] == SIZE_MAX && best[COLUMN_IP] == SIZE_MAX)
		return false;
	header->count = (size_t)count;
	say_columns(said, names, header);
	return true;
}

/* As typed, the tabs of a table shown as blanks. */
static const char *
input_of(struct list_reader *reader, const char *line)
{
	char *input =
	    arena_string(reader->entries.arena, line + strspn(line, " \t"));

	for (char *at = input; *at != '\0'; at++)
		*at = *at == '\t' ? ' ' : *at;
	return text_clean(reader->entries.arena, bytes_from_string(input));
}

enum list_step
list_columns_read(struct list_reader *reader)
{
	const struct list_columns *header = &reader->header;
	struct list_entry entry = { .host = NULL };
	enum list_step step = list_reader_line(reader, "#");
	struct list_fields fields = { .count = 0 };
	bool is_fixed = header->separator == '\0';
	struct bytes octets;
	char *line;
	int count;

	if (step != LIST_LINE)
		return step;
	if (!is_fixed && !reader->is_past_header) {
		reader->is_past_header = true;
		return LIST_RECORD;
	}
	line = reader->line.data;
	octets = bytes_of(line, reader->line.size);
	entry.input = input_of(reader, line);
	line = arena_string(reader->entries.arena, line);
	if (is_fixed) {
		count =
		    list_fields_split(&fields, line) ? (int)fields.count : -1;
		for (size_t i = 0; count >= 0 && i < header->count; i++)
			if ((size_t)count != header->count ||
			    (header->columns[i] == COLUMN_COUNT &&
				!is_number(fields.at[i])))
				entry.fault = fault_rank;
	} else {
		count = csv_split(
		    line, header->separator, fields.at, LIST_COLUMNS_MOST);
		if (count > 0 && (size_t)count > header->count)
			entry.fault = fault_header_fields;
	}
	if (count < 0)
		entry.fault = fault_csv;
	if (entry.fault != NULL) {
		list_reader_add_fault(reader, octets, entry.fault);
		return LIST_RECORD;
	}
	for (int i = 0; i < count; i++)
		list_entry_set(
		    &reader->entries, &entry, header->columns[i], fields.at[i]);
	/* A column "address" may hold names. */
	if (entry.host == NULL && entry.ip != NULL &&
	    !list_is_address(entry.ip)) {
		entry.host = entry.ip;
		entry.ip = NULL;
	}
	list_entries_add(&reader->entries, entry);
	return LIST_RECORD;
}

/*
 * zgrab2's IP,DOMAIN,TAG,PORT.  Its first field may be a block; with a domain
 * the block is where to find it, so that the domain is the host either way.
 * A number for the tag, and no port behind it, is the port.
 */
static void
set_zgrab(struct list_reader *reader, struct list_entry *entry,
    const struct list_fields *fields)
{
	static const enum list_column order[] = { COLUMN_IP, COLUMN_HOST,
		COLUMN_TAGS, COLUMN_PORT };
	size_t count = fields->count;

	while (count > 2 && *fields->at[count - 1] == '\0')
		count--;
	for (size_t i = 0; i < count; i++)
		list_entry_set(&reader->entries, entry,
		    i == 2 && count == 3 && is_number(fields->at[i])
			? COLUMN_PORT
			: order[i],
		    fields->at[i]);
}

/* Which field cannot be used, and what would say what it is. */
static const char *
unknown_fault(struct arena *arena, const struct list_fields *fields)
{
	const char *field = fields->at[0], *fault;
	struct text shown = { .size = 0 };

	for (size_t i = fields->count; i-- > 1;)
		if (kind_of(fields->at[i]) == COLUMN_WORD)
			field = fields->at[i];
	text_append_cell(&shown, field, 60);
	fault = arena_printf(arena,
	    "\"%s\" is neither a port nor an address: a header row "
	    "(host,port,ip,tags) says what the columns are",
	    shown.data);
	text_free(&shown);
	return fault;
}

/* Takes reader->line apart. */
static void
parse_shape(struct list_reader *reader)
{
	struct arena *arena = reader->entries.arena;
	char *line = arena_string(arena, reader->line.data);
	struct list_entry entry = { .input = input_of(reader, line) };
	struct bytes octets = bytes_of(reader->line.data, reader->line.size);
	struct list_fields fields = { .count = 0 };

	if (!list_fields_split(&fields, line)) {
		list_reader_add_fault(reader, octets, fault_csv);
		return;
	}
	switch (fields.shape) {
	case SHAPE_ONE:
	case SHAPE_PORT:
		entry.host = fields.at[0];
		if (fields.count == 2)
			entry.port = fields.at[1];
		break;
	case SHAPE_HOST_ADDRESS:
		entry.host = fields.at[0];
		entry.ip = fields.at[1];
		if (fields.count == 3)
			entry.port = fields.at[2];
		break;
	case SHAPE_ZGRAB:
		set_zgrab(reader, &entry, &fields);
		break;
	case SHAPE_SEVERAL:
	case SHAPE_HOSTS:
		for (size_t i = fields.shape == SHAPE_HOSTS; i < fields.count;
		     i++) {
			entry.input = input_of(reader, fields.at[i]);
			entry.host = fields.at[i];
			entry.ip =
			    fields.shape == SHAPE_HOSTS ? fields.at[0] : NULL;
			list_entries_add(&reader->entries, entry);
		}
		return;
	case SHAPE_NUMBER_HOST:
		entry.fault = fault_number;
		break;
	default:
		entry.fault = unknown_fault(arena, &fields);
	}
	if (entry.fault != NULL)
		list_reader_add_fault(reader, octets, entry.fault);
	else
		list_entries_add(&reader->entries, entry);
}

enum list_step
list_shapes_read(struct list_reader *reader)
{
	enum list_step step = list_reader_line(reader, "#");

	if (step != LIST_LINE)
		return step;
	parse_shape(reader);
	return LIST_RECORD;
}

enum list_step
list_shapes_argument(struct list_reader *reader, const char *argument)
{
	struct bytes octets = bytes_from_string(argument);

	list_entries_reset(&reader->entries);
	if (octets.size > LIST_LINE_MOST)
		list_reader_add_fault(reader, bytes_of("", 0), fault_long);
	else if (list_reader_take(reader, octets, "#") == LIST_LINE)
		parse_shape(reader);
	return LIST_RECORD;
}
