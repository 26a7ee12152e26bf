/* SPDX-License-Identifier: Apache-2.0 */
/* gateconf.c - see gateconf.h. */
#include "pkg/oci/gateconf.h"

#include <errno.h>
#include <string.h>

static struct span trim(struct span s)
{
	while (s.len != 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.len--;
	}
	while (s.len != 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
		s.len--;
	return s;
}

static bool is_clean(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f)
			return false;
	return s.len != 0;
}

static int id_add(struct gateconf_ids *ids, struct span value, struct err *e)
{
	if (value.len > GATECONF_ID_MAX)
		return err_set(e, EBADMSG, "an id of over %d bytes",
			       GATECONF_ID_MAX);
	if (ids->count == GATECONF_IDS_MAX)
		return err_set(e, EBADMSG, "more than %d ids",
			       GATECONF_IDS_MAX);
	memcpy(ids->id[ids->count], value.p, value.len);
	ids->id[ids->count++][value.len] = '\0';
	return 0;
}

static int runtime_set(struct gateconf *c, struct span value, struct err *e)
{
	if (c->runtime[0] != '\0')
		return err_set(e, EBADMSG, "runtime stands twice");
	if (value.p[0] != '/' || value.len > GATECONF_PATH_MAX)
		return err_set(e, EBADMSG,
			       "runtime: not an absolute path of up to %d "
			       "bytes",
			       GATECONF_PATH_MAX);
	memcpy(c->runtime, value.p, value.len);
	c->runtime[value.len] = '\0';
	return 0;
}

static int line_take(struct gateconf *c, struct span line, struct err *e)
{
	struct span value = trim(line);
	struct span key;

	if (value.len == 0 || value.p[0] == '#')
		return 0;
	key = trim(span_cut(&value, '='));
	value = trim(value);
	if (!is_clean(value))
		return err_set(e, EBADMSG, "not \"key = value\"");
	if (span_eq_str(key, "runtime"))
		return runtime_set(c, value, e);
	if (span_eq_str(key, "allow-unarmed"))
		return id_add(&c->unarmed, value, e);
	if (span_eq_str(key, "own"))
		return id_add(&c->own, value, e);
	return err_set(e, EBADMSG, "unknown key \"%.*s\"", SPAN_FMT(key));
}

int gateconf_parse(struct span text, struct gateconf *ret, struct err *e)
{
	struct gateconf c = { 0 };
	unsigned number = 0;

	while (text.p != NULL) {
		number++;
		if (line_take(&c, span_cut(&text, '\n'), e) < 0)
			return err_wrap(e, "line %u", number);
	}
	*ret = c;
	return 0;
}

bool gateconf_has(const struct gateconf_ids *ids, const char *id)
{
	for (unsigned i = 0; i < ids->count; i++)
		if (strcmp(ids->id[i], id) == 0)
			return true;
	return false;
}
