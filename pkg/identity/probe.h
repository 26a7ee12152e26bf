/* SPDX-License-Identifier: Apache-2.0 */
/* probe.h - where a process is: its cgroup and its namespaces. */
#ifndef PKG_IDENTITY_PROBE_H
#define PKG_IDENTITY_PROBE_H

#include "pkg/identity/registry.h"

/**
 * session_probe() - fill in cgroup, its id and the namespaces of @pid.
 * @pid: in the caller's pid namespace; 0: the caller.
 *
 * What cannot be read, or is longer than a registration holds, stays as it was:
 * these are details that an event may lack.
 */
void session_probe(struct session *s, int32_t pid);

#endif
