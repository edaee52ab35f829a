/* The files that come with the program (data/). */
#ifndef SYSTEM_DATA_FILE_H
#define SYSTEM_DATA_FILE_H

/*
 * Beside the binary in ../data, else where `make install` puts them.  NULL:
 * it is in neither place.  The caller frees.
 */
char *data_file_path(const char *name);

#endif
