/* SPDX-License-Identifier: Apache-2.0 */
/* event_json.h - what holds for the JSON of any event, whatever its bytes.
 *
 * Shared by the property test and the fuzzer: strict JSON without two names
 * that differ in case alone, and each record's text comes back byte for byte.
 */
#ifndef TEST_UNIT_EVENT_JSON_H
#define TEST_UNIT_EVENT_JSON_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/auto.h"
#include "lib/hex.h"
#include "lib/json.h"
#include "pkg/audit/render.h"

#define EVENT_JSON_MAX (1U << 24)

static inline int event_json_name_order(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* No two names of one object differ in case alone; none has an upper case. */
static inline bool event_json_names_hold(const json_t *j)
{
	const char *names[1024], *key;
	size_t count = 0, i;
	json_t *value;

	json_array_foreach(j, i, value)
		if (!event_json_names_hold(value))
			return false;
	json_object_foreach((json_t *)(uintptr_t)j, key, value) {
		if (count == 1024 || !event_json_names_hold(value))
			return false;
		for (const char *p = key; *p != '\0'; p++)
			if (isupper((unsigned char)*p))
				return false;
		names[count++] = key;
	}
	if (count != 0)
		qsort(names, count, sizeof(names[0]), event_json_name_order);
	for (i = 1; i < count; i++)
		if (strcasecmp(names[i - 1], names[i]) == 0)
			return false;
	return true;
}

/* Whether "name" or "name_b64" of @j is @want. */
static inline bool event_json_bytes_hold(const json_t *j, const char *name,
					 struct span want)
{
	char other[64];
	const json_t *plain = json_object_get(j, name), *coded;
	AUTO_MEM char *bytes = malloc(want.len + 4);

	(void)snprintf(other, sizeof(other), "%s_b64", name);
	coded = json_object_get(j, other);
	if (bytes == NULL || (plain == NULL) == (coded == NULL))
		return false;
	if (plain != NULL)
		return json_is_string(plain) && span_eq(json_span(plain), want);
	return base64_decode(json_span(coded), bytes, want.len + 3) ==
		       (int)want.len &&
	       (want.len == 0 || memcmp(bytes, want.p, want.len) == 0);
}

/* NULL; or what does not hold. */
static inline const char *event_json_flaw(const struct event *ev)
{
	static const struct render_node node = { "host", "b00t" };
	AUTO_DONE(buf_done) struct buf out = { 0 };
	AUTO_JSON *j = NULL;
	const json_t *records;

	buf_init(&out, EVENT_JSON_MAX);
	if (render_json(ev, &node, &out) < 0)
		return "it is not rendered";
	if (out.len == 0 || out.p[out.len - 1] != '\n' ||
	    memchr(out.p, '\n', out.len) != out.p + out.len - 1)
		return "it is not one line";
	if (json_parse((struct span){ out.p, out.len - 1 }, EVENT_JSON_MAX, &j,
		       NULL) < 0)
		return "it is no strict JSON";
	if (!event_json_names_hold(j))
		return "two names are alike";
	records = json_object_get(j, "records");
	if (json_array_size(records) != ev->record_count)
		return "a record is missing";
	for (uint32_t i = 0; i < ev->record_count; i++)
		if (!event_json_bytes_hold(json_array_get(records, i), "text",
					   ev->records[i].text))
			return "the text of a record is not what it was";
	return NULL;
}

#endif
