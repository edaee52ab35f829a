/*
 * Lists whose lines have columns: under a header row, in an order that the
 * form fixes, or each line by what its fields are.
 */
#ifndef MODEL_LIST_COLUMNS_H
#define MODEL_LIST_COLUMNS_H

#include "model/list_reader.h"

/* What the fields of a line without a header row mean. */
enum list_shape {
	SHAPE_ONE,	    /* host, host:port, a URL, an address, a block */
	SHAPE_PORT,	    /* host port */
	SHAPE_SEVERAL,	    /* addresses, or names with a dot */
	SHAPE_HOST_ADDRESS, /* host ip, host ip port */
	SHAPE_HOSTS,	    /* address name name..., as in /etc/hosts */
	SHAPE_ZGRAB,	    /* ip,domain,tag,port, or a port for the tag */
	SHAPE_NUMBER_HOST,  /* a rank or a port before the host */
	SHAPE_UNKNOWN,
	SHAPE_COUNT
};

/* The fields are cut out of the line. */
struct list_fields {
	char *at[LIST_COLUMNS_MOST];
	size_t count;
	enum list_shape shape;
};

/* False: a quote does not close, or too many fields. */
bool list_fields_split(struct list_fields *, char *line);

/*
 * Whether the line is a header row: names, one of which is a host's or an
 * address'.  The line is cut.  `said` gets what is read and what is not.
 * *twice gets a name that two of the columns have, or NULL.
 */
bool list_header_parse(
    struct list_columns *, char *line, struct text *said, const char **twice);

/* Reads one line by reader->header. */
enum list_step list_columns_read(struct list_reader *);

/* Reads one line by its shape. */
enum list_step list_shapes_read(struct list_reader *);

/* The same of an argument, which is one line. */
enum list_step list_shapes_argument(struct list_reader *, const char *);

#endif
