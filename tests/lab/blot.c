/*
 * A hook notes where GnuTLS keeps the hello, and an extension that nearly all
 * clients send, read in the very first pass, is the moment to edit it.  The
 * hello of a client that does not send it is not edited.
 */
#include "tests/lab/blot.h"
#include "tests/lab/hello.h"
#include "tests/lab/visit.h"

enum { EC_POINT_FORMATS = 11 };

static int
on_hello(gnutls_session_t session, unsigned type, unsigned when,
    unsigned incoming, const gnutls_datum_t *message)
{
	struct visit *visit = gnutls_session_get_ptr(session);

	(void)type;
	if (incoming)
		visit->hello =
		    when == GNUTLS_HOOK_PRE ? *message : (gnutls_datum_t){ 0 };
	return 0;
}

static int
on_first_extension(
    gnutls_session_t session, const unsigned char *data, size_t length)
{
	struct visit *visit = gnutls_session_get_ptr(session);

	(void)data;
	(void)length;
	hello_blot_dh_groups(visit->hello.data, visit->hello.size);
	hello_blot_underscores(visit->hello.data, visit->hello.size);
	return 0;
}

static int
send_nothing(gnutls_session_t session, gnutls_buffer_t out)
{
	(void)session;
	(void)out;
	return 0;
}

void
blot_register(gnutls_session_t session)
{
	gnutls_handshake_set_hook_function(
	    session, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_BOTH, on_hello);
	gnutls_session_ext_register(session, "point formats", EC_POINT_FORMATS,
	    GNUTLS_EXT_VERSION_NEG, on_first_extension, send_nothing, NULL,
	    NULL, NULL,
	    GNUTLS_EXT_FLAG_OVERRIDE_INTERNAL | GNUTLS_EXT_FLAG_CLIENT_HELLO |
		GNUTLS_EXT_FLAG_TLS);
}
