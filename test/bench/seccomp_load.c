/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_load.c - the generated filter of a profile beside libseccomp's.
 *
 * usage: seccomp_load export PROFILE linear|tree OUT
 *        seccomp_load mean FILTER...
 *        seccomp_load prove PROFILE RUNS
 *        seccomp_load call FILTER|- getppid|personality|acct CALLS RUNS
 *
 * PROFILE is a plain OCI object, FILTER a program as struct sock_filter.
 *
 * export: libseccomp's program, its rules added one after the other, as runc
 * does. mean: instructions of each program, and how many of them a call of
 * x86-64 executes: over all numbers to the highest one that has a name, and
 * over a mix of calls. prove: microseconds of processor time to parse,
 * generate and prove, the middle of RUNS; instructions, points, branches, dead
 * ones. call: nanoseconds of processor time for one
 * call, the middle of RUNS children, each with the filter (-: none) loaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"
#include "pkg/seccomp/program.h"

#define PROFILE_MAX (1 << 20)
#define RUNS_MAX    1000

static int usage(void)
{
	(void)fputs("usage: seccomp_load export PROFILE linear|tree OUT | mean "
		    "FILTER... | prove PROFILE RUNS | call FILTER CALL CALLS "
		    "RUNS\n",
		    stderr);
	return 2;
}

static int object_read(const char *path, json_t **ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;
	int r;

	buf_init(&text, PROFILE_MAX);
	r = file_read(AT_FDCWD, path, PROFILE_MAX, &text, e);
	return r < 0 ? r : json_parse(buf_view(&text), PROFILE_MAX, ret, e);
}

static int program_read(const char *path, struct program *ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf bytes;
	int r;

	buf_init(&bytes, sizeof(ret->insns));
	r = file_read(AT_FDCWD, path, sizeof(ret->insns), &bytes, e);
	if (r < 0)
		return r;
	ret->count = buf_view(&bytes).len / sizeof(ret->insns[0]);
	memcpy(ret->insns, buf_view(&bytes).p,
	       ret->count * sizeof(ret->insns[0]));
	return 0;
}

/* Of the process, user and system. */
static double cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int double_order(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double middle(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), double_order);
	return values[count / 2];
}

/* ---- libseccomp -------------------------------------------------------- */

static uint32_t action(const json_t *item, const char *name,
		       const char *errno_name)
{
	static const struct {
		const char *name;
		uint32_t action;
	} rows[] = {
		{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
		{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
		{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
		{ "SCMP_ACT_KILL", SCMP_ACT_KILL },
		{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
	};
	const struct span word = json_span(json_object_get(item, name));
	const json_t *number = json_object_get(item, errno_name);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (span_eq_str(word, rows[i].name))
			return rows[i].action;
	return SCMP_ACT_ERRNO(number != NULL ? json_integer_value(number)
					     : EPERM);
}

static enum scmp_compare operator(const json_t *item) {
	static const struct { const char * name; enum scmp_compare op;
}
rows[] = {
	{ "SCMP_CMP_NE", SCMP_CMP_NE }, { "SCMP_CMP_LT", SCMP_CMP_LT },
	{ "SCMP_CMP_LE", SCMP_CMP_LE }, { "SCMP_CMP_EQ", SCMP_CMP_EQ },
	{ "SCMP_CMP_GE", SCMP_CMP_GE }, { "SCMP_CMP_GT", SCMP_CMP_GT },
};
const struct span word = json_span(json_object_get(item, "op"));

for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	if (span_eq_str(word, rows[i].name))
		return rows[i].op;
return SCMP_CMP_MASKED_EQ;
}

static void entry_add(scmp_filter_ctx ctx, uint32_t other, const json_t *entry)
{
	const uint32_t act = action(entry, "action", "errnoRet");
	const json_t *args = json_object_get(entry, "args");
	struct scmp_arg_cmp conds[6];
	unsigned count = 0;
	json_t *item;
	size_t i;

	json_array_foreach(args, i, item) {
		if (count == 6)
			break;
		conds[count++] = (struct scmp_arg_cmp){
			(unsigned)json_integer_value(
				json_object_get(item, "index")),
			operator(item),
			(uint64_t)json_integer_value(
				json_object_get(item, "value")),
			(uint64_t)json_integer_value(
				json_object_get(item, "valueTwo")),
		};
	}
	json_array_foreach(json_object_get(entry, "names"), i, item) {
		const int nr =
			seccomp_syscall_resolve_name(json_string_value(item));

		/* Unknown names and repeated defaults, as in runc. */
		if (nr != __NR_SCMP_ERROR && act != other)
			(void)seccomp_rule_add_array(ctx, act, nr, count,
						     conds);
	}
}

static int export(const char *path, bool is_tree, const char *to, struct err *e)
{
	AUTO_JSON *object = NULL;
	AUTO_FD fd = -1;
	uint32_t other;
	scmp_filter_ctx ctx;
	json_t *item;
	size_t i;
	int r = object_read(path, &object, e);

	if (r < 0)
		return r;
	fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_errno(e, "open %s", to);
	other = action(object, "defaultAction", "defaultErrnoRet");
	ctx = seccomp_init(other);
	if (ctx == NULL)
		return err_set(e, ENOMEM, "seccomp_init");
	json_array_foreach(json_object_get(object, "architectures"), i, item)
		(void)seccomp_arch_add(ctx,
				       profile_arch_token(json_span(item)));
	if (is_tree)
		(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	json_array_foreach(json_object_get(object, "syscalls"), i, item)
		entry_add(ctx, other, item);
	r = seccomp_export_bpf(ctx, fd);
	seccomp_release(ctx);
	return r < 0 ? err_set(e, -r, "seccomp_export_bpf") : 0;
}

/* ---- instructions ------------------------------------------------------ */

/* What a web server asks for, out of a hundred calls. */
static const struct {
	const char *name;
	unsigned share;
	uint64_t arg;
} mix[] = {
	{ "read", 14, 0 },	 { "write", 8, 0 },   { "writev", 8, 0 },
	{ "recvfrom", 10, 0 },	 { "sendto", 6, 0 },  { "sendfile", 4, 0 },
	{ "epoll_wait", 12, 0 }, { "accept4", 5, 0 }, { "close", 8, 0 },
	{ "openat", 5, 0 },	 { "fstat", 4, 0 },   { "epoll_ctl", 6, 0 },
	{ "futex", 5, 0 },	 { "mmap", 1, 0 },    { "munmap", 1, 0 },
	{ "setsockopt", 2, 0 },	 { "clone", 1, 0 },
};

static uint64_t executed(const struct program *p, uint32_t nr, uint64_t arg)
{
	struct trace t = { 0 };
	struct seccomp_data d = { .arch = AUDIT_ARCH_X86_64 };
	uint32_t verdict;

	d.nr = (int)nr;
	d.args[0] = arg;
	if (program_trace(p, &d, &t, &verdict) < 0)
		return 0;
	return t.executed;
}

static int mean(const char *path, struct err *e)
{
	static struct program program;
	uint64_t all = 0, mixed = 0, most = 0;
	uint32_t numbers = 0;
	unsigned shares = 0;
	int r = program_read(path, &program, e);

	if (r < 0)
		return r;
	for (uint32_t nr = 0; nr < 1024; nr++) {
		AUTO_MEM char *name = seccomp_syscall_resolve_num_arch(
			SCMP_ARCH_X86_64, (int)nr);

		if (name != NULL)
			numbers = nr + 1;
	}
	for (uint32_t nr = 0; nr < numbers; nr++) {
		const uint64_t n = executed(&program, nr, 0);

		all += n;
		most = n > most ? n : most;
	}
	for (size_t i = 0; i < sizeof(mix) / sizeof(mix[0]); i++) {
		const int nr = seccomp_syscall_resolve_name(mix[i].name);

		mixed += mix[i].share *
			 executed(&program, (uint32_t)nr, mix[i].arg);
		shares += mix[i].share;
	}
	if (all == 0 || mixed == 0)
		return err_set(e, EINVAL,
			       "%s has an instruction that cannot "
			       "be interpreted",
			       path);
	printf("%zu %.1f %llu %.1f\n", program.count, (double)all / numbers,
	       (unsigned long long)most, (double)mixed / shares);
	return 0;
}

/* ---- time -------------------------------------------------------------- */

enum stage {
	STAGE_PARSE,
	STAGE_GENERATE,
	STAGE_PROVE,
	STAGES
};

/* @ret_us: what each stage took. */
static int prove_once(const json_t *object, struct proof *ret, double *ret_us,
		      struct err *e)
{
	static struct program program;
	AUTO_DONE(profile_done) struct profile profile = { 0 };
	const double from = cpu_ns();
	double parsed, generated;
	int r = profile_parse(object, &profile, e);

	parsed = cpu_ns();
	if (r == 0)
		r = program_generate(&profile, &program, e);
	generated = cpu_ns();
	if (r == 0)
		r = program_prove(&profile, &program, ret, e);
	ret_us[STAGE_PARSE] = (parsed - from) / 1e3;
	ret_us[STAGE_GENERATE] = (generated - parsed) / 1e3;
	ret_us[STAGE_PROVE] = (cpu_ns() - generated) / 1e3;
	return r;
}

static int prove(const char *path, uint32_t runs, struct err *e)
{
	AUTO_JSON *object = NULL;
	static double times[STAGES][RUNS_MAX];
	struct proof proof = { 0 };
	int r = object_read(path, &object, e);

	for (uint32_t i = 0; r == 0 && i < runs; i++) {
		double us[STAGES] = { 0 };

		r = prove_once(object, &proof, us, e);
		for (size_t k = 0; k < STAGES; k++)
			times[k][i] = us[k];
	}
	if (r < 0)
		return r;
	printf("%.0f %.0f %.0f %u %llu %u %u\n",
	       middle(times[STAGE_PARSE], runs),
	       middle(times[STAGE_GENERATE], runs),
	       middle(times[STAGE_PROVE], runs), proof.instructions,
	       (unsigned long long)proof.points, proof.branches, proof.dead);
	return 0;
}

static const struct {
	const char *name;
	long nr, arg;
} calls[] = {
	{ "getppid", SYS_getppid, 0 },
	/* Asks what is set, and sets nothing. */
	{ "personality", SYS_personality, 0xffffffff },
	/* Fails, with or without a filter: there is no such file. */
	{ "acct", SYS_acct, 1 },
};

/* In a child of its own. */
static double call_time(const struct program *p, size_t which, uint32_t count)
{
	const struct sock_fprog prog = {
		.len = (unsigned short)p->count,
		.filter = (struct sock_filter *)(uintptr_t)p->insns,
	};
	double from;

	if (p->count != 0 &&
	    (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	     syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0UL, &prog) < 0))
		return -1;
	from = cpu_ns();
	for (uint32_t i = 0; i < count; i++)
		(void)syscall(calls[which].nr, calls[which].arg);
	return (cpu_ns() - from) / count;
}

static double call_child(const struct program *p, size_t which, uint32_t count)
{
	double time = -1;
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		time = call_time(p, which, count);
		_exit(write(ends[1], &time, sizeof(time)) != sizeof(time));
	}
	(void)close(ends[1]);
	if (pid < 0 || read(ends[0], &time, sizeof(time)) != sizeof(time))
		time = -1;
	(void)close(ends[0]);
	(void)waitpid(pid, NULL, 0);
	return time;
}

static int call(const char *path, const char *name, uint32_t count,
		uint32_t runs, struct err *e)
{
	static struct program program;
	static double times[RUNS_MAX];
	size_t which = 0;

	while (which < 3 && strcmp(calls[which].name, name) != 0)
		which++;
	if (which == 3)
		return err_set(e, EINVAL, "no call \"%s\"", name);
	if (strcmp(path, "-") != 0 && program_read(path, &program, e) < 0)
		return -e->code;
	for (uint32_t i = 0; i < runs; i++) {
		times[i] = call_child(&program, which, count);
		if (times[i] < 0)
			return err_set(e, EPERM, "the filter was not taken");
	}
	printf("%.1f\n", middle(times, runs));
	return 0;
}

/* ---- the verbs --------------------------------------------------------- */

static uint32_t number(const char *word, uint32_t max)
{
	uint32_t n;

	return num_parse_u32(span_of(word), 1, max, &n) < 0 ? 0 : n;
}

static int verb(int argc, char **argv, struct err *e)
{
	int r = 0;

	if (argc == 5 && strcmp(argv[1], "export") == 0)
		return export(argv[2], strcmp(argv[3], "tree") == 0, argv[4],
			      e);
	if (argc == 4 && strcmp(argv[1], "prove") == 0 &&
	    number(argv[3], RUNS_MAX) != 0)
		return prove(argv[2], number(argv[3], RUNS_MAX), e);
	if (argc == 6 && strcmp(argv[1], "call") == 0 &&
	    number(argv[4], UINT32_MAX) != 0 && number(argv[5], RUNS_MAX) != 0)
		return call(argv[2], argv[3], number(argv[4], UINT32_MAX),
			    number(argv[5], RUNS_MAX), e);
	if (argc < 3 || strcmp(argv[1], "mean") != 0)
		return 1;
	for (int i = 2; i < argc && r == 0; i++)
		r = mean(argv[i], e);
	return r;
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	const int r = verb(argc, argv, &e);

	if (r == 1)
		return usage();
	if (r < 0)
		(void)fprintf(stderr, "seccomp_load: %s\n", e.text);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
