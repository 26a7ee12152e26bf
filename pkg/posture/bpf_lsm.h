/* SPDX-License-Identifier: Apache-2.0 */
/* bpf_lsm.h - does a BPF LSM program really deny?
 *
 * A kernel without bpf among its security modules loads and attaches such
 * programs with success and never runs them. So one is attached here that
 * denies a single thing that nobody does: a socket with a protocol number drawn
 * at random. It stands for the moment between two system calls of a child
 * process, is pinned nowhere, and goes with the child, which is killed after
 * BPF_LSM_MS.
 */
#ifndef PKG_POSTURE_BPF_LSM_H
#define PKG_POSTURE_BPF_LSM_H

#include "lib/err.h"

#define BPF_LSM_MS 10000

/**
 * bpf_lsm_test() - see the thing work, attach, see it denied.
 *
 * Forks. @e says which step failed.
 *
 * Return: 0: it denied; -ENOEXEC: it was attached and not run; -EPERM,
 * -EACCES: without CAP_BPF and CAP_PERFMON, or forbidden; -ETIMEDOUT; as
 * bpf(2) and fork(2).
 */
int bpf_lsm_test(struct err *e);

#endif
