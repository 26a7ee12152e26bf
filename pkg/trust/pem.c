/* SPDX-License-Identifier: Apache-2.0 */
/* pem.c - see pem.h. */
#include "pkg/trust/pem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/hex.h"

#define BEGIN  "-----BEGIN "
#define END    "-----END "
#define DASHES "-----"

#define LABEL_SHOWN_MAX 40 /* characters, in messages */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span trimmed(struct span s)
{
	while (s.len != 0 && is_blank(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len != 0 && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

static bool word_take(struct span *s, const char *word)
{
	if (!span_starts(*s, word))
		return false;
	s->p += strlen(word);
	s->len -= strlen(word);
	return true;
}

/* "PRIVATE KEY-----..." is not what was asked for: say what it is. */
static int label_refuse(struct span label, const char *wanted, struct err *e)
{
	size_t len = 0;

	while (len < label.len && len < LABEL_SHOWN_MAX && label.p[len] != '-')
		len++;
	(void)err_set(e, EBADMSG, "a PEM \"%.*s\", not a \"%s\"", (int)len,
		      label.p, wanted);
	if (span_starts(label, "PRIVATE KEY" DASHES) ||
	    span_starts(label, "RSA PRIVATE KEY" DASHES) ||
	    span_starts(label, "EC PRIVATE KEY" DASHES))
		return err_hint(e, "it is not encrypted as PKCS#8: openssl "
				   "pkcs8 -topk8 -scrypt -v2 aes-256-cbc does "
				   "that");
	return -EBADMSG;
}

static int body_decode(struct span body, struct buf *der, struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;
	AUTO_MEM unsigned char *raw = NULL;
	int len;

	buf_init(&text, body.len + 1);
	for (size_t i = 0; i < body.len; i++)
		if (!is_blank(body.p[i]))
			buf_put(&text, &body.p[i], 1);
	if (buf_error(&text) < 0)
		return err_set(e, ENOMEM, "out of memory");
	raw = malloc(text.len + 1);
	if (raw == NULL)
		return err_set(e, ENOMEM, "out of memory");
	len = base64_decode(buf_view(&text), raw, text.len);
	if (len <= 0)
		return err_set(e, EBADMSG,
			       "the PEM is damaged: its text is not base64");
	buf_put(der, raw, (size_t)len);
	return buf_error(der) < 0 ? err_set(e, -buf_error(der), "the PEM: %s",
					    strerror(-buf_error(der)))
				  : 0;
}

int trust_pem_read(struct span text, const char *label, struct buf *der,
		   struct err *e)
{
	struct span rest = trimmed(text), body;

	if (!word_take(&rest, BEGIN))
		return err_set(e, EBADMSG,
			       "not PEM: it must begin with \"" BEGIN
			       "%s" DASHES "\"",
			       label);
	body = rest;
	if (!word_take(&rest, label) || !word_take(&rest, DASHES))
		return label_refuse(body, label, e);
	body = rest;
	while (rest.len != 0 && rest.p[0] != '-') {
		rest.p++;
		rest.len--;
	}
	body.len -= rest.len;
	if (!word_take(&rest, END) || !word_take(&rest, label) ||
	    !word_take(&rest, DASHES))
		return err_set(e, EBADMSG,
			       "the PEM is damaged: it does not end with "
			       "\"" END "%s" DASHES "\"",
			       label);
	if (rest.len != 0)
		return err_set(e, EBADMSG,
			       "something follows the \"%s\": there must be "
			       "one and nothing else",
			       label);
	return body_decode(body, der, e);
}
