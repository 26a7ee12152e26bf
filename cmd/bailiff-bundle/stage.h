/* SPDX-License-Identifier: Apache-2.0 */
/* stage.h - what a verb that stages something works with: the repository, its
 * roles, the time, and drafts of next versions.
 */
#ifndef CMD_BAILIFF_BUNDLE_STAGE_H
#define CMD_BAILIFF_BUNDLE_STAGE_H

#include "cmd/bailiff-bundle/keyring.h"
#include "cmd/bailiff-bundle/option.h"
#include "cmd/bailiff-bundle/roles.h"

/* What every such verb takes. */
struct stage_options {
	const char *path;
	struct option_expiry expiry;
	int64_t now; /* INT64_MIN: the clock */
	struct keyring_options keyring;
};

#define STAGE_OPTIONS(options, what)                                       \
	{                                                                  \
		"repo", OPTION_TEXT,	  true,                            \
		"DIR",	"the repository", &(options)->path                 \
	},                                                                 \
		{ "expires-days",                                          \
		  OPTION_DAYS,                                             \
		  false,                                                   \
		  "[ROLE=]N",                                              \
		  "days until " what " expires",                           \
		  &(options)->expiry },                                    \
		{ "expires",	 OPTION_DATE,	    false,                 \
		  "[ROLE=]DATE", "the date itself", &(options)->expiry },  \
	{                                                                  \
		"now", OPTION_TIME, false, "DATE", "instead of the clock", \
			&(options)->now                                    \
	}

/* Nothing given yet; then option_parse(). */
void stage_options_init(struct stage_options *o);

struct stage {
	struct repo repo;
	struct roles roles;
	struct keyring keyring;
	struct option_expiry expiry;
	int64_t now;
};

#define STAGE_NONE                                   \
	{                                            \
		.repo = {.fd = -1, .staged_fd = -1 } \
	}

/* Open all of it. Return: as keyring_open(), repo_open(), roles_read(). */
int stage_open(const struct stage_options *o, enum repo_use use,
	       struct stage *ret, struct err *e);
void stage_close(struct stage *s);

/**
 * stage_draft() - the next version of @role, to be changed: what is staged,
 * else what is published as the version after it, else an empty one. There are
 * no signatures in it.
 *
 * A version that was once listed is never given again, though its role went.
 *
 * Return: 0 and the caller's document; -ESTALE when what is staged is not made
 * from what is published; -ENOMEM.
 */
int stage_draft(const struct stage *s, const char *role, json_t **ret,
		struct err *e);

/* Make @document the staged file of @role. */
int stage_put(struct stage *s, const char *role, const json_t *document,
	      struct err *e);

/**
 * stage_resign() - stage again, as they are, the published targets roles whose
 * signatures would no longer do, and say so.
 *
 * What is staged already waits for signatures anyway.
 */
int stage_resign(struct stage *s, struct err *e);

/* Remove the files below staged/targets that no staged role lists. */
int stage_sweep(const struct stage *s, struct err *e);

#endif
