/* SPDX-License-Identifier: Apache-2.0 */
/* body.h - what each role's "signed" holds; inside pkg/trust only. */
#ifndef PKG_TRUST_BODY_H
#define PKG_TRUST_BODY_H

#include "pkg/trust/metadata.h"

/**
 * trust_root_parse() and its siblings - the role's own members.
 * @m: its body is set; on failure what was filled in is still released by
 *     trust_metadata_done().
 *
 * Return: 0; -EBADMSG; -E2BIG for too many keys or delegations; -EOPNOTSUPP;
 * -ENOMEM.
 */
int trust_root_parse(struct trust_metadata *m, struct err *e);
int trust_timestamp_parse(struct trust_metadata *m, struct err *e);
int trust_snapshot_parse(struct trust_metadata *m, struct err *e);
int trust_targets_parse(struct trust_metadata *m, struct err *e);

/* json_members_open(), but null is a wrong type, not an absent member. */
int trust_members(const json_t *object, const struct json_member *rows,
		  struct err *e);

#endif
