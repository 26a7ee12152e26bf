/* SPDX-License-Identifier: Apache-2.0 */
/* resolve.c - see resolve.h. */
#include "pkg/landlock/resolve.h"

#include <errno.h>
#include <string.h>

#include "lib/auto.h"

void landlock_path_normalise(struct span path, struct buf *out)
{
	struct span rest = path;
	bool is_first = path.len == 0 || path.p[0] != '/';

	buf_puts(out, is_first ? "" : "/");
	while (rest.len != 0) {
		const struct span part = span_cut(&rest, '/');
		const bool is_dot = span_eq_str(part, ".");

		if (part.len == 0 || (is_dot && !is_first))
			continue;
		if (out->len != 0 && out->p[out->len - 1] != '/')
			buf_puts(out, "/");
		buf_span(out, part);
		is_first = false;
	}
}

struct expansion {
	struct landlock_rules *rules;
	struct landlock_path rule; /* its rights */
	struct buf path;
};

static int path_expanded(void *ctx, struct span text, struct err *e)
{
	struct expansion *x = ctx;

	buf_reset(&x->path);
	landlock_path_normalise(text, &x->path);
	x->rule.path = (char *)(uintptr_t)buf_cstr(&x->path);
	if (x->rule.path == NULL)
		return err_set(e, ENOMEM, "out of memory");
	return landlock_path_add(x->rules, &x->rule, e);
}

static int paths_resolve(const struct landlock_doc *d,
			 struct landlock_rules *rules, struct err *e)
{
	struct expansion x = { .rules = rules };
	uint64_t work = TEMPLATE_WORK_MAX;
	int r = 0;

	buf_init(&x.path, LANDLOCK_PATH_MAX);
	for (size_t i = 0; i < d->rules.path_count && r == 0; i++) {
		const char *template = d->rules.paths[i].path;

		x.rule = d->rules.paths[i];
		r = template_expand(span_of(template), &d->variables,
				    LANDLOCK_PATH_MAX - 1, &work, path_expanded,
				    &x, e);
		if (r < 0)
			r = err_wrap(e, "path \"%.80s\"", template);
	}
	buf_done(&x.path);
	return r;
}

static int ports_resolve(const struct landlock_doc *d,
			 struct landlock_rules *rules, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < d->rules.port_count && r == 0; i++) {
		const struct landlock_port *p = &d->rules.ports[i];

		r = p->port <= UINT16_MAX
			    ? landlock_port_add(rules, p, e)
			    : err_set(e, EBADMSG,
				      "port %llu must be a port number, 0 to "
				      "65535",
				      (unsigned long long)p->port);
	}
	return r;
}

int landlock_resolve(const struct landlock_doc *d, struct landlock_rules *ret,
		     struct err *e)
{
	struct landlock_rules rules = { 0 };
	int r = paths_resolve(d, &rules, e);

	if (r == 0)
		r = ports_resolve(d, &rules, e);
	if (r < 0) {
		landlock_rules_done(&rules);
		return r;
	}
	for (size_t i = 0; i < RIGHT_CLASSES; i++) {
		rules.handled[i] = d->rules.handled[i];
		rules.required[i] = d->rules.required[i];
		rules.quiet[i] = d->rules.quiet[i];
	}
	landlock_rules_unite(&rules);
	*ret = rules;
	return 0;
}
