/* One visit with wolfSSL: HOST NAME IP PORT STORE.  Exit 0: answered 200. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

enum { WAIT_SECONDS = 4, WORDS_SIZE = 128 };

static int
fail(WOLFSSL *ssl, const char *step, int code)
{
	char words[WORDS_SIZE];
	int error = wolfSSL_get_error(ssl, code);

	fprintf(stderr, "%s: %d %s\n", step, error,
	    wolfSSL_ERR_error_string((unsigned long)error, words));
	return 1;
}

static int
open_socket(const char *ip, const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct timeval wait = { .tv_sec = WAIT_SECONDS };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_port = htons((unsigned short)atoi(port));
	inet_pton(AF_INET, ip, &address.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	perror("connect");
	exit(1);
}

int
main(int argc, char **argv)
{
	WOLFSSL_CTX *context;
	WOLFSSL *ssl;
	struct in_addr unused;
	char text[1024];
	int code;

	if (argc != 6)
		return 2;
	wolfSSL_Init();
	context = wolfSSL_CTX_new(wolfSSLv23_client_method());
	/* One that it cannot read is left out, and an old root is one. */
	wolfSSL_CTX_load_verify_locations_ex(context, argv[5], NULL,
	    WOLFSSL_LOAD_FLAG_DATE_ERR_OKAY | WOLFSSL_LOAD_FLAG_IGNORE_ERR);
	wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_PEER, NULL);
	ssl = wolfSSL_new(context);
	if (inet_pton(AF_INET, argv[1], &unused) != 1)
		wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, argv[1],
		    (unsigned short)strlen(argv[1]));
	wolfSSL_check_domain_name(ssl, argv[1]);
	wolfSSL_set_fd(ssl, open_socket(argv[3], argv[4]));
	code = wolfSSL_connect(ssl);
	if (code != WOLFSSL_SUCCESS)
		return fail(ssl, "handshake", code);
	code = snprintf(text, sizeof(text),
	    "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", argv[1]);
	wolfSSL_write(ssl, text, code);
	code = wolfSSL_read(ssl, text, sizeof(text) - 1);
	if (code <= 0)
		return fail(ssl, "read", code);
	text[code] = '\0';
	return strstr(text, " 200 ") == NULL;
}
