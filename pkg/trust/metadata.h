/* SPDX-License-Identifier: Apache-2.0 */
/* metadata.h - one metadata file, parsed strictly (TUF 1.0.34, section 4).
 *
 * Parsing comes before any signature is checked, so it takes any bytes. It
 * checks the shape of every member that the client uses; members it does not
 * know are signed, kept and ignored. Whether a file is to be believed is
 * trust_metadata_verify()'s answer, whether it is the right one the workflow's.
 */
#ifndef PKG_TRUST_METADATA_H
#define PKG_TRUST_METADATA_H

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"
#include "pkg/trust/file.h"
#include "pkg/trust/role_keys.h"

enum trust_role {
	TRUST_ROLE_ROOT,
	TRUST_ROLE_TIMESTAMP,
	TRUST_ROLE_SNAPSHOT,
	TRUST_ROLE_TARGETS,
	TRUST_ROLE_COUNT
};

/* "root", ...; and the most bytes that a file of the role may have. */
const char *trust_role_name(enum trust_role role);
size_t trust_role_max(enum trust_role role);
/* Return: the role; -EINVAL for a name that is none. */
int trust_role_find(struct span name);

/* Root only. */
struct trust_root {
	struct trust_role_keys roles[TRUST_ROLE_COUNT];
	bool is_consistent; /* consistent_snapshot */
};

/* One role that a targets role delegates to (section 4.5); delegation.h. */
struct trust_delegation {
	const char *role; /* borrowed from the document, as the rest */
	struct trust_role_keys by;
	bool is_terminating;
	const json_t *paths, *hash_prefixes; /* arrays; one is NULL */
};

struct trust_metadata {
	enum trust_role role;
	json_t *document;     /* owned; NULL: this struct holds nothing */
	const json_t *body;   /* "signed"; borrowed from document */
	json_t *signatures;   /* owned: key id to hex, each id once */
	struct buf canonical; /* what is signed */
	uint64_t version;     /* 1 .. 2^63-1 */
	int64_t expires;
	int64_t issued;		     /* timestamp: x-bailiff-issued, or 0 */
	const json_t *files;	     /* "meta" or "targets": every value is one
				      * that trust_file_parse() accepted */
	struct trust_key_table keys; /* root's, or for delegations */
	struct trust_root root;
	struct trust_delegation *delegations; /* targets: owned, in order */
	size_t delegation_count;
};

#define TRUST_VERSION_MAX INT64_MAX

/**
 * trust_metadata_parse() - one file of @role; a delegated role's file is one of
 * TRUST_ROLE_TARGETS.
 * @bytes: as received; borrowed for the call.
 * @ret: the caller's, trust_metadata_done(); written on success only.
 *
 * Return: 0; -EBADMSG with the member in @e; -EFBIG above the role's maximum;
 * -E2BIG more keys or delegations than a file may have; -EOPNOTSUPP succinct
 * delegations; -ENOMEM.
 */
int trust_metadata_parse(enum trust_role role, struct span bytes,
			 struct trust_metadata *ret, struct err *e);
void trust_metadata_done(struct trust_metadata *m);

/* Key ids whose signatures hold, borrowed from the file that names them. */
struct trust_signer_ids {
	const char **ids; /* owned array */
	size_t count;
};
void trust_signer_ids_done(struct trust_signer_ids *s);

/**
 * trust_metadata_verify() - signed by enough of the role's keys?
 * @by: who signs: a row of root's roles, or a delegation's.
 * @ret: who did; may be NULL; written on success only.
 *
 * Counts distinct public keys: two ids of one key are one signer.
 *
 * Return: 0; -EKEYREJECTED below the threshold (@e: role, version, how many of
 * how many, by which key ids); -ENOMEM.
 */
int trust_metadata_verify(const struct trust_metadata *m,
			  const struct trust_role_keys *by,
			  struct trust_signer_ids *ret, struct err *e);

/* Do two roots name other signers, or other numbers of them, for @role? */
bool trust_role_differs(const struct trust_metadata *a,
			const struct trust_metadata *b, enum trust_role role);

#endif
