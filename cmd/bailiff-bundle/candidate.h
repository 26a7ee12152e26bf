/* SPDX-License-Identifier: Apache-2.0 */
/* candidate.h - what a repository would become, tried before it is written.
 *
 * The new files are laid over the repository in memory, and bailiff's own
 * client runs over the result: from every root that was ever published, and
 * with the state of a node that has what is published now. Only then is
 * anything written, each file whole and the timestamp last, so that whoever
 * reads meanwhile sees the old bundle or the new one, also when the writer is
 * killed half-way.
 */
#ifndef CMD_BAILIFF_BUNDLE_CANDIDATE_H
#define CMD_BAILIFF_BUNDLE_CANDIDATE_H

#include "cmd/bailiff-bundle/stage.h"

/* Whose keys sign what is made anew. */
struct sealing {
	struct option_list snapshot_keys, timestamp_keys;
};

/**
 * candidate_publish() - make all that is staged current.
 * @is_unchecked: also what does not compile as a policy.
 *
 * Return: 0; -EBADMSG, -EKEYREJECTED, -EKEYEXPIRED, -ESTALE, -EPERM: a node
 * would refuse it, or would not find in it what somebody signed (@e names the
 * role); as policy_compile(); as file_replace().
 */
int candidate_publish(struct stage *s, const struct sealing *keys,
		      bool is_unchecked, struct err *e);

/* Publish a new timestamp, and with snapshot keys a new snapshot, for what is
 * published; what is staged stays so. Return: likewise. */
int candidate_refresh(struct stage *s, const struct sealing *keys,
		      struct err *e);

#endif
