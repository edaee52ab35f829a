/*
 * The authorities of the scenarios, a row each, and the trust stores made of
 * them.  R1 is the root that is trusted where nothing else is said.
 */
#include "tests/lab/scenario.h"

#define DEEP(n, above)                                          \
	{                                                       \
		.name = n, .issuer = above, .aia = "der/" above \
	}

const struct recipe lab_authorities[] = {
	/* RSA, because leaves signed with MD5 and PSS are below I1. */
	{ .name = "R1", .issuer = "self" },
	{ .name = "I1", .issuer = "R1", .key = "rsa2048/I1", .aia = "der/R1" },

	/* Two levels, with AIA and without. */
	{ .name = "I2A", .issuer = "R1", .aia = "der/R1" },
	{ .name = "I2B",
	    .issuer = "I2A",
	    .path_length = "0",
	    .aia = "der/I2A" },
	{ .name = "I2An",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA I2A",
	    .issuer = "R1",
	    .key = "ec256/I2A" },
	{ .name = "I2Bn",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA I2B",
	    .issuer = "I2A",
	    .key = "ec256/I2B" },

	/* An intermediate and its renewal with the same key. */
	{ .name = "I3", .issuer = "R1", .aia = "der/R1" },
	{ .name = "I3old",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA I3",
	    .issuer = "R1",
	    .key = "ec256/I3",
	    .aia = "der/R1",
	    .from = -DAYS(2000),
	    .to = -DAYS(10) },
	{ .name = "I4soon", .issuer = "R1", .from = DAYS(3), .to = DAYS(900) },

	/* A root and its renewal with the same key. */
	{ .name = "R5new",
	    .issuer = "self",
	    .key = "ec256/R5",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA R5" },
	{ .name = "R5old",
	    .issuer = "self",
	    .key = "ec256/R5",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA R5",
	    .from = -DAYS(4000),
	    .to = -DAYS(20) },
	{ .name = "I5", .issuer = "R5new" },

	/* Twins: one name, two keys; a and b with key ids, c and d without. */
	{ .name = "I6a",
	    .issuer = "R1",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA I6" },
	{ .name = "I6b",
	    .issuer = "R1",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA I6" },
	{ .name = "I6c",
	    .issuer = "R1",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA I6x",
	    .switches = NO_SUBJECT_KEY_ID | NO_AUTHORITY_KEY_ID },
	{ .name = "I6d",
	    .issuer = "R1",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA I6x",
	    .switches = NO_SUBJECT_KEY_ID | NO_AUTHORITY_KEY_ID },

	/* A private root nobody trusts, and a CA with two issuers. */
	{ .name = "R2",
	    .issuer = "self",
	    .subject = "/C=NL/O=Kelder BV/CN=Kelder Private Root" },
	{ .name = "P1",
	    .issuer = "R2",
	    .aia = "der/R2",
	    .subject = "/C=NL/O=Kelder BV/CN=Kelder Issuing CA" },
	{ .name = "I7byR1",
	    .issuer = "R1",
	    .key = "ec256/I7",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA I7",
	    .aia = "der/R1" },
	{ .name = "I7byR2",
	    .issuer = "R2",
	    .key = "ec256/I7",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA I7" },
	{ .name = "RX",
	    .issuer = "self",
	    .subject = "/C=NL/O=Old Trust/CN=Old Trust Root X",
	    .from = -DAYS(7300),
	    .to = -DAYS(30) },
	{ .name = "R1byRX",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA R1",
	    .issuer = "RX",
	    .key = "ec256/R1",
	    .from = -DAYS(900),
	    .to = DAYS(900) },
	{ .name = "R1byRXexp",
	    .subject = "/C=NL/O=Lab Trust/CN=Lab CA R1",
	    .issuer = "RX",
	    .key = "ec256/R1",
	    .from = -DAYS(3000),
	    .to = -DAYS(30) },

	/* Name constraints. */
	{ .name = "Incx", .issuer = "R1", .excluded = "DNS:lab.test" },
	{ .name = "Incp", .issuer = "R1", .permitted = "DNS:example.org" },
	{ .name = "Incok", .issuer = "R1", .permitted = "DNS:lab.test" },
	{ .name = "Incip",
	    .issuer = "R1",
	    .excluded = "IP:127.0.0.0/255.0.0.0" },
	{ .name = "Incdir",
	    .issuer = "R1",
	    .permitted = "DIR:/O=Somebody Else" },
	{ .name = "Incother",
	    .issuer = "R1",
	    .excluded = "OTHER:upn@lab.test" },

	/* Intermediates that break one rule each. */
	{ .name = "Icli", .issuer = "R1", .purposes = "clientAuth" },
	{ .name = "Inosign",
	    .issuer = "R1",
	    .usage = "digitalSignature,cRLSign" },
	{ .name = "Inoca",
	    .issuer = "R1",
	    .usage = "keyCertSign,cRLSign",
	    .purposes = "",
	    .switches = NOT_A_CA },
	{ .name = "Iv1", .issuer = "R1", .switches = VERSION_1 },
	{ .name = "Isha1", .issuer = "R1", .signature = SIGNED_SHA1 },
	{ .name = "Irsa1024", .issuer = "R1", .key = "rsa1024/Irsa1024" },
	{ .name = "Ibcnc", .issuer = "R1", .switches = BASIC_NOT_CRITICAL },
	{ .name = "Inobc", .issuer = "R1", .switches = NO_BASIC_CONSTRAINTS },
	{ .name = "Inoku", .issuer = "R1", .usage = "" },
	{ .name = "Inoski", .issuer = "R1", .switches = NO_SUBJECT_KEY_ID },
	{ .name = "Icrit",
	    .issuer = "R1",
	    .extra = "1.3.6.1.4.1.55555.7:critical:0500" },
	{ .name = "Ipath0", .issuer = "R1", .path_length = "0" },
	{ .name = "Ibelow0", .issuer = "Ipath0" },
	{ .name = "Ip384",
	    .issuer = "R1",
	    .key = "ec384/Ip384",
	    .signature = SIGNED_SHA384 },

	/* Roots with a weakness of their own. */
	{ .name = "RS1", .issuer = "self", .signature = SIGNED_SHA1 },
	{ .name = "IS1", .issuer = "RS1" },
	{ .name = "RV1", .issuer = "self", .switches = VERSION_1 },
	{ .name = "IV1r", .issuer = "RV1" },

	/* A circle without a root. */
	{ .name = "LoopA", .issuer = "LoopB", .aia = "der/LoopB" },
	{ .name = "LoopB", .issuer = "LoopA", .aia = "der/LoopA" },

	DEEP("D1", "R1"),
	DEEP("D2", "D1"),
	DEEP("D3", "D2"),
	DEEP("D4", "D3"),
	DEEP("D5", "D4"),
	DEEP("D6", "D5"),
	DEEP("D7", "D6"),
	DEEP("D8", "D7"),
	DEEP("D9", "D8"),
	DEEP("D10", "D9"),
	DEEP("D11", "D10"),
	DEEP("D12", "D11"),
};

const size_t lab_authority_count =
    sizeof(lab_authorities) / sizeof(lab_authorities[0]);

const struct trust_row lab_stores[] = {
	{ "r1", "R1" },
	{ "r1+i1", "R1 I1" },
	{ "r1+i2a", "R1 I2A" },
	{ "r1+i3", "R1 I3" },
	{ "i1", "I1" },
	{ "r2", "R2" },
	{ "r1+r2", "R1 R2" },
	{ "r1+rx", "R1 RX" },
	{ "rx+r1", "RX R1" },
	{ "rx", "RX" },
	{ "r5old", "R5old" },
	{ "r5new", "R5new" },
	{ "rs1", "RS1" },
	{ "rv1", "RV1" },
	{ "self", "leaf:selfsigned-trusted" },
	{ "leaf", "leaf:leaf-in-store" },
	{ "fleet", "GlobalRoot AtlasRoot LumenRoot" },
	{ "fleet-corporate", "CorporateRoot" },
};

const size_t lab_store_count = sizeof(lab_stores) / sizeof(lab_stores[0]);
