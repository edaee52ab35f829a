/*
 * /etc/hosts, read once: the resolver library would read it again for every
 * name.  Immutable once read; shared by all threads.
 */
#ifndef SCAN_HOSTS_FILE_H
#define SCAN_HOSTS_FILE_H

#include "scan/job.h"

struct hosts_file;

/* A file that cannot be read is an empty one. */
struct hosts_file *hosts_file_read(const char *path);
void hosts_file_free(struct hosts_file *);

/*
 * The name's addresses of one family (octets: 4 or 16), the file's own.
 * False when the name is not there at all, in either family.  Names below
 * localhost are always there (RFC 6761 6.3), also without a file (NULL).
 */
bool hosts_file_find(const struct hosts_file *, const char *name,
    unsigned octets, struct address_list *);

#endif
