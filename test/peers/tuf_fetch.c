/* SPDX-License-Identifier: Apache-2.0 */
/* tuf_fetch.c - see tuf_fetch.h. */
#include "test/peers/tuf_fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "lib/auto.h"

#define TARGETS "targets/" /* what trust_source puts before a target's name */

static const char unreserved[] = "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789_.~-";
/* What may stand in a path of a URL as it is (RFC 3986, 3.3). */
static const char url_path[] = "/:@!$&'()*+,;=";

void tuf_percent_encode(struct span text, const char *safe, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		const char c = text.p[i];

		if (c != '\0' &&
		    (strchr(unreserved, c) != NULL || strchr(safe, c) != NULL))
			buf_put(out, &c, 1);
		else
			buf_printf(out, "%%%02X", (unsigned char)c);
	}
}

static bool is_secure(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0;
}

static int url_check(const char *url, struct err *e)
{
	if (is_secure(url) || strncasecmp(url, "http://", 7) == 0)
		return 0;
	return err_set(e, EINVAL, "\"%s\" is not an http or https URL", url);
}

/* Metadata names are encoded already, a target's is its path. */
static const char *url_make(const struct tuf_fetch *f, const char *name,
			    struct buf *url)
{
	const struct span s = span_of(name);
	const bool is_target = span_starts(s, TARGETS);
	const char *base = is_target ? f->target_url : f->metadata_url;

	if (base == NULL)
		return NULL;
	buf_puts(url, base);
	if (base[0] != '\0' && base[strlen(base) - 1] != '/')
		buf_puts(url, "/");
	if (is_target)
		tuf_percent_encode(span_of(name + strlen(TARGETS)), url_path,
				   url);
	else
		buf_puts(url, name);
	return buf_cstr(url);
}

/* One file that is being received. */
struct body {
	struct buf *out;
	size_t start, max;
};

static size_t body_take(char *bytes, size_t size, size_t count, void *ctx)
{
	const struct body *b = ctx;
	const size_t len = size * count;

	if (len > b->max - (b->out->len - b->start))
		return 0;
	buf_put(b->out, bytes, len);
	return buf_error(b->out) == 0 ? len : 0;
}

/* What a finished transfer means; out of memory and too long are told apart by
 * what the buffer holds. */
static int answer(CURL *curl, CURLcode code, const struct body *b,
		  struct err *e)
{
	long status = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == 404 || status == 403)
		return err_set(e, ENOENT, "HTTP status %ld", status);
	if (buf_error(b->out) == -ENOMEM || code == CURLE_OUT_OF_MEMORY)
		return err_set(e, ENOMEM, "out of memory");
	if (code == CURLE_WRITE_ERROR)
		return err_set(e, EFBIG, "more than %zu bytes", b->max);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return err_set(e, ETIMEDOUT, "the server is too slow");
	if (status != 200 && status != 0)
		return err_set(e, EPROTO, "HTTP status %ld", status);
	if (code != CURLE_OK)
		return err_set(e, EIO, "%s", curl_easy_strerror(code));
	return 0;
}

static int fetch(void *ctx, const char *name, size_t max, struct buf *out,
		 struct err *e)
{
	const struct tuf_fetch *f = ctx;
	AUTO_DONE(buf_done) struct buf url;
	struct body body = { .out = out, .start = out->len, .max = max };
	const char *text;
	CURLcode code;

	buf_init(&url, TUF_FETCH_URL_MAX);
	text = url_make(f, name, &url);
	if (text == NULL)
		return err_set(e, ENAMETOOLONG, "no URL can be made of \"%s\"",
			       name);
	code = curl_easy_setopt(f->curl, CURLOPT_URL, text);
	if (code == CURLE_OK)
		code = curl_easy_setopt(f->curl, CURLOPT_WRITEDATA, &body);
	if (code == CURLE_OK)
		code = curl_easy_perform(f->curl);
	return answer(f->curl, code, &body, e);
}

/* What is the same for every file. A connection is never used again, because
 * libcurl asks anew when a server closed one that was. */
static bool options_set(CURL *curl, const char *redirects)
{
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_FAILONERROR, 1 },
		{ CURLOPT_PATH_AS_IS, 1 },
		{ CURLOPT_FRESH_CONNECT, 1 },
		{ CURLOPT_FORBID_REUSE, 1 },
		{ CURLOPT_FOLLOWLOCATION, 1 },
		{ CURLOPT_MAXREDIRS, TUF_FETCH_REDIRECTS },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
		{ CURLOPT_CONNECTTIMEOUT, TUF_FETCH_CONNECT_S },
		{ CURLOPT_LOW_SPEED_LIMIT, TUF_FETCH_SPEED_MIN },
		{ CURLOPT_LOW_SPEED_TIME, TUF_FETCH_STALL_S },
		{ CURLOPT_TIMEOUT, TUF_FETCH_TOTAL_S },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (curl_easy_setopt(curl, numbers[i].option,
				     numbers[i].value) != CURLE_OK)
			return false;
	return curl_easy_setopt(curl, CURLOPT_USERAGENT,
				"bailiff-tuf-client") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, redirects) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_take) ==
		       CURLE_OK;
}

int tuf_fetch_open(struct tuf_fetch *ret, const char *metadata_url,
		   const char *target_url, struct err *e)
{
	const bool is_safe = is_secure(metadata_url) &&
			     (target_url == NULL || is_secure(target_url));
	CURL *curl;

	if (url_check(metadata_url, e) < 0 ||
	    (target_url != NULL && url_check(target_url, e) < 0))
		return -EINVAL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(e, ENOMEM, "libcurl cannot be used");
	curl = curl_easy_init();
	if (curl == NULL ||
	    !options_set(curl, is_safe ? "https" : "http,https")) {
		curl_easy_cleanup(curl);
		curl_global_cleanup();
		return err_set(e, ENOMEM, "libcurl cannot be used");
	}
	*ret = (struct tuf_fetch){ .curl = curl,
				   .metadata_url = metadata_url,
				   .target_url = target_url };
	return 0;
}

void tuf_fetch_close(struct tuf_fetch *f)
{
	if (f->curl == NULL)
		return;
	curl_easy_cleanup(f->curl);
	curl_global_cleanup();
	f->curl = NULL;
}

struct trust_source tuf_fetch_source(struct tuf_fetch *f)
{
	return (struct trust_source){ .fetch = fetch, .ctx = f };
}
