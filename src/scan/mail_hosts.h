/* What the DNS says of a domain's mail: its MX hosts, and their TLSA records.
 */
#ifndef SCAN_MAIL_HOSTS_H
#define SCAN_MAIL_HOSTS_H

#include "scan/job.h"

enum { MX_MOST_HOSTS = 100, TLSA_MOST_RECORDS = 64, TLSA_NAME_SIZE = 272 };

/*
 * The hosts of an answer to the MX question, settled: where there is no record
 * the domain itself (RFC 5321 5.1).  NULL, or a sentence why there is none,
 * static.
 */
const char *mail_hosts_read(
    struct mx_group *, const char *domain, struct bytes message);

/* "_25._tcp.mx.example.com" (RFC 7672 2.2) */
void tlsa_name(uint16_t port, const char *host, char name[TLSA_NAME_SIZE]);

/* `believed`: the server, where it says that it validated the answer. */
void tlsa_records_read(
    struct tlsa_records *, struct bytes message, bool believed);

#endif
