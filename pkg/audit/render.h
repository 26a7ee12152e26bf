/* SPDX-License-Identifier: Apache-2.0 */
/* render.h - an event as JSON, as text for people, as the kernel's own lines,
 * as laurel's JSON.
 */
#ifndef PKG_AUDIT_RENDER_H
#define PKG_AUDIT_RENDER_H

#include "pkg/audit/event.h"

/* Whose events: the same for all of a node's boot. NULL: not known. */
struct render_node {
	const char *node; /* host name */
	const char *boot; /* boot id */
};

/* Memory for making JSON, kept from one event to the next. */
struct renderer;

/* Return: 0; -ENOMEM. */
int renderer_new(struct renderer **ret);
void renderer_free(struct renderer *r);

/**
 * renderer_json() - one line of bailiff.event.v1 (docs/formats.md), newline
 * included.
 * @out: appended to.
 *
 * Return: 0; -ENOMEM; -E2BIG when the line does not fit into @out.
 */
int renderer_json(struct renderer *r, const struct event *ev,
		  const struct render_node *node, struct buf *out);

/* The same of a single event. */
int render_json(const struct event *ev, const struct render_node *node,
		struct buf *out);

/* One line for people: "12:03:04.123 #41 nginx denied fs.read_file /etc/shadow
 * by exe=... pid=...", newline included; control bytes escaped. */
int render_text(const struct event *ev, struct buf *out);

/* The records as auditd would log them: "type=LANDLOCK_ACCESS
 * msg=audit(1795296627.324:121230): domain=..." a line each. */
int render_raw(const struct event *ev, struct buf *out);

/* The same, "node=NAME " before each line. @node: NULL for none. */
int render_raw_of(const struct event *ev, const char *node, struct buf *out);

/**
 * render_laurel() - one line of JSON as laurel 0.8 writes it, newline included.
 * @node: for "NODE"; NULL for none.
 *
 * As with laurel's [translate] universal = true and nothing taken from /proc or
 * the user data base. What laurel has no place for (the service, what is
 * missing, bailiff's own events) is in a member "BAILIFF", which a whole event
 * of nobody has not. Where laurel is wrong it is not followed: docs/formats.md.
 */
int render_laurel(const struct event *ev, const char *node, struct buf *out);

#endif
