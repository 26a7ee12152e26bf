/* SPDX-License-Identifier: Apache-2.0 */
/* node.c - facts about audit, cgroups and what stands on the node; see probe.h.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/num.h"
#include "pkg/identity/paths.h"
#include "pkg/oci/runtime.h"
#include "pkg/posture/probe.h"

#define BACKLOG_WANTED	8192
#define BACKLOG_DEFAULT 64 /* kernel/audit.c */
#define PATH_MOST	1024

static const char mend_audit[] =
	"kernel configuration: CONFIG_AUDIT=y, CONFIG_AUDITSYSCALL=y";
static const char mend_boot[] =
	"kernel.cmdline in the yml: audit=1 audit_backlog_limit=8192";
static const char mend_root[] = "ask as root, on the host";
static const char mend_host[] = "ask on the host";
static const char mend_gate[] =
	"init: in the yml: the bailiff image after runc and containerd; "
	"elsewhere: name the gate as containerd's runtime (BinaryName)";

/* ---- audit ----------------------------------------------------------------
 */

/* The value of @name on the kernel's command line. Return: 0; as open(2). */
static int cmdline_get(const struct posture_look *look, struct buf *b,
		       const char *name, struct span *ret)
{
	const int r = look_read(look, "proc/cmdline", b);

	*ret = (struct span){ 0 };
	if (r == 0)
		*ret = cmdline_value(buf_view(b), name);
	return r;
}

static bool is_exported(const struct posture_look *look, const char *path)
{
	struct stat st;

	return fstatat(look->root, path, &st, 0) == 0;
}

/* The kernel answers only to CAP_AUDIT_CONTROL in its first namespaces. */
static void audit_unasked(const struct posture_look *look,
			  struct posture_value *v, int r)
{
	if (is_exported(look, "proc/self/status") &&
	    !is_exported(look, "proc/self/loginuid"))
		fact_no(v, mend_audit, "the kernel does not audit calls");
	else
		fact_unknown(v, mend_root,
			     "it is there and does not answer: "
			     "%s",
			     strerror(-r));
}

void probe_audit(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_AUDIT];
	struct audit_state state;
	struct span value;
	struct buf b;
	int r;

	buf_init(&b, PROBE_FILE_MAX);
	(void)cmdline_get(look, &b, "audit", &value);
	r = look->calls->audit(&state);
	if (r == 0) {
		fact_yes(v, "switched %s, queue of %u, %u events lost",
			 state.enabled ? "on" : "off", state.backlog_limit,
			 state.lost);
		v->number = state.enabled;
	} else if (span_eq_str(value, "0") || span_eq_str(value, "off")) {
		fact_no(v, mend_boot, "it is off for this boot: audit=%.*s",
			SPAN_FMT(value));
	} else if (r == -EPROTONOSUPPORT) {
		fact_no(v, mend_audit, "the kernel has no audit");
	} else {
		audit_unasked(look, v, r);
	}
	buf_done(&b);
}

/* With it process 1 has an audit context, and so has every other. */
void probe_audit_boot(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_AUDIT_BOOT];
	struct span value;
	struct buf b;
	int r;

	buf_init(&b, PROBE_FILE_MAX);
	r = cmdline_get(look, &b, "audit", &value);
	if (r < 0)
		fact_unknown(v, mend_root, "/proc/cmdline: %s", strerror(-r));
	else if (p->facts[FACT_AUDIT].state == POSTURE_NO)
		fact_no(v, p->facts[FACT_AUDIT].mend, "there is no audit");
	else if (span_eq_str(value, "1") || span_eq_str(value, "on"))
		fact_yes(v, "every process has a context (audit=%.*s)",
			 SPAN_FMT(value));
	else
		fact_no(v, mend_boot,
			"audit=1 is not on the kernel's command line");
	buf_done(&b);
}

void probe_audit_backlog(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_AUDIT_BACKLOG];
	uint64_t limit = BACKLOG_DEFAULT;
	struct span value;
	struct buf b;
	int r;

	buf_init(&b, PROBE_FILE_MAX);
	r = cmdline_get(look, &b, "audit_backlog_limit", &value);
	if (value.p != NULL && num_parse_u64(value, 0, UINT32_MAX, &limit) < 0)
		limit = BACKLOG_DEFAULT; /* as the kernel does */
	if (r < 0)
		fact_unknown(v, mend_root, "/proc/cmdline: %s", strerror(-r));
	/* 0 is no limit. */
	else if (limit == 0 || limit >= BACKLOG_WANTED)
		fact_yes(v, "audit_backlog_limit=%llu",
			 (unsigned long long)limit);
	else
		fact_no(v, mend_boot, "it holds %llu records%s",
			(unsigned long long)limit,
			value.p == NULL ? ", the kernel's own choice" : "");
	v->number = r < 0 ? 0 : limit;
	buf_done(&b);
}

void probe_loginuid(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_LOGINUID];
	uint32_t features = 0;
	int r;

	if (p->facts[FACT_AUDIT].state == POSTURE_NO) {
		fact_no(v, p->facts[FACT_AUDIT].mend, "there is no audit");
		return;
	}
	r = look->calls->audit_features(&features);
	if (r < 0)
		fact_unknown(v, mend_root, "audit does not answer: %s",
			     strerror(-r));
	else if (features &
		 AUDIT_FEATURE_TO_MASK(AUDIT_FEATURE_LOGINUID_IMMUTABLE))
		fact_yes(v, "once set it stays");
	else
		fact_no(v,
			"auditctl --loginuid-immutable, before services "
			"start",
			"CAP_AUDIT_CONTROL can change one that is set");
}

/* ---- cgroups --------------------------------------------------------------
 */

void probe_cgroup(const struct posture_look *look, struct posture *p)
{
	static const char mend[] =
		"kernel.cmdline in the yml: without "
		"linuxkit.unified_cgroup_hierarchy=0; elsewhere: mount -t "
		"cgroup2 none /sys/fs/cgroup/unified";
	struct posture_value *v = &p->facts[FACT_CGROUP];
	char mount[PATH_MOST];
	const int r = look->calls->cgroup_mount(mount, sizeof(mount));

	if (r == 0)
		fact_yes(v, "at %.400s", mount);
	else if (r == -ENOENT && is_exported(look, "proc/self/mountinfo"))
		fact_no(v, mend, "no cgroup v2 hierarchy is mounted here");
	else
		fact_unknown(v, "mount -t proc proc /proc",
			     "/proc/self/mountinfo: %s", strerror(-r));
}

void probe_cgroup_bpf(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_CGROUP_BPF];
	char mount[PATH_MOST];
	int r;

	if (p->facts[FACT_CGROUP].state != POSTURE_YES ||
	    look->calls->cgroup_mount(mount, sizeof(mount)) < 0) {
		fact_unknown(v, p->facts[FACT_CGROUP].mend,
			     "there is no cgroup to ask about");
		return;
	}
	r = look->calls->cgroup_bpf(mount);
	if (r == 0)
		fact_yes(v, "programs can be attached");
	else if (r == -EINVAL || r == -ENOSYS)
		fact_no(v,
			"kernel configuration: CONFIG_BPF_SYSCALL=y, "
			"CONFIG_CGROUP_BPF=y",
			"it is not built in (%s)", strerror(-r));
	else
		fact_unknown(v, mend_root, "bpf(2) is refused: %s",
			     strerror(-r));
}

/* ---- the node -------------------------------------------------------------
 */

static bool is_hidden(const struct posture_look *look, struct posture_value *v)
{
	if (look->host >= 0)
		return false;
	fact_unknown(v, mend_host, "the host's files are not to be seen here");
	return true;
}

void probe_trail(const struct posture_look *look, struct posture *p)
{
	static const char *const places[] = { PATH_TRAIL, "/var/log", "/var" };
	struct posture_value *v = &p->facts[FACT_TRAIL];

	if (is_hidden(look, v))
		return;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		AUTO_FD fd = openat(look->host, places[i] + 1,
				    O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			continue;
		if (posture_persists(fd))
			fact_yes(v, "%s is on a disk", places[i]);
		else
			fact_no(v,
				"onboot: in the yml: format and mount a disk "
				"at /var; or name collectors in node.json",
				"%s is in memory, or under an overlay",
				places[i]);
		return;
	}
	fact_unknown(v, mend_root, "there is no /var/log");
}

/* The search path of a running containerd, which looks for runc in it; without
 * one that of busybox's init, which LinuxKit starts it with. */
static int32_t search_path(const struct posture_look *look, struct buf *ret)
{
	AUTO_FD fd =
		openat(look->root, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *proc = fd >= 0 ? fdopendir(fd) : NULL;
	int32_t found = 0;
	struct dirent *entry;
	struct buf b;

	buf_puts(ret, "/sbin:/usr/sbin:/bin:/usr/bin");
	if (proc == NULL)
		return 0;
	(void)fd_steal(&fd);
	buf_init(&b, PROBE_FILE_MAX);
	while (found == 0 && (entry = readdir(proc)) != NULL) {
		struct span rest, word;
		uint32_t pid;
		char path[64];

		if (num_parse_u32(span_of(entry->d_name), 1, INT32_MAX, &pid) <
		    0)
			continue;
		(void)snprintf(path, sizeof(path), "proc/%u/comm", pid);
		buf_reset(&b);
		if (look_read(look, path, &b) < 0 ||
		    !span_eq_str(buf_view(&b), "containerd"))
			continue;
		(void)snprintf(path, sizeof(path), "proc/%u/environ", pid);
		buf_reset(&b);
		if (look_read(look, path, &b) < 0)
			continue;
		found = (int32_t)pid;
		for (rest = buf_view(&b); rest.len != 0;) {
			word = span_cut(&rest, '\0');
			if (!span_starts(word, "PATH="))
				continue;
			buf_reset(ret);
			buf_put(ret, word.p + 5, word.len - 5);
		}
	}
	buf_done(&b);
	(void)closedir(proc);
	return found;
}

/* The gate carries its name, which no runtime has. */
#define GATE_MARK     "bailiff-gate "
#define GATE_SIZE_MAX (32 << 20)

static bool is_gate(int host, const char *path, const struct stat *st)
{
	const struct open_how how = { .flags =
					      O_RDONLY | O_CLOEXEC | O_NONBLOCK,
				      .resolve = RESOLVE_IN_ROOT };
	AUTO_FD fd = -1;
	bool has_mark;
	void *bytes;

	if (st->st_size <= 0 || st->st_size > GATE_SIZE_MAX)
		return false;
	fd = (int)syscall(SYS_openat2, host, path, &how, sizeof(how));
	if (fd < 0)
		return false;
	bytes = mmap(NULL, (size_t)st->st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return false;
	has_mark = memmem(bytes, (size_t)st->st_size, GATE_MARK,
			  strlen(GATE_MARK)) != NULL;
	(void)munmap(bytes, (size_t)st->st_size);
	return has_mark;
}

struct found {
	char path[PATH_MOST]; /* "": there is no runc */
	struct stat st;
	bool is_gate;
	int32_t containerd; /* its pid; 0: none runs */
};

/* What containerd's shim finds when it looks for runc. */
static void runc_find(const struct posture_look *look, struct found *ret)
{
	struct span rest;
	struct buf path;

	*ret = (struct found){ 0 };
	buf_init(&path, PATH_MOST);
	ret->containerd = search_path(look, &path);
	for (rest = buf_view(&path); rest.len != 0 && !ret->is_gate;) {
		const struct span dir = span_cut(&rest, ':');

		(void)snprintf(ret->path, sizeof(ret->path), "%.*s/runc",
			       SPAN_FMT(dir));
		if (runtime_stat(look->host, ret->path, &ret->st) == 0 &&
		    S_ISREG(ret->st.st_mode) && (ret->st.st_mode & 0111) != 0)
			break;
		ret->path[0] = '\0';
	}
	buf_done(&path);
	if (ret->path[0] != '\0')
		ret->is_gate = is_gate(look->host, ret->path, &ret->st);
}

/* A configuration that names the gate, not in a comment. */
static const char *configured(const struct posture_look *look)
{
	static const char *const files[] = {
		"/etc/containerd/config.toml", "/etc/docker/daemon.json",
		"/etc/containers/containers.conf"
	};
	const char *found = NULL;
	struct buf b;

	buf_init(&b, PROBE_FILE_MAX);
	for (size_t i = 0;
	     found == NULL && i < sizeof(files) / sizeof(files[0]); i++) {
		const struct posture_look host = { .root = look->host };
		struct span rest;

		buf_reset(&b);
		if (look_read(&host, files[i] + 1, &b) < 0)
			continue;
		for (rest = buf_view(&b); rest.len != 0 && found == NULL;) {
			struct span line = span_cut(&rest, '\n');

			while (line.len != 0 &&
			       isspace((unsigned char)line.p[0]))
				line = (struct span){ line.p + 1,
						      line.len - 1 };
			if (!span_starts(line, "#") && line.len != 0 &&
			    memmem(line.p, line.len, "bailiff-gate", 12))
				found = files[i];
		}
	}
	buf_done(&b);
	return found;
}

void probe_gate(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_GATE];
	const char *by;
	struct found found;

	if (is_hidden(look, v))
		return;
	runc_find(look, &found);
	by = found.is_gate ? NULL : configured(look);
	if (found.is_gate && found.containerd != 0)
		fact_yes(v, "%.300s is what containerd (pid %d) finds as runc",
			 found.path, found.containerd);
	else if (found.is_gate)
		fact_yes(v, "%.300s is what containerd will find as runc",
			 found.path);
	else if (by != NULL)
		fact_yes(v, "%s names it", by);
	else if (found.path[0] != '\0')
		fact_no(v, mend_gate,
			"containerd finds %.300s as runc, which is not the "
			"gate",
			found.path);
	else
		fact_no(v, mend_gate, "there is no runc to be found");
}

void probe_runtime(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_RUNTIME];
	char path[GATECONF_PATH_MAX + 1];
	struct gateconf conf;
	struct err e = { 0 };
	struct found found;
	int r;

	if (is_hidden(look, v))
		return;
	runc_find(look, &found);
	r = gateconf_load(look->host, &conf, &e);
	if (r == 0)
		r = runtime_find(look->host, &conf,
				 found.is_gate ? &found.st
					       : &(struct stat){ 0 },
				 path, &e);
	if (r == 0)
		fact_yes(v, "%s", path);
	else
		fact_no(v, "/etc/bailiff/gate.conf: runtime = /path of runc",
			"%.400s", e.text);
}

void probe_armed(const struct posture_look *look, struct posture *p)
{
	struct posture_value *v = &p->facts[FACT_ARMED];
	uint64_t generation = 0;
	const int r = look->calls->generation(&generation);

	v->number = r == 0 ? generation : 0;
	if (r == 0)
		fact_yes(v, "generation %llu", (unsigned long long)generation);
	else if (r == -EACCES)
		fact_unknown(v, mend_root, "only root can see it");
	else if (r == -ENOENT && look->is_host_mounts)
		fact_no(v,
			"init: in the yml: the bailiff image; files: "
			"/etc/bailiff/root.json and /etc/bailiff/bundle",
			"no policy is armed");
	else if (r == -ENOENT)
		fact_unknown(v, mend_host, "none is to be seen here");
	else
		fact_no(v, "restart bailiffd: it publishes anew",
			"what is published is damaged: %s", strerror(-r));
}
