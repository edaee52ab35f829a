/* Downloads one file with libcurl, and waits for it. */
#include "scan/download.h"

#include <curl/curl.h>

#include "base/memory.h"

enum { MOST_REDIRECTS = 3 };

struct download {
	struct text *body;
	bool is_too_large;
};

static size_t
on_body(char *data, size_t size, size_t count, void *context)
{
	struct download *download = context;

	if (download->body->size + size * count > DOWNLOAD_MOST_OCTETS) {
		download->is_too_large = true;
		return 0;
	}
	text_append_bytes(download->body, bytes_of(data, size * count));
	return size * count;
}

static void
set_options(CURL *easy, const char *url, const char *ca_file,
    struct download *download, char reason[CURL_ERROR_SIZE])
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)CURLPROTO_HTTPS);
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, (long)CURLPROTO_HTTPS);
#endif
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "fleetscan");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)DOWNLOAD_TIMEOUT_S);
	curl_easy_setopt(
	    easy, CURLOPT_CONNECTTIMEOUT, (long)DOWNLOAD_CONNECT_TIMEOUT_S);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (ca_file != NULL) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(
	    easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)DOWNLOAD_MOST_OCTETS);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, download);
}

int
download_https(const char *url, const char *ca_file,
    const struct fetch_proxy *proxy, struct text *body, char **error)
{
	struct download download = { .body = body };
	char reason[CURL_ERROR_SIZE] = "";
	struct text sentence = { NULL, 0, 0 };
	CURL *easy = curl_easy_init();
	CURLcode result = CURLE_FAILED_INIT;
	long status = 0;

	if (easy != NULL) {
		set_options(easy, url, ca_file, &download, reason);
		fetch_proxy_set(easy, proxy);
		result = curl_easy_perform(easy);
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_cleanup(easy);
	}
	if (result == CURLE_OK && status == 200)
		return 0;
	if (download.is_too_large || result == CURLE_FILESIZE_EXCEEDED)
		text_printf(&sentence, "is larger than %d MiB",
		    DOWNLOAD_MOST_OCTETS >> 20);
	else if (result == CURLE_OK)
		text_printf(
		    &sentence, "was answered with HTTP status %ld", status);
	else
		text_append_clean(&sentence,
		    bytes_from_string(reason[0] != '\0'
					  ? reason
					  : curl_easy_strerror(result)));
	*error = memory_string(sentence.data);
	text_free(&sentence);
	return -1;
}
