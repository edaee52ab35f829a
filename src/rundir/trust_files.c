/* Writes trust stores as PEM.  Reading them back is trust_store_load's. */
#include "rundir/trust_files.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "base/file.h"
#include "x509/pem.h"

/*
 * Those with terms come last: each begins a section of p11-kit's text, which
 * only another one ends.
 */
static void
append_store(struct text *out, const struct trust_store *store, bool with_terms)
{
	const struct certificate_index *const indexes[] = {
		trust_store_anchors(store),
		trust_store_intermediates(store),
		trust_store_refused(store),
	};

	for (size_t i = 0; i < sizeof(indexes) / sizeof(*indexes); i++) {
		struct certificate_list list =
		    certificate_index_all(indexes[i]);

		for (size_t k = 0; k < list.count; k++) {
			const struct certificate *one = list.certificates[k];
			const struct store_terms *terms =
			    trust_store_terms(store, one);

			if ((terms != NULL) == with_terms)
				pem_append_stored(
				    out, one->subject, one->der, terms);
		}
	}
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
		append_store(&pem, stores[i], false);
		append_store(&pem, stores[i], true);
		status = file_write(path, bytes_of(pem.data, pem.size));
		free(path);
	}
	text_free(&pem);
	free(folder);
	return status;
}
