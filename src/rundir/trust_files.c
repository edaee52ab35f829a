/* Writes trust stores as PEM.  Reading them back is trust_store_load's. */
#include "rundir/trust_files.h"

#include <stdlib.h>

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

static int
write_store(const char *directory, const struct trust_store *store)
{
	struct text name = { NULL, 0, 0 }, pem = { NULL, 0, 0 };
	char *path;
	int status;

	text_printf(&name, "%s.pem", trust_store_name(store));
	path = file_join(directory, name.data);
	append_all(&pem, trust_store_anchors(store));
	append_all(&pem, trust_store_intermediates(store));
	status = file_write(path, bytes_of(pem.data, pem.size));
	free(path);
	text_free(&name);
	text_free(&pem);
	return status;
}

int
trust_files_write(const char *directory,
    const struct trust_store *const *stores, size_t count)
{
	char *path = file_join(directory, "stores");
	int status = file_make_directory(path);

	for (size_t i = 0; i < count && status == 0; i++)
		status = write_store(path, stores[i]);
	free(path);
	return status;
}
