/* Writes trust stores as PEM.  Reading them back is trust_store_load's. */
#include "rundir/trust_files.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "base/file.h"
#include "x509/pem.h"

static void
append_all(struct text *out, const struct certificate_index *index)
{
	struct certificate_list list = certificate_index_all(index);

	for (size_t i = 0; i < list.count; i++)
		pem_append(out, list.certificates[i]->subject,
		    list.certificates[i]->der);
}

int
trust_files_write(const char *directory,
    const struct trust_store *const *stores, size_t count)
{
	char *folder = file_join(directory, "stores");
	struct text pem = { NULL, 0, 0 };
	int status = file_make_directory(folder);

	for (size_t i = 0; i < count && status == 0; i++) {
		char *path;

		if (asprintf(&path, "%s/%s.pem", folder,
			trust_store_name(stores[i])) < 0)
			fatal("out of memory");
		text_clear(&pem);
		append_all(&pem, trust_store_anchors(stores[i]));
		append_all(&pem, trust_store_intermediates(stores[i]));
		status = file_write(path, bytes_of(pem.data, pem.size));
		free(path);
	}
	text_free(&pem);
	free(folder);
	return status;
}
