/* Reads lists of signed certificate timestamps; checks no signature. */
#include "x509/certificate_scts.h"

struct sct_cursor
scts_of(struct bytes list)
{
	struct sct_cursor cursor = { { NULL, 0 } };
	struct bytes entries;

	if (bytes_take_vector(&list, 2, &entries))
		cursor.rest = entries;
	return cursor;
}

/* Version 0, 32 octets of log id, milliseconds, extensions, signature. */
static bool
read_sct(struct bytes one, struct sct *sct)
{
	enum { ID_AT = 1, TIME_AT = 33, TIME_SIZE = 8, REST_AT = 41 };
	struct bytes rest;

	*sct = (struct sct){ .hash = 0 };
	if (one.size < REST_AT || one.data[0] != 0)
		return false;
	memcpy(sct->log_id.octets, one.data + ID_AT, sizeof(sct->log_id));
	sct->timestamp_ms = number_at(one.data + TIME_AT, TIME_SIZE);
	/* One that breaks off here has a time still. */
	rest = bytes_of(one.data + REST_AT, one.size - REST_AT);
	if (!bytes_take_vector(&rest, 2, &sct->extensions) || rest.size < 2)
		return true;
	sct->hash = rest.data[0];
	sct->signer = rest.data[1];
	rest = bytes_of(rest.data + 2, rest.size - 2);
	bytes_take_vector(&rest, 2, &sct->signature);
	return true;
}

bool
scts_next(struct sct_cursor *cursor, struct sct *sct)
{
	struct bytes one;

	while (bytes_take_vector(&cursor->rest, 2, &one))
		if (read_sct(one, sct))
			return true;
	return false;
}

int64_t
scts_earliest(struct bytes list)
{
	enum { MILLISECONDS = 1000 };
	const uint64_t end_of_9999 = 253402300800000;
	struct sct_cursor cursor = scts_of(list);
	uint64_t earliest = end_of_9999;
	struct sct sct;

	while (scts_next(&cursor, &sct))
		if (sct.timestamp_ms < earliest)
			earliest = sct.timestamp_ms;
	return earliest == end_of_9999 ? 0 : (int64_t)(earliest / MILLISECONDS);
}
