/* SPDX-License-Identifier: Apache-2.0 */
/* action.h - one thing that a service may or may not do, in words.
 *
 * What the tests of a policy and "explain --what" are written in:
 * "read /etc/shadow", "connect tcp 1.2.3.4:22", "syscall ptrace 16". The table
 * of words is the only list of them; bailiff-policy(5) has it for people, and a
 * test holds the two together. decide.h says what a policy thinks of an action.
 */
#ifndef PKG_POLICY_ACTION_H
#define PKG_POLICY_ACTION_H

#include "pkg/policy/network.h"

#define ACTION_TEXT_MAX 16384 /* bytes of one action in words */
#define ACTION_PATH_MAX 4096  /* with the NUL: PATH_MAX */

enum action_kind {
	ACTION_READ,
	ACTION_WRITE,
	ACTION_LIST,
	ACTION_EXEC,
	ACTION_CREATE,
	ACTION_MKDIR,
	ACTION_REMOVE,
	ACTION_RMDIR,
	ACTION_MKFIFO,
	ACTION_MKSOCK,
	ACTION_MKCHAR,
	ACTION_MKBLOCK,
	ACTION_SYMLINK,
	ACTION_TRUNCATE,
	ACTION_IOCTL,
	ACTION_RENAME,
	ACTION_REPLACE,
	ACTION_LINK,
	ACTION_STAT,
	ACTION_CHDIR,
	ACTION_CHMOD,
	ACTION_CHOWN,
	ACTION_MOUNT,
	ACTION_CONNECT,
	ACTION_BIND,
	ACTION_LISTEN,
	ACTION_CONNECT_UNIX,
	ACTION_BIND_UNIX,
	ACTION_CONNECT_ABSTRACT,
	ACTION_SIGNAL,
	ACTION_PTRACE,
	ACTION_SYSCALL,
	ACTION_CAPABILITY,
	ACTION_DEVICE,
	ACTION_KINDS
};

/* What follows the word. */
enum action_form {
	FORM_PATH,     /* PATH */
	FORM_PATHS,    /* FROM TO */
	FORM_HOST,     /* PROTOCOL ADDRESS:PORT */
	FORM_UNIX,     /* unix PATH */
	FORM_OUTSIDE,  /* outside */
	FORM_ABSTRACT, /* abstract outside */
	FORM_CALL,     /* NAME [ARGUMENT ...] */
	FORM_CAP,      /* CAP_X */
	FORM_DEVICE    /* read|write|mknod b|c MAJOR:MINOR */
};

struct action_word {
	const char *word;
	enum action_form form;
	const char *phrase; /* "nginx may not ... /etc/shadow" */
};

/* By enum action_kind. */
extern const struct action_word action_words[ACTION_KINDS];

struct action {
	enum action_kind kind;
	char *path;  /* owned, normalised: FORM_PATH, FORM_PATHS, FORM_UNIX */
	char *to;    /* owned: FORM_PATHS */
	bool is_dir; /* the path ends in "/": a directory is meant */

	enum net_protocol protocol; /* FORM_HOST */
	struct net_prefix host;	    /* one host; family 0: any */
	uint16_t port;		    /* not of NET_RAW */

	char *name;  /* owned: FORM_CALL, the system call */
	int syscall; /* its native number */
	uint64_t args[6];
	size_t arg_count; /* the others are not said */

	int capability; /* FORM_CAP */

	char device; /* FORM_DEVICE: 'b' or 'c' */
	uint32_t major, minor;
	uint8_t access; /* enum device_access, one of them */
};

/**
 * action_parse() - an action in words.
 * @text: one or more blanks between words; a word with blanks, or that begins
 *        with a double quote, stands in double quotes, in which \" and \\ are
 *        a quote and a backslash.
 * @ret: the caller's, action_done(); written on success only.
 *
 * Paths are absolute, without "..", and normalised as those of rules are.
 *
 * Return: 0; -EBADMSG with the word and what is expected; -E2BIG; -ENOMEM.
 */
int action_parse(struct span text, struct action *ret, struct err *e);
void action_done(struct action *a);
/* Does @c stand between words? */
bool action_is_blank(char c);

/* Append the words that action_parse() reads back as the same action. */
void action_text(struct buf *out, const struct action *a);

/* Append it as part of a sentence: "list /etc", "connect to TCP port 22 of
 * 1.2.3.4". */
void action_phrase(struct buf *out, const struct action *a);

/* Text for people, from elsewhere: with the escapes of JSON, without its
 * quotes. */
void words_clean(struct buf *out, struct span raw);

#endif
