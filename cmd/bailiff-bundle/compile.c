/* SPDX-License-Identifier: Apache-2.0 */
/* compile.c - bailiff-bundle compile: a Landlock document to masks and rules,
 * a seccomp profile to a program, a service through all stages. No key, no
 * repository, no kernel.
 */
#include "cmd/bailiff-bundle/bundle.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bailiff-bundle/compile_file.h"
#include "cmd/bailiff-bundle/compile_service.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/landlock/merge.h"
#include "pkg/landlock/print.h"
#include "pkg/landlock/resolve.h"
#include "pkg/policy/author.h"
#include "pkg/policy/capabilities.h"
#include "pkg/seccomp/pseudo.h"
#include "pkg/seccomp/superset.h"

/* What the user asked for. */
struct question {
	struct option_list landlock;
	uint64_t abi;
	const char *seccomp, *arch, *bpf, *kernel;
	const char *service, *name, *stage;
	struct option_list caps;
	bool is_json, wants_pseudo, wants_oci, wants_raw;
};

/* ---- landlock ---------------------------------------------------------- */

static int documents_read(const struct option_list *files,
			  struct landlock_doc *ret, struct err *e)
{
	for (size_t i = 0; i < files->count; i++) {
		AUTO_DONE(landlock_doc_done) struct landlock_doc d = { 0 };
		AUTO_JSON *j = NULL;
		int r = compile_json(files->items[i], &j, e);

		if (r < 0)
			return r;
		r = landlock_doc_parse(j, i == 0 ? ret : &d, e);
		if (r == 0 && i != 0)
			r = landlock_doc_merge(ret, &d, e);
		if (r < 0)
			return err_wrap(e, "%s",
					compile_file_name(files->items[i]));
	}
	return 0;
}

/* Nothing is left out in silence; stdout belongs to the answer. */
static void lost_tell(const uint64_t lost[RIGHT_CLASSES], uint32_t abi)
{
	for (const struct right *r = right_table; r->name != NULL; r++)
		if ((lost[r->class] & r->bit) != 0)
			(void)fprintf(stderr,
				      "bailiff-bundle: compile: %s is left "
				      "out: it needs ABI %u, this is for %u\n",
				      r->name, r->abi, abi);
}

static int landlock_compile(const struct question *q, struct err *e)
{
	AUTO_DONE(landlock_doc_done) struct landlock_doc d = { 0 };
	AUTO_DONE(landlock_rules_done) struct landlock_rules rules = { 0 };
	AUTO_DONE(buf_done) struct buf out;
	const uint32_t abi = (uint32_t)q->abi;
	uint64_t lost[RIGHT_CLASSES];
	int r = documents_read(&q->landlock, &d, e);

	buf_init(&out, COMPILE_OUTPUT_MAX);
	if (r == 0)
		r = landlock_resolve(&d, &rules, e);
	if (r < 0)
		return r;
	landlock_rules_at(&rules, abi, lost);
	lost_tell(lost, abi);
	if (q->is_json) {
		landlock_rules_json(&rules, &out);
		buf_puts(&out, "\n");
	} else {
		buf_printf(&out, "Landlock ABI %u\n", abi);
		landlock_rules_text(&rules, &out);
	}
	return compile_write(STDOUT_FILENO, &out, e);
}

/* ---- seccomp ----------------------------------------------------------- */

/* As uname, Go and Debian say it. */
static const struct {
	const char *alias, *name;
} arch_aliases[] = {
	{ "AMD64", "X86_64" }, { "I386", "X86" },      { "I686", "X86" },
	{ "386", "X86" },      { "ARM64", "AARCH64" }, { "ARMHF", "ARM" },
	{ "ARMV7L", "ARM" },
};

/* Any usual spelling to libseccomp's token. */
static int arch_parse(const char *text, uint32_t *ret, struct err *e)
{
	const size_t prefix = strlen("SCMP_ARCH_");
	char name[48] = "SCMP_ARCH_", lower[32] = "";
	const char *word = text;

	if (strncasecmp(text, name, prefix) == 0)
		word += prefix;
	for (size_t i = 0; i < sizeof(arch_aliases) / sizeof(arch_aliases[0]);
	     i++)
		if (strcasecmp(word, arch_aliases[i].alias) == 0)
			word = arch_aliases[i].name;
	for (size_t i = 0; word[i] != '\0' && i + 1 < sizeof(lower); i++) {
		name[prefix + i] = (char)toupper((unsigned char)word[i]);
		lower[i] = (char)tolower((unsigned char)word[i]);
	}
	*ret = profile_arch_token(span_of(name));
	if (*ret != 0)
		return 0;
	(void)err_set(
		e, seccomp_arch_resolve_name(lower) != 0 ? EOPNOTSUPP : EINVAL,
		"--arch %.40s is none that bailiff has a generator for", text);
	return err_hint(e, "x86_64, x86, x32, aarch64, arm and riscv64 can be "
			   "compiled for");
}

/* What a superset is resolved for, as the user says it. */
static int host_make(const struct question *q, uint32_t arch,
		     struct superset_host *ret, struct err *e)
{
	struct superset_host host = {
		.token = arch,
		.caps = q->caps.items,
		.cap_count = q->caps.count,
		.major = AUTHOR_KERNEL_MAJOR,
		.minor = AUTHOR_KERNEL_MINOR,
	};

	for (size_t i = 0; i < q->caps.count; i++)
		if (capability_find(q->caps.items[i]) < 0)
			return err_set(e, EINVAL,
				       "--cap %.40s is no capability: they are "
				       "written as CAP_CHOWN",
				       q->caps.items[i]);
	if (q->kernel != NULL &&
	    kernel_parse(span_of(q->kernel), &host.major, &host.minor) < 0)
		return err_set(e, EINVAL, "--kernel %.40s is not X.Y, as 6.1",
			       q->kernel);
	*ret = host;
	return 0;
}

/* The file as a plain object of the specification, and that as a profile. */
static int profile_read(const struct question *q, uint32_t arch,
			json_t **ret_plain, struct profile *ret, struct err *e)
{
	struct superset_host host;
	AUTO_JSON *j = NULL, *plain = NULL;
	int r = host_make(q, arch, &host, e);

	if (r == 0)
		r = compile_json(q->seccomp, &j, e);
	if (r < 0)
		return r;
	r = superset_resolve(j, &host, &plain, e);
	if (r == 0)
		r = profile_parse_for(plain, arch, ret, e);
	if (r < 0)
		return err_wrap(e, "%s", compile_file_name(q->seccomp));
	*ret_plain = ptr_steal(&plain);
	return 0;
}

static int plain_tell(const json_t *plain, struct err *e)
{
	AUTO_DONE(buf_done) struct buf out;

	buf_init(&out, COMPILE_OUTPUT_MAX);
	(void)json_pretty(plain, &out);
	return compile_write(STDOUT_FILENO, &out, e);
}

/* struct sock_filter as it lies in the memory of a little-endian machine. */
static int program_write(const char *path, const struct program *program,
			 struct err *e)
{
	AUTO_DONE(buf_done) struct buf out;
	AUTO_FD opened = -1;
	int fd = STDOUT_FILENO;

	buf_init(&out, COMPILE_OUTPUT_MAX);
	for (size_t i = 0; i < program->count; i++) {
		const struct sock_filter *insn = &program->insns[i];

		buf_u16(&out, insn->code);
		buf_u8(&out, insn->jt);
		buf_u8(&out, insn->jf);
		buf_u32(&out, insn->k);
	}
	if (strcmp(path, "-") != 0) {
		opened = open(path,
			      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
				      O_NOCTTY,
			      0644);
		if (opened < 0)
			return err_errno(e, "open %s", path);
		fd = opened;
	}
	return compile_write(fd, &out, e);
}

/* What is said of the program: its size, its proof, itself. */
static int program_tell(const struct question *q, uint32_t arch,
			const struct program *program,
			const struct proof *proof, struct err *e)
{
	AUTO_DONE(buf_done) struct buf out;
	int r = 0;

	buf_init(&out, COMPILE_OUTPUT_MAX);
	buf_puts(&out, q->is_json ? "{\"arch\":\"" : "; ");
	arch_print(&out, arch);
	if (q->is_json)
		buf_printf(&out,
			   "\",\"instructions\":%zu,\"points\":%llu,"
			   "\"sampled\":%s,\"branches\":%u,\"reached\":%u,"
			   "\"dead\":%u}\n",
			   program->count, (unsigned long long)proof->points,
			   proof->is_sampled ? "true" : "false",
			   proof->branches, proof->reached, proof->dead);
	else
		buf_printf(&out,
			   ": %zu instructions, proved at %llu points%s; "
			   "%u branches, %u reached, %u dead\n",
			   program->count, (unsigned long long)proof->points,
			   proof->is_sampled ? ", chosen from more" : "",
			   proof->branches, proof->reached, proof->dead);
	if (q->wants_pseudo)
		r = program_print(program, &out, e);
	return r < 0 ? r : compile_write(STDOUT_FILENO, &out, e);
}

static int program_make(const struct question *q, uint32_t arch,
			struct program *program, struct err *e)
{
	AUTO_DONE(profile_done) struct profile profile = { 0 };
	AUTO_DONE(buf_done) struct buf unknown;
	AUTO_JSON *plain = NULL;
	struct proof proof = { 0 };
	int r = profile_read(q, arch, &plain, &profile, e);

	buf_init(&unknown, COMPILE_OUTPUT_MAX);
	if (r < 0)
		return r;
	r = program_generate(&profile, program, e);
	if (r == 0)
		r = program_prove(&profile, program, &proof, e);
	if (r < 0)
		return err_wrap(e, "%s", compile_file_name(q->seccomp));
	profile_unknown_print(&profile, &unknown);
	if (unknown.len != 0)
		(void)fprintf(stderr, "bailiff-bundle: compile: %s: %s\n",
			      compile_file_name(q->seccomp),
			      buf_cstr(&unknown));
	if (q->bpf != NULL)
		r = program_write(q->bpf, program, e);
	if (r == 0 && q->wants_oci)
		return plain_tell(plain, e);
	if (r == 0 && (q->bpf == NULL || strcmp(q->bpf, "-") != 0))
		r = program_tell(q, arch, program, &proof, e);
	return r;
}

static int seccomp_compile(const struct question *q, struct err *e)
{
	AUTO_MEM struct program *program = calloc(1, sizeof(*program));
	uint32_t arch = seccomp_arch_native();
	int r = 0;

	if (program == NULL)
		return err_set(e, ENOMEM, "out of memory");
	if (q->arch != NULL)
		r = arch_parse(q->arch, &arch, e);
	return r < 0 ? r : program_make(q, arch, program, e);
}

/* ---- the verb ---------------------------------------------------------- */

/* The three things that can be compiled, and the options of each. */
enum kind {
	KIND_LANDLOCK = 1,
	KIND_SECCOMP = 2,
	KIND_SERVICE = 4
};

static int options_check(const struct question *q, unsigned kind, struct err *e)
{
	const struct {
		bool is_given;
		unsigned kinds;
		const char *name, *with;
	} rows[] = {
		{ q->abi != 0, KIND_LANDLOCK | KIND_SERVICE, "--abi",
		  "--landlock or --service" },
		{ q->arch != NULL, KIND_SECCOMP | KIND_SERVICE, "--arch",
		  "--seccomp or --service" },
		{ q->bpf != NULL, KIND_SECCOMP, "--bpf", "--seccomp" },
		{ q->wants_pseudo, KIND_SECCOMP, "--pseudo", "--seccomp" },
		{ q->caps.count != 0, KIND_SECCOMP, "--cap", "--seccomp" },
		{ q->kernel != NULL, KIND_SECCOMP, "--kernel", "--seccomp" },
		{ q->wants_oci, KIND_SECCOMP, "--oci", "--seccomp" },
		{ q->name != NULL, KIND_SERVICE, "--name", "--service" },
		{ q->stage != NULL, KIND_SERVICE, "--stage", "--service" },
		{ q->wants_raw, KIND_SERVICE, "--raw", "--service" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].is_given && (rows[i].kinds & kind) == 0)
			return err_set(e, EINVAL, "%s goes with %s",
				       rows[i].name, rows[i].with);
	return 0;
}

/* Options that belong together. */
static int question_check(const struct question *q, unsigned *ret_kind,
			  struct err *e)
{
	const bool is_list = q->stage != NULL && strcmp(q->stage, "list") == 0;
	const unsigned kind =
		(q->landlock.count != 0 ? KIND_LANDLOCK : 0) |
		(q->seccomp != NULL ? KIND_SECCOMP : 0) |
		(q->service != NULL || is_list ? KIND_SERVICE : 0);
	int r;

	if (kind != KIND_LANDLOCK && kind != KIND_SECCOMP &&
	    kind != KIND_SERVICE)
		return err_set(e, EINVAL,
			       "either --landlock FILE, --seccomp FILE or "
			       "--service FILE");
	r = options_check(q, kind, e);
	if (r < 0)
		return r;
	if (kind == KIND_SERVICE && q->stage == NULL) {
		(void)err_set(e, EINVAL, "--stage STAGE is missing");
		return err_hint(e, "--stage list names them");
	}
	if (q->abi > INT32_MAX)
		return err_set(e, EINVAL, "--abi must be below 2^31");
	if (q->wants_pseudo + q->is_json + q->wants_oci + q->wants_raw > 1)
		return err_set(e, EINVAL,
			       "one of --pseudo, --json, --oci and --raw");
	if (q->bpf != NULL && strcmp(q->bpf, "-") == 0 &&
	    (q->wants_pseudo || q->is_json || q->wants_oci))
		return err_set(e, EINVAL, "--bpf - has standard output alone");
	*ret_kind = kind;
	return 0;
}

static int service_stage(const struct question *q, struct err *e)
{
	struct service_question s = {
		.file = q->service,
		.name = q->name,
		.stage = q->stage,
		.abi = (uint32_t)q->abi,
		.token = seccomp_arch_native(),
		.is_json = q->is_json,
		.is_raw = q->wants_raw,
	};
	int r = 0;

	if (q->arch != NULL)
		r = arch_parse(q->arch, &s.token, e);
	return r < 0 ? r : service_compile(&s, e);
}

int verb_compile(int argc, char **argv, struct err *e)
{
	struct question q = { 0 };
	const struct option_row rows[] = {
		{ "landlock", OPTION_LIST, false, "FILE",
		  "a landlockconfig document; several are merged",
		  &q.landlock },
		{ "abi", OPTION_NUMBER, false, "N",
		  "the kernel's Landlock ABI (the newest known)", &q.abi },
		{ "seccomp", OPTION_TEXT, false, "FILE",
		  "an OCI linux.seccomp object, or Docker's superset",
		  &q.seccomp },
		{ "arch", OPTION_TEXT, false, "ARCH",
		  "the machine's architecture (this one's)", &q.arch },
		{ "cap", OPTION_LIST, false, "CAP_X",
		  "held by the service: for includes and excludes (none)",
		  &q.caps },
		{ "kernel", OPTION_TEXT, false, "X.Y",
		  "the kernel, for minKernel (5.13)", &q.kernel },
		{ "oci", OPTION_FLAG, false, NULL,
		  "print the plain object that a policy may carry",
		  &q.wants_oci },
		{ "service", OPTION_TEXT, false, "FILE",
		  "a service's document, as services/NAME.json", &q.service },
		{ "name", OPTION_TEXT, false, "NAME",
		  "of that service (the file's)", &q.name },
		{ "stage", OPTION_TEXT, false, "STAGE",
		  "document, ir, checks, optimised, landlock, seccomp, "
		  "artefact; or list",
		  &q.stage },
		{ "raw", OPTION_FLAG, false, NULL,
		  "the artefact's bytes, not its meaning", &q.wants_raw },
		{ "bpf", OPTION_TEXT, false, "FILE",
		  "write the program, 8 bytes an instruction", &q.bpf },
		{ "pseudo", OPTION_FLAG, false, NULL,
		  "print the program to be read", &q.wants_pseudo },
		{ "json", OPTION_FLAG, false, NULL, "print one JSON object",
		  &q.is_json },
		{ .kind = OPTION_END },
	};
	unsigned kind = 0;
	int r = verb_options("compile", rows, argc, argv, e);

	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = question_check(&q, &kind, e);
	if (r < 0)
		return r;
	if (q.abi == 0)
		q.abi = LANDLOCK_ABI_NEWEST;
	if (kind == KIND_SERVICE)
		return service_stage(&q, e);
	return kind == KIND_SECCOMP ? seccomp_compile(&q, e)
				    : landlock_compile(&q, e);
}
