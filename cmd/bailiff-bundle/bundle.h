/* SPDX-License-Identifier: Apache-2.0 */
/* bundle.h - what the verbs of bailiff-bundle share.
 *
 * A verb gets its arguments, does one thing and returns 0, an exit code above
 * 0 when it has said all there is to say, or -errno with a sentence that main
 * prints. Only verbs print.
 */
#ifndef CMD_BAILIFF_BUNDLE_BUNDLE_H
#define CMD_BAILIFF_BUNDLE_BUNDLE_H

#include "cmd/bailiff-bundle/option.h"
#include "lib/err.h"

enum {
	EXIT_DONE = 0,
	EXIT_NO = 1,
	EXIT_USAGE = 2,
	EXIT_SYSTEM = 111
};

int verb_keygen(int argc, char **argv, struct err *e);
int verb_init(int argc, char **argv, struct err *e);
int verb_build(int argc, char **argv, struct err *e);
int verb_sign(int argc, char **argv, struct err *e);
int verb_publish(int argc, char **argv, struct err *e);
int verb_delegate(int argc, char **argv, struct err *e);
int verb_revoke(int argc, char **argv, struct err *e);
int verb_refresh(int argc, char **argv, struct err *e);
int verb_rotate(int argc, char **argv, struct err *e);
int verb_diff(int argc, char **argv, struct err *e);
int verb_payload(int argc, char **argv, struct err *e);
int verb_attach(int argc, char **argv, struct err *e);
int verb_status(int argc, char **argv, struct err *e);
int verb_verify(int argc, char **argv, struct err *e);
int verb_lint(int argc, char **argv, struct err *e);
int verb_compile(int argc, char **argv, struct err *e);
int verb_test(int argc, char **argv, struct err *e);

/* option_parse() that prints the help itself. Return: 0; 1 after the help;
 * -EINVAL. */
int verb_options(const char *verb, const struct option_row *rows, int argc,
		 char **argv, struct err *e);

/* Seconds since 1970: @given, or the clock when it is INT64_MIN. */
int64_t verb_now(int64_t given);

/* Is standard output a terminal, and NO_COLOR not set? */
bool verb_wants_color(void);

/* Print one object on one line. Return: 0; -ENOMEM, also for NULL. */
int verb_print_json(const json_t *object);

/* Print "ROLE version N: ..." about who signed @m and who is still needed by
 * the role's keys in @root. Return: 0 when the threshold is met, else
 * -EKEYREJECTED or -ENOMEM. */
int verb_show_signers(const struct trust_metadata *m,
		      const struct trust_metadata *root, const char *by,
		      struct err *e);

#endif
