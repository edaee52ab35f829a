/* Puts the sources in order and tells where a certificate was found. */
#include "run/sources.h"

#include <stdlib.h>

#include "audit/clients.h"
#include "base/memory.h"

struct sources {
	struct audit_source entries[SOURCE_COUNT];
	struct audit_sources list;
	struct client_aia followed;
};

static const char *
where_in_fleet(const void *context, const struct certificate *certificate,
    const char *site)
{
	return fleet_certificates_where(context, &certificate->sha256, site);
}

static const char *
where_in_files(const void *context, const struct certificate *certificate,
    const char *site)
{
	(void)site;
	return known_where(context, &certificate->sha256);
}

static const char *
where_aia_led(const void *context, const struct certificate *certificate,
    const char *site)
{
	(void)site;
	return aia_where(context, &certificate->sha256);
}

/* A URL that was not asked stays unknown; one that failed led to nothing. */
static bool
find_by_url(void *context, const char *url, struct certificate_list *list)
{
	struct aia_answer answer = aia_answer_of(context, url);

	*list = (struct certificate_list){ answer.certificates, answer.count };
	return answer.state != AIA_NOT_ASKED && answer.state != AIA_LATE;
}

static const char *
why_by_url(void *context, const char *url)
{
	struct aia_answer answer = aia_answer_of(context, url);

	return answer.error;
}

struct sources *
sources_new(const struct fleet_certificates *fleet, const struct known *known,
    const struct aia *aia)
{
	struct sources *sources = memory_new(sizeof(*sources));
	const struct audit_source rows[] = {
		{ fleet == NULL ? NULL : fleet_certificates_index(fleet),
		    SOURCE_FLEET, where_in_fleet, fleet },
		{ known == NULL ? NULL : known_certificates(known),
		    SOURCE_KNOWN, where_in_files, known },
		{ aia == NULL ? NULL : aia_certificates(aia), SOURCE_AIA,
		    where_aia_led, aia },
	};

	sources->list.list = sources->entries;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].context != NULL)
			sources->entries[sources->list.count++] = rows[i];
	sources->followed = (struct client_aia){
		.find = find_by_url,
		.why = why_by_url,
		.context = (void *)(uintptr_t)aia,
	};
	sources->list.aia = aia == NULL ? NULL : &sources->followed;
	return sources;
}

void
sources_free(struct sources *sources)
{
	free(sources);
}

const struct audit_sources *
sources_list(const struct sources *sources)
{
	return &sources->list;
}
