/*
 * A DNS server's answer: the names of its MX records are host names, and its
 * TLSA records survive the way to text and back.
 */
#include <string.h>

#include "scan/dns_answer.h"
#include "tests/fuzz/fuzz.h"
#include "x509/tlsa.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct dns_answer answer;
	struct bytes packet = bytes_of(data, size), rdata;
	char name[DNS_NAME_SIZE];
	struct tlsa tlsa, again;

	if (dns_answer_open(&answer, packet))
		while (dns_answer_next(&answer, DNS_TYPE_MX, &rdata) == 1)
			if (dns_answer_name(&answer, rdata, 2, name))
				require(strspn(name,
					    "abcdefghijklmnopqrstuvwxyz"
					    "0123456789-_.") == strlen(name));
	if (dns_answer_open(&answer, packet))
		while (dns_answer_next(&answer, DNS_TYPE_TLSA, &rdata) == 1) {
			if (!tlsa_read(&tlsa, rdata))
				continue;
			require(
			    tlsa_parse(arena, tlsa_text(arena, &tlsa), &again));
			require(bytes_equal(tlsa.data, again.data));
		}
	memcpy(name, data, size < sizeof(name) ? size : sizeof(name));
	name[size < sizeof(name) ? size : sizeof(name) - 1] = '\0';
	tlsa_parse(arena, name, &tlsa);
	arena_free(arena);
	return 0;
}
