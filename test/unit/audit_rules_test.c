/* SPDX-License-Identifier: Apache-2.0 */
/* audit_rules_test.c - audit rules in auditctl's words: what the kernel gets,
 * beside what libaudit makes of the same words, and what is refused.
 */
#include "test/unit/harness.h"

#include <libaudit.h>
#include <linux/audit.h>
#include <stdlib.h>

#include "lib/auto.h"
#include "pkg/audit/rules.h"
#include "pkg/policy/audit_rules.h"

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))
#define LOW	   1900000007U

/* Compile a rule of one service. @ret: the caller's to free; NULL when it is
 * refused. */
static int compile(const char *text, struct audit_rule_data **ret,
		   struct err *e)
{
	struct buf out;
	int r;

	buf_init(&out, 16384);
	*e = (struct err){ 0 };
	r = audit_rule_compile(span_of(text), LOW, LOW, &out, e);
	*ret = NULL;
	if (r == 0) {
		*ret = calloc(1, out.len + 1);
		memcpy(*ret, out.p, out.len);
		CHECK_INT(out.len, sizeof(**ret) + (*ret)->buflen);
	} else {
		CHECK_INT(out.len, 0);
	}
	buf_done(&out);
	return r;
}

static struct audit_rule_data *must(const char *text)
{
	struct audit_rule_data *rule;
	struct err e;

	if (compile(text, &rule, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", text, e.text);
	return rule;
}

static bool has_call(const struct audit_rule_data *r, const char *name)
{
	const int nr = audit_name_to_syscall(name, audit_detect_machine());

	CHECK(nr >= 0);
	return (r->mask[nr / 32] >> (nr % 32) & 1) != 0;
}

/* The value of the field, which must be there once with this operator. */
static uint32_t value_of(const struct audit_rule_data *r, uint32_t field,
			 uint32_t op)
{
	size_t found = 0, at = 0;

	for (size_t i = 0; i < r->field_count; i++)
		if (r->fields[i] == field && r->fieldflags[i] == op) {
			found++;
			at = i;
		}
	CHECK_INT(found, 1);
	return r->values[at];
}

TEST(a_rule_is_bounded_to_the_service_and_carries_both_keys)
{
	AUTO_MEM struct audit_rule_data *r =
		must("-a always,exit -F arch=b64 -S openat,unlink -S mkdir "
		     "-F success=0 -F exit=-EACCES -F a2&0x40 -k opens");

	CHECK_INT(r->flags, AUDIT_FILTER_EXIT);
	CHECK_INT(r->action, AUDIT_ALWAYS);
	CHECK(has_call(r, "openat") && has_call(r, "unlink") &&
	      has_call(r, "mkdir") && !has_call(r, "open"));
	CHECK_INT(value_of(r, AUDIT_LOGINUID, AUDIT_EQUAL), LOW);
	CHECK_INT(value_of(r, AUDIT_SUCCESS, AUDIT_EQUAL), 0);
	CHECK_INT((int32_t)value_of(r, AUDIT_EXIT, AUDIT_EQUAL), -EACCES);
	CHECK_INT(value_of(r, AUDIT_ARG2, AUDIT_BIT_MASK), 0x40);
	CHECK_INT(value_of(r, AUDIT_ARCH, AUDIT_EQUAL),
		  (uint32_t)audit_machine_to_elf(audit_detect_machine()));
	CHECK_STR(r->buf, "bailiff-rule\1opens");
}

TEST(calls_by_name_are_those_of_one_architecture)
{
	AUTO_MEM struct audit_rule_data *named =
		must("-a exit,always -S openat -k k");
	AUTO_MEM struct audit_rule_data *all =
		must("-a always,exit -F exe=/usr/bin/cat -k k");
	AUTO_MEM struct audit_rule_data *all_too =
		must("-a always,exit -S all -F exe=/usr/bin/cat -k k");

	(void)value_of(named, AUDIT_ARCH, AUDIT_EQUAL);
	CHECK(has_call(all, "openat") && has_call(all, "close"));
	CHECK_INT(all->mask[AUDIT_BITMASK_SIZE - 1], 0);
	CHECK_INT(all->field_count, 3);
	CHECK(memcmp(all, all_too, sizeof(*all) + all->buflen) == 0);
}

TEST(a_watch_is_a_rule_on_a_path)
{
	AUTO_MEM struct audit_rule_data *file =
		must("-w /etc/passwd -p wa -k passwd");
	AUTO_MEM struct audit_rule_data *same =
		must("-a always,exit -F path=/etc/passwd -F perm=wa -k passwd");
	AUTO_MEM struct audit_rule_data *dir = must("  -w  /etc/  -k etc ");

	CHECK(memcmp(file, same, sizeof(*file) + file->buflen) == 0);
	CHECK_INT(value_of(file, AUDIT_WATCH, AUDIT_EQUAL), 11);
	CHECK_INT(value_of(file, AUDIT_PERM, AUDIT_EQUAL),
		  AUDIT_PERM_WRITE | AUDIT_PERM_ATTR);
	CHECK_STR(file->buf, "/etc/passwdbailiff-rule\1passwd");
	CHECK_INT(value_of(dir, AUDIT_DIR, AUDIT_EQUAL), 4);
	CHECK_INT(value_of(dir, AUDIT_PERM, AUDIT_EQUAL), 15);
}

TEST(a_rule_of_the_node_is_bounded_to_all_services)
{
	struct audit_rule_data *r;
	struct buf out;

	buf_init(&out, 16384);
	CHECK_INT(audit_rule_compile(span_of("-w /etc/passwd -k k"), 10, 20,
				     &out, NULL),
		  0);
	r = (struct audit_rule_data *)(void *)out.p;
	CHECK_INT(value_of(r, AUDIT_LOGINUID, AUDIT_GREATER_THAN_OR_EQUAL), 10);
	CHECK_INT(value_of(r, AUDIT_LOGINUID, AUDIT_LESS_THAN_OR_EQUAL), 20);
	buf_done(&out);
}

/* libaudit keeps what it has seen in globals: each in a child of its own, which
 * TEST() is, so one field a row. */
static void field_as_libaudit(const char *field)
{
	AUTO_MEM struct audit_rule_data *mine = NULL;
	struct audit_rule_data *theirs = calloc(1, sizeof(*theirs) + 4096);
	char text[256], pair[128];
	bool found = false;

	(void)snprintf(text, sizeof(text), "-a always,exit -F %s -k k", field);
	(void)snprintf(pair, sizeof(pair), "%s", field);
	mine = must(text);
	if (audit_rule_fieldpair_data(&theirs, pair, AUDIT_FILTER_EXIT) != 0)
		test_fail(__FILE__, __LINE__, "libaudit refuses %s", field);
	CHECK_INT(theirs->field_count, 1);
	for (size_t i = 0; i < mine->field_count; i++)
		found |= mine->fields[i] == theirs->fields[0] &&
			 mine->fieldflags[i] == theirs->fieldflags[0] &&
			 mine->values[i] == theirs->values[0];
	if (!found)
		test_fail(__FILE__, __LINE__,
			  "%s: libaudit has field %u op %x value %x", field,
			  theirs->fields[0], theirs->fieldflags[0],
			  theirs->values[0]);
	free(theirs);
}

TEST(every_field_is_what_libaudit_makes_of_it)
{
	static const char *const fields[] = {
		"a0=5",		  "a1!=0x10",	 "a2>3",	"a3&=7",
		"devmajor=8",	  "devminor>=1", "egid=0",	"euid!=1000",
		"exit=-13",	  "exit<0",	 "exit=-EPERM", "filetype=fifo",
		"filetype!=file", "fsgid=4",	 "fsuid<5",	"gid<=6",
		"inode=42",	  "obj_gid=7",	 "obj_uid!=8",	"pers=0",
		"pid=1",	  "ppid>1",	 "saddr_fam=2", "sgid=9",
		"success=1",	  "success!=0",	 "suid>=3",	"uid=0",

	};

	for (size_t i = 0; i < COUNTOF(fields); i++)
		field_as_libaudit(fields[i]);
}

TEST(what_a_policy_may_not_say_is_refused_in_a_sentence)
{
	/* clang-format off */
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "begins with neither -a always,exit nor -w PATH" },
		{ "-S openat -k k", "begins with neither" },
		{ "-D", "-D deletes" },
		{ "-e 0", "-e sets the whole machine's audit" },
		{ "-b 1", "-b sets" }, { "-f 2", "-f sets" }, { "-r 0", "-r sets" },
		{ "-A always,exit -S openat -k k", "-A puts a rule before" },
		{ "-d always,exit -S openat -k k", "-d deletes" },
		{ "-W /etc -k k", "-W deletes" },
		{ "-C uid!=euid -k k", "-C comparing" },
		{ "-a never,exit -S openat -k k", "-a must be always,exit" },
		{ "-a always,exclude -F msgtype=PATH -k k", "-a must be always,exit" },
		{ "-a always,user -k k", "-a must be always,exit" },
		{ "-a always,filesystem -F fstype=0 -k k", "-a must be" },
		{ "-a always,task -k k", "-a must be" },
		{ "-a always,exit,never -k k", "-a must be" },
		{ "-a always,exit -a always,exit -k k", "stands once" },
		{ "-a always,exit -w /etc -k k", "stands once" },
		{ "-a always,exit -F auid=1000 -k k", "-F auid: bailiff bounds" },
		{ "-a always,exit -F loginuid=1000 -k k", "-F loginuid: bailiff" },
		{ "-a always,exit -F sessionid=1 -k k", "-F sessionid: bailiff" },
		{ "-a always,exit -F loginuid_set=1 -k k", "bailiff bounds" },
		{ "-a always,exit -F msgtype=1300 -k k", "-F msgtype: is of another list" },
		{ "-a always,exit -F subj_user=x -k k", "\"subj_user\" is no field" },
		{ "-a always,exit -F =1 -k k", "\"\" is no field" },
		{ "-a always,exit -F uid -k k", "-F uid: the kernel does not compare" },
		{ "-a always,exit -F uid&1 -k k", "does not compare it so" },
		{ "-a always,exit -F arch!=b64 -k k", "does not compare it so" },
		{ "-a always,exit -F perm!=r -k k", "does not compare it so" },
		{ "-a always,exit -F path!=/etc -k k", "does not compare it so" },
		{ "-a always,exit -F uid=root -k k", "\"uid\" must be a number (names" },
		{ "-a always,exit -F uid=4294967295 -k k", "\"uid\" must be a number" },
		{ "-a always,exit -F uid==0 -k k", "\"uid\" must be a number" },
		{ "-a always,exit -F a0=0x1ffffffff -k k", "\"a0\" must be a number" },
		{ "-a always,exit -F a0= -k k", "\"a0\" must be a number" },
		{ "-a always,exit -F exit=EACCES -k k", "\"exit\" must be a number or a name" },
		{ "-a always,exit -F exit=-ENOSUCH -k k", "\"exit\" must be" },
		{ "-a always,exit -F success=2 -k k", "\"success\" must be 0 or 1" },
		{ "-a always,exit -F perm=rr -k k", "\"perm\" must be letters" },
		{ "-a always,exit -F filetype=door -k k", "\"filetype\" must be" },
		{ "-a always,exit -F arch=b16 -S openat -k k", "\"arch\" must be b64 or b32" },
		{ "-a always,exit -F arch=b64 -F arch=b64 -k k", "\"arch\" stands twice" },
		{ "-a always,exit -F path=etc -k k", "not a plain absolute path" },
		{ "-a always,exit -F path=/etc/../x -k k", "not a plain absolute path" },
		{ "-a always,exit -F path=/etc//x -k k", "not a plain absolute path" },
		{ "-a always,exit -F path=/etc/ -k k", "not a plain absolute path" },
		{ "-a always,exit -F dir=/ -k k", "not a plain absolute path" },
		{ "-a always,exit -F path=/a -F dir=/b -k k", "about one \"path\" or \"dir\"" },
		{ "-w /a -F path=/b -k k", "about one" },
		{ "-w /a -S openat -k k", "-w is about every way" },
		{ "-w /a -F arch=b64 -k k", "-w is about every way" },
		{ "-w a -k k", "not a plain absolute path" },
		{ "-w /a -p rwz -k k", "-p must be letters" },
		{ "-w /a -p r -p w -k k", "-p stands once" },
		{ "-a always,exit -S nosuchcall -k k", "\"nosuchcall\" is no system call of" },
		{ "-a always,exit -S openat, -k k", "is no system call of" },
		{ "-a always,exit -S 257 -k k", "\"257\" is no system call" },
		{ "-a always,exit -S openat", "has no key" },
		{ "-a always,exit -S openat -k", "-k lacks its value" },
		{ "-a always,exit -S openat -k a -k b", "has two keys" },
		{ "-a always,exit -S openat -k a -F key=b", "has two keys" },
		{ "-a always,exit -S openat -k bailiff-self", "begins as bailiff's own" },
		{ "-a always,exit -S openat -k a,b", "a key is 1 to 64" },
		{ "-a always,exit -S openat -k \xc3\xa4", "a key is 1 to 64" },
		{ "-a always,exit -S openat -k k\n-D", "control character" },
		{ "-a always,exit -S openat -k k\1x", "control character" },
		{ "-a always,exit -S openat -k k stray", "\"stray\" is no option" },
		{ "-a always,exit -S openat -i -k k", "\"-i\" is no option" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct audit_rule_data *r;
		struct err e;

		if (compile(rows[i].text, &r, &e) != -EBADMSG ||
		    strstr(e.text, rows[i].says) == NULL)
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].text,
				  e.text);
	}
}

TEST(limits_of_a_rule_are_said)
{
	char text[AUDIT_RULES_TEXT_MAX + 2];
	struct audit_rule_data *r;
	struct err e;
	size_t at;

	at = (size_t)snprintf(text, sizeof(text), "-a always,exit -k k");
	for (int i = 0; i < AUDIT_MAX_FIELDS; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       " -F uid!=%d", i);
	CHECK_INT(compile(text, &r, &e), -E2BIG);
	CHECK_HAS(e.text, "more than 64 fields");
	at = (size_t)snprintf(text, sizeof(text), "-a always,exit -k k -S x");
	for (int i = 0; i < AUDIT_RULES_CALLS_MAX; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, ",x");
	CHECK_INT(compile(text, &r, &e), -E2BIG);
	memset(text, ' ', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	CHECK_INT(compile(text, &r, &e), -E2BIG);
	CHECK_HAS(e.text, "longer than 4096 bytes");
}

/* ---- what the supervisor takes from the policy process ------------------- */

static struct span bytes_of(const struct audit_rule_data *r)
{
	return (struct span){ (const char *)r, sizeof(*r) + r->buflen };
}

static void check_not_added(const struct audit_rule_data *r, size_t len,
			    const char *says)
{
	struct err e = { 0 };

	CHECK_INT(audit_rule_check((struct span){ (const char *)r, len },
				   LOW - 1, LOW + 1, &e),
		  -EBADMSG);
	CHECK_HAS(e.text, says);
}

TEST(a_compiled_rule_is_one_that_the_supervisor_adds)
{
	static const char *const texts[] = {
		"-a always,exit -S openat -F success=0 -k opens",
		"-w /etc/passwd -k passwd",
		"-a always,exit -F exe=/usr/bin/cat -F dir=/srv -k both",
	};

	for (size_t i = 0; i < COUNTOF(texts); i++) {
		AUTO_MEM struct audit_rule_data *r = must(texts[i]);
		struct err e = { 0 };

		if (audit_rule_check(bytes_of(r), LOW, LOW, &e) < 0)
			test_fail(__FILE__, __LINE__, "%s: %s", texts[i],
				  e.text);
		CHECK_INT(audit_rule_check(bytes_of(r), LOW + 1, LOW + 9, &e),
			  -EBADMSG);
	}
}

TEST(a_rule_that_hides_or_is_unbounded_or_cut_is_not_added)
{
	AUTO_MEM struct audit_rule_data *r = must("-w /etc/passwd -k passwd");
	const size_t len = bytes_of(r).len;
	struct audit_rule_data before;

	memcpy(&before, r, sizeof(before));
	for (size_t n = 0; n < len; n++)
		check_not_added(r, n, "is cut");
	r->action = AUDIT_NEVER;
	check_not_added(r, len, "does not record");
	memcpy(r, &before, sizeof(before));
	r->flags = AUDIT_FILTER_USER;
	check_not_added(r, len, "another list than exit");
	r->flags = AUDIT_FILTER_EXIT | AUDIT_FILTER_PREPEND;
	check_not_added(r, len, "another list than exit");
	memcpy(r, &before, sizeof(before));
	r->field_count = AUDIT_MAX_FIELDS + 1;
	check_not_added(r, len, "has 65 fields");
	memcpy(r, &before, sizeof(before));
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i] == AUDIT_LOGINUID) {
			r->fieldflags[i] = AUDIT_NOT_EQUAL;
			check_not_added(r, len, "not bounded to services");
			r->fieldflags[i] = AUDIT_GREATER_THAN_OR_EQUAL;
			check_not_added(r, len, "not bounded to services");
			r->fieldflags[i] = AUDIT_EQUAL;
			r->values[i] = 0;
			check_not_added(r, len, "not bounded to services");
		}
	memcpy(r, &before, sizeof(before));
	r->buf[r->buflen - 1 - strlen("rule\1passwd")] = 'x';
	check_not_added(r, len, "has no key of a policy's");
	memcpy(r, &before, sizeof(before));
	r->values[0] += 1; /* the path takes from the key */
	check_not_added(r, len, "is cut");
	r->values[0] = UINT32_MAX;
	check_not_added(r, len, "is cut");
}
