/* SPDX-License-Identifier: Apache-2.0 */
/* caps.h - the five capability sets by raw system calls; see capabilities(7).
 */
#ifndef PKG_ENFORCE_CAPS_H
#define PKG_ENFORCE_CAPS_H

#include "pkg/policy/artefact.h"

/* The caller's sets. Return: 0; as capget(2). */
int caps_read(struct artefact_caps *ret, struct err *e);

/* Drop from the bounding set what @keep lacks, clear the ambient set. Return:
 * 0; -EPERM without CAP_SETPCAP. */
int caps_bound(uint64_t keep, struct err *e);

/* permitted, effective and inheritable. Return: 0; as capset(2). */
int caps_write(const struct artefact_caps *want, struct err *e);

#endif
