/* SPDX-License-Identifier: Apache-2.0 */
/* merge.h - several documents of one author as one.
 *
 * As landlockconfig composes: a right is handled where every document handles
 * it, and a rule of one document holds for all. This widens: it is for
 * fragments of one policy, not for a second opinion. Idempotent, and the order
 * of the documents does not matter.
 */
#ifndef PKG_LANDLOCK_MERGE_H
#define PKG_LANDLOCK_MERGE_H

#include "pkg/landlock/document.h"

#define LANDLOCK_DOCS_MAX 64 /* that may be merged */

/**
 * landlock_doc_merge() - @into becomes both documents.
 * @into: unchanged after a failure.
 *
 * Handled rights: those of both. Rules: all of either, with the rights that
 * are then handled; what is left without a right goes. Variables: united,
 * before anything is resolved. abi: the smaller of those that are there.
 *
 * Return: 0; -E2BIG; -ENOMEM.
 */
int landlock_doc_merge(struct landlock_doc *into,
		       const struct landlock_doc *from, struct err *e);

#endif
