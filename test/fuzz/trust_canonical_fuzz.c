/* SPDX-License-Identifier: Apache-2.0 */
/* trust_canonical_fuzz.c - canonical JSON against a second writer of it.
 *
 * The second one is told nothing but the rules (OLPC: members in the order of
 * their bytes, no blanks, '"' and '\' escaped, the rest raw, integers only). A
 * key id is made of it too, and what is parsed back from lib's own text has
 * the same canonical form.
 */
#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "pkg/trust/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void text_write(struct buf *out, const char *text, size_t len)
{
	buf_puts(out, "\"");
	while (len-- != 0) {
		if (*text == '\\' || *text == '"')
			buf_puts(out, "\\");
		buf_put(out, text++, 1);
	}
	buf_puts(out, "\"");
}

/* The member whose name comes next after @last, by memcmp. */
static const char *next_name(json_t *object, const char *last)
{
	const char *name, *best = NULL;
	json_t *value;

	json_object_foreach(object, name, value)
		if ((last == NULL || strcmp(name, last) > 0) &&
		    (best == NULL || strcmp(name, best) < 0))
			best = name;
	return best;
}

static void second_write(struct buf *out, json_t *v)
{
	const char *name = NULL, *comma = "";

	if (json_is_object(v)) {
		buf_puts(out, "{");
		while ((name = next_name(v, name)) != NULL) {
			buf_puts(out, comma);
			text_write(out, name, strlen(name));
			buf_puts(out, ":");
			second_write(out, json_object_get(v, name));
			comma = ",";
		}
		buf_puts(out, "}");
	} else if (json_is_array(v)) {
		buf_puts(out, "[");
		for (size_t i = 0; i < json_array_size(v); i++) {
			buf_puts(out, i ? "," : "");
			second_write(out, json_array_get(v, i));
		}
		buf_puts(out, "]");
	} else if (json_is_string(v)) {
		text_write(out, json_string_value(v), json_string_length(v));
	} else if (json_is_integer(v)) {
		buf_printf(out, "%lld", (long long)json_integer_value(v));
	} else {
		buf_puts(out, json_is_true(v)	 ? "true"
			      : json_is_false(v) ? "false"
						 : "null");
	}
}

static void id_check(const json_t *value, const struct buf *canonical)
{
	char id[TRUST_KEY_ID_LEN + 1], want[TRUST_KEY_ID_LEN + 1];
	unsigned char raw[SHA256_DIGEST_LENGTH];

	(void)SHA256((const unsigned char *)canonical->p, canonical->len, raw);
	for (size_t i = 0; i < sizeof(raw); i++)
		(void)snprintf(&want[2 * i], 3, "%02x", raw[i]);
	if (trust_key_id(value, id) < 0 || strcmp(id, want) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = { .p = (const char *)data, .len = size };
	AUTO_JSON *value = NULL;
	AUTO_JSON *again = NULL;
	struct buf first, second, round;

	if (json_parse(text, 65536, &value, NULL) < 0)
		return 0;
	buf_init(&first, 1 << 20);
	buf_init(&second, 1 << 20);
	buf_init(&round, 1 << 20);
	second_write(&second, value);
	if (json_canonical(value, &first) < 0 ||
	    !span_eq(buf_view(&first), buf_view(&second)))
		abort();
	id_check(value, &first);
	if (json_text(value, &round) < 0 ||
	    json_parse(buf_view(&round), 1 << 20, &again, NULL) < 0)
		abort();
	buf_reset(&second);
	if (json_canonical(again, &second) < 0 ||
	    !span_eq(buf_view(&first), buf_view(&second)))
		abort();
	buf_done(&first);
	buf_done(&second);
	buf_done(&round);
	return 0;
}
