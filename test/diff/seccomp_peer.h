/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_peer.h - libseccomp's program for a draft, made as runc asks for it.
 *
 * In a child with a time limit: for some sets of rules libseccomp does not
 * come back.
 */
#ifndef TEST_DIFF_SECCOMP_PEER_H
#define TEST_DIFF_SECCOMP_PEER_H

#include "pkg/seccomp/program.h"
#include "test/diff/seccomp_draft.h"

/**
 * peer_compile() - libseccomp's export.
 * @ret: written on success only.
 *
 * Without runc's ENOSYS for high numbers; calls from another architecture end
 * the process, not the thread.
 *
 * Return: 0; -ETIMEDOUT when it did not end in a third of a second; -EINVAL
 * when it refused a rule; -E2BIG when it made more than a kernel takes; -EIO.
 */
int peer_compile(const struct draft *d, struct program *ret);

#endif
