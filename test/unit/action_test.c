/* SPDX-License-Identifier: Apache-2.0 */
/* action_test.c - an action in words: taken, refused, said again. */
#include "test/unit/harness.h"

#include <fcntl.h>

#include "lib/file.h"
#include "lib/json.h"
#include "pkg/policy/action.h"
#include "pkg/policy/tests.h"

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

/* The canonical words and the phrase. */
static void round_trip(const char *words, const char *canonical,
		       const char *phrase)
{
	struct action a, again;
	struct err e = { 0 };
	struct buf text, said;

	buf_init(&text, 1 << 16);
	buf_init(&said, 1 << 16);
	if (action_parse(span_of(words), &a, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", words, e.text);
	action_text(&text, &a);
	CHECK_STR(buf_cstr(&text), canonical);
	action_phrase(&said, &a);
	CHECK_STR(buf_cstr(&said), phrase);
	action_done(&a);
	CHECK_INT(action_parse(buf_view(&text), &again, &e), 0);
	buf_reset(&said);
	action_text(&said, &again);
	CHECK_STR(buf_cstr(&said), canonical);
	action_done(&again);
	buf_done(&text);
	buf_done(&said);
}

static void refused(const char *words, const char *why)
{
	struct action a;
	struct err e = { 0 };

	if (action_parse(span_of(words), &a, &e) != -EBADMSG)
		test_fail(__FILE__, __LINE__, "\"%s\" is taken", words);
	CHECK_STR(e.text, why);
}

TEST(every_word_is_taken_and_said_again)
{
	static const struct {
		const char *words, *phrase;
	} rows[] = {
		{ "read /etc/shadow", "read /etc/shadow" },
		{ "write /var/log/x", "write to /var/log/x" },
		{ "list /", "list /" },
		{ "exec /bin/sh", "execute /bin/sh" },
		{ "create /tmp/x", "create and write /tmp/x" },
		{ "mkdir /tmp/x", "make the directory /tmp/x" },
		{ "remove /tmp/x", "remove the file /tmp/x" },
		{ "rmdir /tmp/x", "remove the directory /tmp/x" },
		{ "mkfifo /tmp/x", "make the FIFO /tmp/x" },
		{ "mksock /tmp/x", "make the socket /tmp/x" },
		{ "mkchar /tmp/x", "make the character device /tmp/x" },
		{ "mkblock /tmp/x", "make the block device /tmp/x" },
		{ "symlink /tmp/x", "make the symbolic link /tmp/x" },
		{ "truncate /tmp/x", "truncate /tmp/x" },
		{ "ioctl /dev/tty", "use ioctl on the device /dev/tty" },
		{ "rename /a/x /b/y", "rename /a/x to /b/y" },
		{ "rename /a/x/ /b/y/", "rename /a/x to /b/y" },
		{ "replace /a/x /b/y", "put /a/x in the place of /b/y" },
		{ "link /a/x /b/y", "link /a/x as /b/y" },
		{ "stat /x", "see the status of /x" },
		{ "chdir /x", "change its directory to /x" },
		{ "chmod /x", "change the mode of /x" },
		{ "chown /x", "change the owner of /x" },
		{ "mount /mnt", "mount something at /mnt" },
		{ "connect tcp 1.2.3.4:22",
		  "connect to TCP port 22 of 1.2.3.4" },
		{ "connect tcp [::1]:22", "connect to TCP port 22 of ::1" },
		{ "connect udp 53", "connect to UDP port 53" },
		{ "connect mptcp 443", "connect to MPTCP port 443" },
		{ "connect raw 1.2.3.4", "connect to raw IP of 1.2.3.4" },
		{ "bind tcp 8080", "bind TCP port 8080" },
		{ "listen tcp 127.0.0.1:80",
		  "listen on TCP port 80 of 127.0.0.1" },
		{ "connect unix /run/x.sock",
		  "connect to the socket /run/x.sock" },
		{ "bind unix /run/x.sock", "bind the socket /run/x.sock" },
		{ "connect abstract outside",
		  "connect to an abstract unix socket outside its sandbox" },
		{ "signal outside", "signal a process outside its sandbox" },
		{ "ptrace outside", "trace a process outside its sandbox" },
		{ "syscall ptrace", "call ptrace" },
		{ "syscall socket 16 3 9", "call socket 16 3 9" },
		{ "capability CAP_SYS_ADMIN", "use CAP_SYS_ADMIN" },
		{ "device read c 1:3", "read the device c 1:3" },
		{ "device write b 8:0", "write to the device b 8:0" },
		{ "device mknod c 1:3", "make a node of the device c 1:3" },
	};
	bool seen[ACTION_KINDS] = { false };

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct action a;

		round_trip(rows[i].words, rows[i].words, rows[i].phrase);
		CHECK_INT(action_parse(span_of(rows[i].words), &a, NULL), 0);
		seen[a.kind] = true;
		action_done(&a);
	}
	for (size_t i = 0; i < ACTION_KINDS; i++)
		if (!seen[i])
			test_fail(__FILE__, __LINE__, "%s is not tried",
				  action_words[i].word);
}

/* The table of words for people is the table of words. */
TEST(every_word_stands_in_the_manual_page)
{
	struct buf page;

	buf_init(&page, 1 << 20);
	CHECK_INT(file_read(AT_FDCWD, "pkg/policy/bailiff-policy.5", 1 << 20,
			    &page, NULL),
		  0);
	for (size_t i = 0; i < ACTION_KINDS; i++) {
		static const char *const more[] = {
			[FORM_UNIX] = " unix",
			[FORM_ABSTRACT] = " abstract outside",
			[FORM_OUTSIDE] = " outside",
			[FORM_HOST] = " tcp",
			[FORM_DEVICE] = " read",
		};
		const enum action_form form = action_words[i].form;
		char line[64];

		(void)snprintf(line, sizeof(line), ".It Li %s%s ",
			       action_words[i].word,
			       more[form] != NULL ? more[form] : "");
		CHECK_HAS(buf_cstr(&page), line);
	}
	buf_done(&page);
}

TEST(an_action_is_said_in_one_form)
{
	round_trip("  read\t /a//b/./c/  ", "read /a/b/c/", "read /a/b/c");
	round_trip("read \"/a b\\\"c\\\\d\"", "read \"/a b\\\"c\\\\d\"",
		   "read /a b\\\"c\\\\d");
	round_trip("read \"/plain\"", "read /plain", "read /plain");
	round_trip("read /a\x1b[2J", "read /a\x1b[2J", "read /a\\u001b[2J");
	round_trip("connect tcp [::ffff:1.2.3.4]:22", "connect tcp 1.2.3.4:22",
		   "connect to TCP port 22 of 1.2.3.4");
	round_trip("connect raw ::1", "connect raw ::1",
		   "connect to raw IP of ::1");
	round_trip("syscall openat -100 0x10 0xffffffffffffffff",
		   "syscall openat 0xffffffffffffff9c 16 0xffffffffffffffff",
		   "call openat 0xffffffffffffff9c 16 0xffffffffffffffff");
	round_trip("read \"/two\nlines\"", "read /two\nlines",
		   "read /two\\u000alines");
}

TEST(bad_words_get_one_clear_sentence)
{
	refused("", "names no action: write one, as \"read /etc/passwd\"");
	refused("   \t", "names no action: write one, as \"read /etc/passwd\"");
	refused("deny read /etc",
		"\"deny\" begins a test, not an action: leave it out");
	refused("raed /etc",
		"\"raed\" is no action: write read, write, list, exec, "
		"create, mkdir, remove, rmdir, mkfifo, mksock, mkchar, "
		"mkblock, symlink, truncate, ioctl, rename, replace, link, "
		"stat, chdir, chmod, chown, mount, connect, bind, listen, "
		"signal, ptrace, syscall, capability or device");
	refused("read", "read: a word is missing: write read PATH");
	refused("read /a b", "\"b\" is one word too many");
	refused("read etc/shadow",
		"read: \"etc/shadow\" is not an absolute path");
	refused("read \"\"", "read: \"\" is not an absolute path");
	refused("read /a/../b", "read: \"/a/../b\" has \"..\": write the path "
				"that it means");
	refused("read \"/a", "\"/a\" has no closing quote");
	refused("read \"/a\"b", "a blank is missing after a closing quote");
	refused("read \"/a\\n\"", "a backslash in quotes stands before \\ or "
				  "\" only");
	refused("rename /a", "rename: a word is missing: write rename FROM TO");
	refused("link /a/ /b", "link: a directory cannot be linked");
	refused("connect 1.2.3.4:22",
		"connect: a word is missing: write connect PROTOCOL "
		"ADDRESS:PORT");
	refused("connect sctp 22", "connect: \"sctp\" is not tcp, udp, mptcp, "
				   "raw, unix or abstract");
	refused("connect tcp 1.2.3.4",
		"connect tcp: \"1.2.3.4\" is not PORT, ADDRESS:PORT or "
		"[ADDRESS]:PORT");
	refused("connect tcp ::1:22",
		"connect tcp: \"::1:22\" is not PORT, ADDRESS:PORT or "
		"[ADDRESS]:PORT");
	refused("connect tcp 1.2.3.4:65536",
		"connect tcp: \"1.2.3.4:65536\" is not PORT, ADDRESS:PORT or "
		"[ADDRESS]:PORT");
	refused("connect tcp 10.0.0.0/8:22",
		"connect tcp: \"10.0.0.0/8:22\" is not PORT, ADDRESS:PORT or "
		"[ADDRESS]:PORT");
	refused("connect tcp host:22",
		"connect tcp: \"host:22\" is not PORT, ADDRESS:PORT or "
		"[ADDRESS]:PORT");
	refused("connect raw 1.2.3.4:1",
		"connect raw: \"1.2.3.4:1\" is no address: raw has no port");
	refused("listen udp 53", "listen: only tcp and mptcp listen; write "
				 "bind");
	refused("signal inside", "signal: \"inside\" is not \"outside\": "
				 "inside its sandbox a service is free");
	refused("connect abstract name",
		"connect: \"name\" is not \"outside\": inside its sandbox a "
		"service is free");
	refused("syscall opne", "syscall: \"opne\" is no system call of this "
				"architecture");
	refused("syscall openat x", "syscall openat: \"x\" is no number, as "
				    "16, -1 or 0x10");
	refused("syscall socket 1 2 3 4 5 6 7", "\"7\" is one word too many");
	refused("capability SYS_ADMIN",
		"capability: \"SYS_ADMIN\" is no capability: they are written "
		"as CAP_CHOWN");
	refused("device open c 1:3",
		"device: \"open\" is not read, write or mknod");
	refused("device read d 1:3",
		"device: \"d\" is not b (block) or c (character)");
	refused("device read c 1", "device: \"1\" is not MAJOR:MINOR");
	refused("read \x1b[2J", "read: \"\\u001b[2J\" is not an absolute path");
}

TEST(what_is_too_long_or_holds_a_nul_is_refused)
{
	static char text[ACTION_TEXT_MAX + 8];
	struct action a;
	struct err e;

	(void)snprintf(text, sizeof(text), "read /");
	memset(text + 6, 'x', sizeof(text) - 7);
	CHECK_INT(action_parse((struct span){ text, ACTION_TEXT_MAX + 1 }, &a,
			       &e),
		  -E2BIG);
	CHECK_INT(action_parse((struct span){ text, 5 + 4096 }, &a, &e),
		  -E2BIG);
	CHECK_STR(e.text, "read: a path of more than 4095 bytes");
	CHECK_INT(action_parse((struct span){ text, 5 + 4095 }, &a, &e), 0);
	action_done(&a);
	CHECK_INT(action_parse((struct span){ "read /a\0b", 9 }, &a, &e),
		  -EBADMSG);
	CHECK_STR(e.text, "holds a NUL");
}

TEST(a_test_begins_with_what_is_expected)
{
	struct action a;
	struct err e;
	bool allow = true;

	CHECK_INT(test_parse(span_of("deny  read /x"), &allow, &a, &e), 0);
	CHECK(!allow && a.kind == ACTION_READ);
	action_done(&a);
	CHECK_INT(test_parse(span_of("allow list /x"), &allow, &a, &e), 0);
	CHECK(allow && a.kind == ACTION_LIST);
	action_done(&a);
	CHECK_INT(test_parse(span_of(" \tdeny\tread\t/x "), &allow, &a, &e), 0);
	CHECK(!allow && a.kind == ACTION_READ);
	action_done(&a);
	/* A call younger than the tables of libseccomp. */
	CHECK_INT(
		test_parse(span_of("deny syscall setxattrat"), &allow, &a, &e),
		0);
	CHECK_INT(a.syscall, 463);
	action_done(&a);
	CHECK_INT(test_parse(span_of("read /x"), &allow, &a, &e), -EBADMSG);
	CHECK_HAS(e.text, "begins with allow or deny");
	CHECK_INT(test_parse(span_of(""), &allow, &a, &e), -EBADMSG);
	CHECK_INT(test_parse(span_of("deny"), &allow, &a, &e), -EBADMSG);
	CHECK_HAS(e.text, "names no action");
	CHECK_INT(test_judge(true, VERDICT_ALLOWED), TEST_PASSED);
	CHECK_INT(test_judge(true, VERDICT_DENIED), TEST_FAILED);
	CHECK_INT(test_judge(false, VERDICT_DENIED), TEST_PASSED);
	CHECK_INT(test_judge(false, VERDICT_ALLOWED), TEST_FAILED);
	CHECK_INT(test_judge(true, VERDICT_NOT_ENFORCED), TEST_NOT_ENFORCED);
	CHECK_INT(test_judge(false, VERDICT_NOT_ENFORCED), TEST_NOT_ENFORCED);
}
