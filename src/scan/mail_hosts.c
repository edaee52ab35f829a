/* Reads answers into a job's lists.  Asks nothing. */
#include "scan/mail_hosts.h"

#include <stdio.h>

#include "base/arena.h"
#include "scan/dns_answer.h"
#include "x509/tlsa.h"

const char *
mail_hosts_read(
    struct mx_group *group, const char *domain, struct bytes message)
{
	char name[DNS_NAME_SIZE];
	struct dns_answer answer;
	struct bytes data;
	bool is_null = false, is_odd = false;

	if (!dns_answer_open(&answer, message))
		return "the DNS answer could not be used";
	while (group->count < MX_MOST_HOSTS &&
	       dns_answer_next(&answer, DNS_TYPE_MX, &data) == 1) {
		if (!dns_answer_name(&answer, data, 2, name))
			is_odd = true;
		else if (name[0] == '\0')
			is_null = true;
		else
			mx_group_add(group, name,
			    (uint16_t)(data.data[0] << 8 | data.data[1]));
	}
	if (group->count == 0 && is_null)
		return "the domain accepts no mail: it has a null MX "
		       "(RFC 7505)";
	if (group->count == 0 && is_odd)
		return "the domain's MX records name no host";
	if (group->count == 0)
		mx_group_add(group, domain, 0);
	mx_group_settle(group);
	return NULL;
}

void
tlsa_name(uint16_t port, const char *host, char name[TLSA_NAME_SIZE])
{
	snprintf(name, TLSA_NAME_SIZE, "_%u._tcp.%s", (unsigned)port, host);
}

void
tlsa_records_read(
    struct tlsa_records *records, struct bytes message, bool believed)
{
	struct arena *arena = arena_new();
	struct dns_answer answer;
	struct bytes data;
	struct tlsa tlsa;

	if (dns_answer_open(&answer, message)) {
		records->secure = answer.authenticated && believed;
		while (records->count < TLSA_MOST_RECORDS &&
		       dns_answer_next(&answer, DNS_TYPE_TLSA, &data) == 1)
			if (tlsa_read(&tlsa, data))
				tlsa_records_add(
				    records, tlsa_text(arena, &tlsa));
	}
	arena_free(arena);
}
