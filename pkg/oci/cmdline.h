/* SPDX-License-Identifier: Apache-2.0 */
/* cmdline.h - the command lines of runc and crun, as those two read them.
 *
 * What the gate passes on is rebuilt from what it understood, in one spelling,
 * so that the runtime cannot read it differently. runc (Go's flag package)
 * takes one dash or two, "=value" or the next word, and last wins; crun
 * (getopt_long) takes short clusters and attached values. create, run and
 * restore accept options after the container's id, exec takes everything after
 * the id as the command.
 */
#ifndef PKG_OCI_CMDLINE_H
#define PKG_OCI_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum oci_runtime {
	OCI_RUNC = 1,
	OCI_CRUN = 2
};

enum oci_command {
	OCI_OTHER, /* state, start, kill, ...: passed through as it came */
	OCI_CREATE,
	OCI_RUN,
	OCI_EXEC,
	OCI_RESTORE
};

struct oci_option_row;

/* One option that was understood. */
struct oci_option {
	const struct oci_option_row *row;
	const char *value; /* borrowed; NULL for a flag */
};

struct oci_cmdline {
	enum oci_runtime runtime;
	enum oci_command command;
	struct oci_option *options; /* owned; in the order they came */
	size_t option_count;
	const char *id; /* the container; NULL for OCI_OTHER */
	char **words;	/* borrowed; exec's command, words_count of them */
	size_t word_count;
	bool wants_help; /* the runtime will print and end: nothing starts */
};

/**
 * oci_parse() - read a command line.
 * @argv: @argc words, the first is the program; borrowed by @ret.
 * @ret: filled as far as it got also on failure, so that a refusal knows the
 *       log file; oci_done() in either case.
 *
 * Return: 0; -EINVAL with a sentence for create, run, exec and restore with an
 * option that is not in the tables, a value that is no number, a missing or
 * superfluous id; -ENOMEM.
 */
int oci_parse(enum oci_runtime runtime, int argc, char **argv,
	      struct oci_cmdline *ret, struct err *e);
void oci_done(struct oci_cmdline *c);

/* The last value of an option; "" for a flag that is set; NULL when it was not
 * given. Global options and the command's share no name. */
const char *oci_get(const struct oci_cmdline *c, const char *name);

/* Replace every occurrence of @name by one with @value (borrowed). Return: 0;
 * -EINVAL when the command has no such option; -ENOMEM. */
int oci_set(struct oci_cmdline *c, const char *name, const char *value);

/* A number option's value, 0 when it was not given. */
uint32_t oci_number(const struct oci_cmdline *c, const char *name);

/**
 * oci_rebuild() - argv from what was understood.
 * @program: its first word.
 * @words: what follows the id, ended by NULL; NULL: nothing.
 * @ret: ends with NULL; one allocation, which the caller frees.
 *
 * Return: 0; -ENOMEM.
 */
int oci_rebuild(const struct oci_cmdline *c, const char *program,
		char *const *words, char ***ret);

/* argv for "state ID" with the same global options but for logging. */
int oci_rebuild_state(const struct oci_cmdline *c, const char *program,
		      char ***ret);

#endif
