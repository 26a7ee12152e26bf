/* SPDX-License-Identifier: Apache-2.0 */
/* devices.c - see devices.h. */
#include "pkg/policy/devices.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/auto.h"

#define MAJOR_MAX 4095	  /* 12 bits, include/linux/kdev_t.h */
#define MINOR_MAX 1048575 /* 20 bits */

static const struct {
	char letter;
	uint8_t bit;
} accesses[] = {
	{ 'r', DEVICE_READ },
	{ 'w', DEVICE_WRITE },
	{ 'm', DEVICE_MKNOD },
};

static int access_parse(const json_t *value, uint8_t *ret, struct err *e)
{
	const struct span text = json_span(value);
	uint8_t mask = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t bit = 0;

		for (size_t k = 0; k < sizeof(accesses) / sizeof(accesses[0]);
		     k++)
			if (text.p[i] == accesses[k].letter)
				bit = accesses[k].bit;
		if (bit == 0 || (mask & bit) != 0)
			return err_set(e, EBADMSG,
				       "\"access\" must be of the letters r, w "
				       "and m, each once");
		mask |= bit;
	}
	if (value != NULL && mask == 0)
		return err_set(
			e, EBADMSG,
			"\"access\" is empty: leave it out for all of rwm, or name some");
	*ret = mask != 0 ? mask : DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD;
	return 0;
}

static int type_parse(const json_t *value, char *ret, struct err *e)
{
	const struct span text = json_span(value);

	if (value == NULL)
		return 0;
	if (text.len != 1 ||
	    (text.p[0] != 'a' && text.p[0] != 'b' && text.p[0] != 'c'))
		return err_set(e, EBADMSG,
			       "\"type\" must be a (all), b (block) or c "
			       "(character)");
	*ret = text.p[0];
	return 0;
}

static int number_parse(const json_t *value, const char *name, uint64_t max,
			int64_t *ret, struct err *e)
{
	uint64_t n;

	if (value == NULL)
		return 0;
	if (json_u64(value, 0, max, &n) < 0)
		return err_set(e, EBADMSG, "\"%s\" must be 0 to %llu", name,
			       (unsigned long long)max);
	*ret = (int64_t)n;
	return 0;
}

static int rule_parse(const json_t *object, struct device_rule *ret,
		      struct err *e)
{
	struct device_rule rule = { .type = 'a', .major = -1, .minor = -1 };
	json_t *allow, *type, *major, *minor, *access;
	const struct json_member rows[] = {
		{ "allow", JSON_TRUE, true, &allow },
		{ "type", JSON_STRING, false, &type },
		{ "major", JSON_INTEGER, false, &major },
		{ "minor", JSON_INTEGER, false, &minor },
		{ "access", JSON_STRING, false, &access },
		{ 0 },
	};
	int r = json_members(object, rows, e);

	if (r == 0)
		r = type_parse(type, &rule.type, e);
	if (r == 0)
		r = number_parse(major, "major", MAJOR_MAX, &rule.major, e);
	if (r == 0)
		r = number_parse(minor, "minor", MINOR_MAX, &rule.minor, e);
	if (r == 0)
		r = access_parse(access, &rule.access, e);
	if (r < 0)
		return r;
	if (rule.type == 'a' && (major != NULL || minor != NULL))
		return err_set(
			e, EBADMSG,
			"a device number needs \"type\" b or c: the same "
			"number is two devices");
	rule.allows = json_is_true(allow);
	*ret = rule;
	return 0;
}

int devices_parse(const json_t *array, struct devices *ret, struct err *e)
{
	const size_t count = json_array_size(array);
	AUTO_MEM struct device_rule *rules = NULL;
	json_t *item;
	size_t i;

	if (!json_is_array(array))
		return err_set(e, EBADMSG, "must be an array");
	if (count > DEVICES_RULES_MAX)
		return err_set(e, E2BIG, "%zu rules, at most %d are allowed",
			       count, DEVICES_RULES_MAX);
	rules = calloc(count + 1, sizeof(*rules));
	if (rules == NULL)
		return err_set(e, ENOMEM, "out of memory");
	json_array_foreach(array, i, item) {
		const int r = rule_parse(item, &rules[i], e);

		if (r < 0)
			return err_wrap(e, "[%zu]", i);
	}
	*ret = (struct devices){ ptr_steal(&rules), count };
	return 0;
}

void devices_done(struct devices *d)
{
	free(d->rules);
	*d = (struct devices){ 0 };
}

static bool rule_matches(const struct device_rule *r, char type, uint32_t major,
			 uint32_t minor)
{
	return (r->type == 'a' || r->type == type) &&
	       (r->major < 0 || r->major == major) &&
	       (r->minor < 0 || r->minor == minor);
}

bool devices_allow(const struct devices *d, char type, uint32_t major,
		   uint32_t minor, uint8_t access)
{
	uint8_t open = access; /* not decided yet */

	for (size_t i = d->count; i > 0 && open != 0; i--) {
		const struct device_rule *r = &d->rules[i - 1];

		if ((r->access & open) == 0 ||
		    !rule_matches(r, type, major, minor))
			continue;
		if (!r->allows)
			return false;
		open &= (uint8_t)~r->access;
	}
	return access != 0 && open == 0;
}

/* Does @r match whatever @other does? */
static bool rule_holds(const struct device_rule *r,
		       const struct device_rule *other)
{
	return (r->type == 'a' || r->type == other->type) &&
	       (r->major < 0 || r->major == other->major) &&
	       (r->minor < 0 || r->minor == other->minor);
}

int devices_reduce(const struct devices *d, struct devices *ret)
{
	struct devices kept = { calloc(d->count + 1, sizeof(*d->rules)), 0 };

	if (kept.rules == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < d->count; i++) {
		uint8_t open = d->rules[i].access;

		for (size_t k = i + 1; k < d->count; k++)
			if (rule_holds(&d->rules[k], &d->rules[i]))
				open &= (uint8_t)~d->rules[k].access;
		if (open != 0)
			kept.rules[kept.count++] = d->rules[i];
	}
	*ret = kept;
	return 0;
}

static void number_print(struct buf *out, int64_t number)
{
	if (number < 0)
		buf_puts(out, "*");
	else
		buf_printf(out, "%lld", (long long)number);
}

void device_rule_print(struct buf *out, const struct device_rule *r)
{
	buf_printf(out, "%s %c ", r->allows ? "allow" : "deny", r->type);
	number_print(out, r->major);
	buf_puts(out, ":");
	number_print(out, r->minor);
	buf_puts(out, " ");
	for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++)
		if ((r->access & accesses[i].bit) != 0)
			buf_u8(out, (uint8_t)accesses[i].letter);
}
