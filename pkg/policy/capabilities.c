/* SPDX-License-Identifier: Apache-2.0 */
/* capabilities.c - see capabilities.h. */
#include "pkg/policy/capabilities.h"

#include <cap-ng.h>
#include <errno.h>
#include <string.h>

int capability_find(const char *name)
{
	int cap;

	if (strncmp(name, "CAP_", 4) != 0)
		return -1;
	cap = capng_name_to_capability(name + 4);
	return cap >= 0 && cap < 64 ? cap : -1;
}

void capabilities_print(struct buf *out, uint64_t mask, const char *between)
{
	const char *sep = "";

	for (unsigned i = 0; i < 64; i++) {
		const char *name;

		if ((mask >> i & 1) == 0)
			continue;
		name = capng_capability_to_name(i);
		buf_puts(out, sep);
		sep = between;
		if (name == NULL) {
			buf_printf(out, "CAP_%u", i);
			continue;
		}
		buf_puts(out, "CAP_");
		for (; *name != '\0'; name++)
			buf_u8(out, (uint8_t)(*name >= 'a' && *name <= 'z'
						      ? *name - 32
						      : *name));
	}
}

int capabilities_parse(const json_t *array, uint64_t *mask, struct err *e)
{
	json_t *value;
	size_t i;

	json_array_foreach(array, i, value) {
		const char *name =
			json_is_string(value) ? json_string_value(value) : "";
		const int cap = capability_find(name);

		if (cap < 0)
			return err_set(e, EBADMSG,
				       "[%zu]: \"%.40s\" is no capability", i,
				       name);
		*mask |= 1ULL << cap;
	}
	return 0;
}

/* What capset(2) and prctl(2) would refuse later. */
static int sets_check(const struct artefact_caps *c, struct err *e)
{
	if ((c->permitted & ~c->bounding) != 0)
		return err_set(e, EBADMSG,
			       "\"permitted\" has what \"bounding\" has not");
	if ((c->effective & ~c->permitted) != 0)
		return err_set(e, EBADMSG,
			       "\"effective\" has what \"permitted\" has not");
	if ((c->ambient & ~(c->permitted & c->inheritable)) != 0)
		return err_set(e, EBADMSG,
			       "\"ambient\" has what \"permitted\" or "
			       "\"inheritable\" has not");
	return 0;
}

int caps_parse(const json_t *object, struct artefact_caps *ret, struct err *e)
{
	struct artefact_caps c = { 0 };
	uint64_t *const sets[] = { &c.bounding, &c.effective, &c.permitted,
				   &c.inheritable, &c.ambient };
	json_t *values[CAPS_SETS];
	const struct json_member rows[] = {
		{ "bounding", JSON_ARRAY, false, &values[0] },
		{ "effective", JSON_ARRAY, false, &values[1] },
		{ "permitted", JSON_ARRAY, false, &values[2] },
		{ "inheritable", JSON_ARRAY, false, &values[3] },
		{ "ambient", JSON_ARRAY, false, &values[4] },
		{ 0 },
	};
	int r = json_members(object, rows, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < CAPS_SETS; i++) {
		r = capabilities_parse(values[i], sets[i], e);
		if (r < 0)
			return err_wrap(e, "%s", rows[i].name);
	}
	r = sets_check(&c, e);
	if (r == 0)
		*ret = c;
	return r;
}

void caps_sets(const struct artefact_caps *c, struct caps_set ret[CAPS_SETS])
{
	const struct caps_set sets[CAPS_SETS] = {
		{ "bounding", c->bounding },
		{ "effective", c->effective },
		{ "permitted", c->permitted },
		{ "inheritable", c->inheritable },
		{ "ambient", c->ambient },
	};

	memcpy(ret, sets, sizeof(sets));
}

uint64_t caps_union(const struct artefact_caps *c)
{
	return c->bounding | c->effective | c->permitted | c->inheritable |
	       c->ambient;
}

void caps_json(struct buf *out, const struct artefact_caps *c)
{
	struct caps_set sets[CAPS_SETS];

	caps_sets(c, sets);
	buf_puts(out, "{");
	for (size_t i = 0; i < CAPS_SETS; i++) {
		const char *quote = sets[i].mask != 0 ? "\"" : "";

		buf_printf(out, "%s\"%s\":[%s", i == 0 ? "" : ",", sets[i].name,
			   quote);
		capabilities_print(out, sets[i].mask, "\",\"");
		buf_printf(out, "%s]", quote);
	}
	buf_puts(out, "}");
}
