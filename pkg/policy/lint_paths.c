/* SPDX-License-Identifier: Apache-2.0 */
/* lint_paths.c - see lint_paths.h. */
#include "pkg/policy/lint_paths.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define BIT(name) (right_find(span_of(name))->bit)

static const struct span no_rule;

/* ---- what is refused --------------------------------------------------- */

static int devices_check(struct model *m, struct err *e)
{
	const uint64_t devices = BIT("make_char") | BIT("make_block");

	for (size_t i = 0; i < m->landlock.path_count; i++) {
		struct landlock_path *p = &m->landlock.paths[i];

		if ((p->named & devices) != 0) {
			(void)err_set(
				e, EBADMSG,
				"landlock: \"%.200s\" grants make_char or "
				"make_block: a device node opens the whole "
				"disk or memory",
				p->path);
			return err_hint(e, "take the right out: device nodes "
					   "are made by whoever builds the "
					   "root, not by the service");
		}
		/* A group may have brought them in. */
		p->access &= ~devices;
	}
	return 0;
}

static int caps_check(const struct model *m, struct err *e)
{
	const int audit_control = capability_find("CAP_AUDIT_CONTROL");
	const uint64_t any = caps_union(&m->caps);

	if (!m->has_caps || audit_control < 0 ||
	    (any & ~m->grants & 1ULL << audit_control) == 0)
		return 0;
	(void)err_set(e, EBADMSG,
		      "capabilities: CAP_AUDIT_CONTROL lets the service "
		      "relabel itself and switch auditing off");
	return err_hint(e, "take it out, or grant it by name in node.json: "
			   "\"grant\": [\"CAP_AUDIT_CONTROL\"]");
}

int model_refuse(struct model *m, struct err *e)
{
	const int r = devices_check(m, e);

	return r < 0 ? r : caps_check(m, e);
}

/* ---- paths ------------------------------------------------------------- */

static bool is_at_or_below(const char *path, const char *top)
{
	const size_t len = strlen(top);

	return strncmp(path, top, len) == 0 &&
	       (path[len] == '\0' || path[len] == '/');
}

/* What all rules together grant at @path. */
static uint64_t access_at(const struct model *m, struct span path)
{
	uint64_t access;

	(void)landlock_rules_nearest(&m->landlock, path, &access);
	return access;
}

int lint_write_execute(struct model *m)
{
	const uint64_t both = BIT("write_file") | BIT("execute");
	int r = 0;

	for (size_t i = 0; i < m->landlock.path_count && r == 0; i++) {
		const struct landlock_path *p = &m->landlock.paths[i];

		if ((access_at(m, span_of(p->path)) & both) == both)
			r = finding_add(m, GAP_WRITE_EXECUTE, no_rule,
					"%s: the same files may be written "
					"and executed",
					p->path);
	}
	return r;
}

/* Files of the process itself that only it feels. */
static bool is_harmless_proc(const char *path)
{
	static const char *const files[] = {
		"/proc/self/oom_score_adj",
		"/proc/self/comm",
		"/proc/self/timerslack_ns",
		"/proc/self/coredump_filter",
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(path, files[i]) == 0)
			return true;
	return false;
}

int lint_proc_write(struct model *m)
{
	const uint64_t write = BIT("write_file");
	int r = 0;

	for (size_t i = 0; i < m->landlock.path_count && r == 0; i++) {
		const struct landlock_path *p = &m->landlock.paths[i];

		if ((p->access & write) != 0 && !is_harmless_proc(p->path) &&
		    (is_at_or_below(p->path, "/proc") ||
		     strcmp(p->path, "/") == 0))
			r = finding_add(m, GAP_PROC_WRITE, no_rule,
					"%s: writing below /proc is granted: "
					"/proc/self/mem undoes what the "
					"loader protects",
					p->path);
	}
	return r;
}

/* A file that is replaced by a rename is another one, and what the rule
 * granted ends with it. */
int lint_rename_over(struct model *m)
{
	const uint64_t replace = BIT("make_reg") | BIT("remove_file");
	int r = 0;

	for (size_t i = 0; i < m->landlock.path_count && r == 0; i++) {
		const struct landlock_path *p = &m->landlock.paths[i];
		const char *slash = strrchr(p->path, '/');
		struct span dir = { p->path, (size_t)(slash - p->path) };
		uint64_t access;

		if (dir.len == 0)
			dir = span_of("/");
		if (strcmp(p->path, "/") == 0 ||
		    (p->access & ~rights_on_files()) != 0)
			continue;
		access = access_at(m, dir);
		if ((access & replace) == replace && (p->access & ~access) != 0)
			r = finding_add(m, GAP_RENAME_OVER, no_rule,
					"%s: the rule ends when the file is "
					"replaced, which is granted in %.*s",
					p->path, SPAN_FMT(dir));
	}
	return r;
}

/* ---- the loader -------------------------------------------------------- */

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* ld-linux-x86-64.so.2, ld-musl-x86_64.so.1, ld-2.31.so, ld.so, ld64.so.2 */
static bool is_loader_name(const char *name)
{
	return has_prefix(name, "ld-") || has_prefix(name, "ld.so") ||
	       has_prefix(name, "ld64.so");
}

/* The loader itself, or a directory where distributions have it. */
static bool may_be_loader(const char *path)
{
	static const char *const tops[] = { "/usr/lib", "/lib" };
	const char *slash = strrchr(path, '/');

	if (strcmp(path, "/") == 0 || strcmp(path, "/usr") == 0 ||
	    is_loader_name(slash + 1))
		return true;
	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
		const char *rest = path + strlen(tops[i]);

		if (!has_prefix(path, tops[i]))
			continue;
		/* lib32, lib64, libx32 */
		while (isalnum((unsigned char)*rest))
			rest++;
		if (*rest == '\0' ||
		    (*rest == '/' && strchr(rest + 1, '/') == NULL &&
		     strstr(rest, "-linux-") != NULL))
			return true;
	}
	return false;
}

/* Devices and the kernel's files hold no program. */
static bool holds_programs(const char *path)
{
	return !is_at_or_below(path, "/proc") &&
	       !is_at_or_below(path, "/sys") &&
	       (!has_prefix(path, "/dev/") || is_at_or_below(path, "/dev/shm"));
}

int lint_loader(struct model *m)
{
	const uint64_t both = BIT("write_file") | BIT("read_file");
	const char *loader = NULL, *place = NULL;

	if ((m->landlock.handled[RIGHT_FS] & BIT("execute")) == 0)
		return 0;
	for (size_t i = 0; i < m->landlock.path_count; i++) {
		const struct landlock_path *p = &m->landlock.paths[i];

		if (loader == NULL && (p->access & BIT("execute")) != 0 &&
		    may_be_loader(p->path))
			loader = p->path;
		if (place == NULL && holds_programs(p->path) &&
		    (access_at(m, span_of(p->path)) & both) == both)
			place = p->path;
	}
	if (loader == NULL || place == NULL)
		return 0;
	return finding_add(m, GAP_LOADER, no_rule,
			   "the dynamic loader (%s) runs what the service "
			   "writes in %s",
			   loader, place);
}
