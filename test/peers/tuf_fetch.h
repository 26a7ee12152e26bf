/* SPDX-License-Identifier: Apache-2.0 */
/* tuf_fetch.h - a trust_source that asks a web server, through libcurl.
 *
 * One GET for each file, on a connection of its own, so that nothing is ever
 * asked twice behind the caller's back. Only 200 is an answer, 404 and 403 mean
 * that the file is not there. A server may be slow or endless: both end.
 */
#ifndef TEST_PEERS_TUF_FETCH_H
#define TEST_PEERS_TUF_FETCH_H

#include "pkg/trust/trust.h"

#define TUF_FETCH_CONNECT_S 10	/* seconds until a connection stands */
#define TUF_FETCH_STALL_S   10	/* seconds below TUF_FETCH_SPEED_MIN */
#define TUF_FETCH_SPEED_MIN 100 /* bytes a second */
#define TUF_FETCH_TOTAL_S   120 /* seconds for one file */
#define TUF_FETCH_REDIRECTS 5
#define TUF_FETCH_URL_MAX   16384 /* bytes */

struct tuf_fetch {
	void *curl;		  /* owned: a CURL easy handle */
	const char *metadata_url; /* taken literally; borrowed */
	const char *target_url;	  /* NULL: no target is asked for */
};

/**
 * tuf_fetch_open() - make ready; asks nothing.
 *
 * Return: 0; -EINVAL for a URL that is not http or https; -ENOMEM.
 */
int tuf_fetch_open(struct tuf_fetch *ret, const char *metadata_url,
		   const char *target_url, struct err *e);
void tuf_fetch_close(struct tuf_fetch *f);

/* A source that asks through @f, which must outlive it. */
struct trust_source tuf_fetch_source(struct tuf_fetch *f);

/* Append @text with every byte outside [A-Za-z0-9_.~-] and @safe as %XX. */
void tuf_percent_encode(struct span text, const char *safe, struct buf *out);

#endif
