/*
 * Judging state of one thread.  Each observation becomes a message that holds
 * the finished line: the record, or the observation itself where its verdict
 * must wait for the rest of the fleet.  Nothing is shared between threads.
 */
#ifndef AUDIT_JUDGE_H
#define AUDIT_JUDGE_H

#include "audit/audit.h"
#include "base/text.h"

/*
 * A certificate this thread has not written down before (as it remembers):
 * received, or found and named by the record.
 */
struct message_certificate {
	struct digest sha256;
	bool authority;		/* received and a CA's: stays for the run */
	bool useful;		/* it completed a path: worth learning */
	size_t line, line_size; /* in `certificate_lines` */
	size_t der, der_size;	/* in `authorities`, for these two */
};

/* What the main thread needs to know of one observation; on the heap. */
struct message {
	struct text line; /* a record, or a pending observation */
	bool pending;
	bool is_settled;  /* pending, but for the other addresses of its name
			     alone */
	bool lacks_fetch; /* there was no time to ask for its issuer, or
			     for evidence of revocation */
	uint64_t ordinal;
	enum status status;
	enum class_id class_id; /* CLASS_OK while pending, and where a
				   policy waives what it stands for */
	enum severity severity;
	const char *cause; /* in the catalogue's or status's memory: static
			      words only, NULL otherwise */

	char *host, *site;
	struct digest *sent; /* CA certificates received, in wire order */
	size_t sent_count;

	struct message_certificate *certificates;
	size_t certificate_count, certificate_capacity;
	struct text certificate_lines, authorities;
};

void message_free(struct message *);

struct judge;
struct judge *judge_new(const struct audit_settings *);
void judge_free(struct judge *);

/*
 * Judges and writes the line.  sources NULL: what found certificates could
 * change is returned as pending; so is one of several addresses of a name until
 * it is compared with the others.  The caller frees the message.
 */
struct message *judge_observation(struct judge *, const struct observation *,
    const struct audit_sources *sources);

/*
 * The same, but the result itself, borrowed until the next call.  True when
 * it is pending.
 */
bool judge_result(struct judge *, const struct observation *,
    const struct audit_sources *sources, struct result *);

#endif
