/* One visit with Mbed TLS: HOST NAME IP PORT STORE.  Exit 0: answered 200. */
#include <stdio.h>
#include <string.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#ifdef MBEDTLS_PSA_CRYPTO_C
#include <psa/crypto.h>
#endif

enum { WAIT_MS = 4000, WORDS_SIZE = 512 };

static int
fail(const char *step, int code)
{
	char words[WORDS_SIZE] = "";

	mbedtls_strerror(code, words, sizeof(words));
	fprintf(stderr, "%s: -0x%x %s\n", step, (unsigned)-code, words);
	return 1;
}

static int
ask(mbedtls_ssl_context *ssl, const char *host)
{
	char text[1024];
	int size = snprintf(text, sizeof(text),
	    "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", host);

	mbedtls_ssl_write(ssl, (const unsigned char *)text, (size_t)size);
	/* TLS 1.3 gives session tickets before the answer. */
	do
		size = mbedtls_ssl_read(
		    ssl, (unsigned char *)text, sizeof(text) - 1);
	while (size == MBEDTLS_ERR_SSL_WANT_READ || size == -0x7B00);
	if (size <= 0)
		return fail("read", size);
	text[size] = '\0';
	return strstr(text, " 200 ") == NULL;
}

int
main(int argc, char **argv)
{
	static const unsigned char seed[] = "visit";
	mbedtls_net_context net;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;
	mbedtls_x509_crt store;
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	char words[WORDS_SIZE];
	int code;

	if (argc != 6)
		return 2;
	mbedtls_net_init(&net);
	mbedtls_ssl_init(&ssl);
	mbedtls_ssl_config_init(&config);
	mbedtls_x509_crt_init(&store);
	mbedtls_entropy_init(&entropy);
	mbedtls_ctr_drbg_init(&random);
#ifdef MBEDTLS_PSA_CRYPTO_C
	psa_crypto_init();
#endif
	mbedtls_ctr_drbg_seed(
	    &random, mbedtls_entropy_func, &entropy, seed, sizeof(seed));
	/* More than 0: so many that it cannot read are left out. */
	code = mbedtls_x509_crt_parse_file(&store, argv[5]);
	if (code < 0)
		fail("store", code);
	code = mbedtls_net_connect(
	    &net, argv[3], argv[4], MBEDTLS_NET_PROTO_TCP);
	if (code != 0)
		return fail("connect", code);
	mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT,
	    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_chain(&config, &store, NULL);
	mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random);
	mbedtls_ssl_conf_read_timeout(&config, WAIT_MS);
	mbedtls_ssl_setup(&ssl, &config);
	mbedtls_ssl_set_hostname(&ssl, argv[1]);
	mbedtls_ssl_set_bio(&ssl, &net, mbedtls_net_send, mbedtls_net_recv,
	    mbedtls_net_recv_timeout);
	do
		code = mbedtls_ssl_handshake(&ssl);
	while (code == MBEDTLS_ERR_SSL_WANT_READ ||
	       code == MBEDTLS_ERR_SSL_WANT_WRITE);
	if (code == 0)
		return ask(&ssl, argv[1]);
	if (code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED &&
	    mbedtls_x509_crt_verify_info(words, sizeof(words), "",
		mbedtls_ssl_get_verify_result(&ssl)) > 0)
		fputs(words, stderr);
	return fail("handshake", code);
}
