/* SPDX-License-Identifier: Apache-2.0 */
/* document.h - a landlockconfig JSON document, checked, not yet resolved.
 *
 * The format is that of the Landlock maintainers' landlockconfig, as
 * bailiff-policy(5) describes it. Groups are resolved here, by the document's
 * own "abi"; variables are not: a document may use what another one defines
 * (merge.h). landlock_resolve() makes paths of templates.
 *
 * What landlockconfig does not have (rights above ABI 6, "bits", "quiet" and
 * its lists, "bestEffort") needs "bailiff": 1.
 */
#ifndef PKG_LANDLOCK_DOCUMENT_H
#define PKG_LANDLOCK_DOCUMENT_H

#include "lib/json.h"
#include "pkg/landlock/rules.h"
#include "pkg/landlock/template.h"

struct landlock_doc {
	uint32_t abi; /* saturated; 0 when absent */
	struct variables variables;
	struct landlock_rules rules; /* paths as template_spell() has them */
};

/**
 * landlock_doc_parse() - check one document.
 * @ret: the caller's, landlock_doc_done(); written on success only.
 *
 * Return: 0; -EBADMSG with the member and the cause in @e; -E2BIG above
 * LANDLOCK_RULES_MAX or VARIABLE_VALUES_MAX; -ENOMEM.
 */
int landlock_doc_parse(const json_t *document, struct landlock_doc *ret,
		       struct err *e);
void landlock_doc_done(struct landlock_doc *d);

#endif
