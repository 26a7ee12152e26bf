/* SPDX-License-Identifier: Apache-2.0 */
/* info.h - what the supervisor knows of a generation, without parsing a
 * document: the file "info" in the generation's directory.
 */
#ifndef CMD_BAILIFFD_INFO_H
#define CMD_BAILIFFD_INFO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "pkg/policy/policy.h"

#define INFO_FILE "info"
#define INFO_MAX  8388608

struct info_service {
	char *name;
	uint32_t number;
	char *role;	/* that speaks for its document */
	char **signers; /* of that role, NULL-terminated */
	char **through; /* likewise: the roles that let it speak */
	bool is_best_effort;
	char **not_enforced; /* sentences, NULL-terminated */
};

struct info_collector {
	char *name, *protocol, *host;
	uint16_t port;
};

struct policy_info {
	uint64_t generation; /* 0: nothing is published */
	uint64_t bundle_version;
	int64_t expires; /* seconds since 1970 */
	int64_t issued;	 /* signed issue time of its timestamp; 0: none */
	int64_t since;	 /* when its life began: issued, else when accepted */
	struct policy_demands demands;
	struct policy_audit audit;
	char *signers[POLICY_SIGNERS_MAX];
	size_t signer_count;
	struct info_service *services;
	size_t service_count;
	struct info_collector *collectors;
	size_t collector_count;
};

void info_done(struct policy_info *info);
/* When a bundle was issued and accepted, and when it expires. */
struct info_times {
	int64_t expires, issued, accepted;
};
void info_encode(const struct policy *p, const struct policy_origin *origin,
		 const struct info_times *times, struct buf *out);
/* @ret is overwritten on success. Return: 0; -EBADMSG (also for lack of
 * memory, which shows as a short text). */
int info_decode(struct span raw, struct policy_info *ret, struct err *e);
/* The service whose document is the target @name ("services/web.json"); NULL
 * for any other target. */
const struct info_service *info_find(const struct policy_info *info,
				     const char *name);

#endif
