/* SPDX-License-Identifier: Apache-2.0 */
/* receipt.h - the launcher's word on what it did, one file for each session.
 *
 * PATH_RECEIPTS/SES holds one line for each launch in that session: "applied
 * generation=N", followed by "skipped=K" and "path=PATH" for each rule that was
 * left out because its path is not there; or "error SENTENCE". The descriptor
 * can only append, and exec closes it. No line is an alarm.
 */
#ifndef PKG_ENFORCE_RECEIPT_H
#define PKG_ENFORCE_RECEIPT_H

#include <stdint.h>

#include "lib/err.h"
#include "lib/span.h"
#include "pkg/enforce/enforce.h"

/* A line is at most this long: of more skipped paths only the number is told.
 */
#define RECEIPT_LINE_MAX 65536

/* Open for appending, created for BAILIFF_UID with mode 0600. Return: a
 * close-on-exec descriptor; -errno. */
int receipt_open(uint32_t ses, struct err *e);

/**
 * receipt_compose() - the line that says that @a stands, but for the rules of
 * @p that are absent.
 * @line: a buffer of RECEIPT_LINE_MAX.
 *
 * Before anything is given up: it allocates. A path is written as it is, but
 * control characters, blanks and '%' as "%XX".
 *
 * Return: 0; -ENOMEM.
 */
int receipt_compose(const struct artefact *a, const struct enforce_paths *p,
		    struct buf *line);

/* Return: 0; as write(2). */
int receipt_applied(int fd, const struct buf *line);
int receipt_failed(int fd, const char *sentence);

/* What binds the processes of a session: the first launch that was applied, or
 * why none was. A launch within the session only adds to it. */
struct receipt {
	bool is_applied;
	uint64_t generation; /* applied */
	uint32_t skipped;    /* applied: how many rules were left out */
	struct span paths;   /* applied: "path=PATH path=PATH"; into the text */
	struct span error;   /* not applied: the last sentence */
};

/**
 * receipt_parse() - read a session's receipts.
 * @text: the whole file.
 *
 * Return: 0; -ENOENT when no line is whole; -EBADMSG for one that no launcher
 * writes.
 */
int receipt_parse(struct span text, struct receipt *ret);

/**
 * receipt_path_next() - cut one path off @paths and append it to @out as the
 * policy spells it.
 *
 * Return: false when there is none left.
 */
bool receipt_path_next(struct span *paths, struct buf *out);

#endif
