/* SPDX-License-Identifier: Apache-2.0 */
/* policies.h - policies from files, without a repository and without keys. */
#ifndef CMD_BAILIFF_BUNDLE_POLICIES_H
#define CMD_BAILIFF_BUNDLE_POLICIES_H

#include "cmd/bailiff-bundle/option.h"
#include "pkg/policy/policy.h"

/**
 * policies_compile() - a directory with node.json and services/, or documents
 * of single services.
 * @paths: one directory, or files NAME.json that stand for the services NAME
 *         of a node that is made up and grants whatever a node may.
 * @ret: the caller's, policy_free().
 *
 * Return: 0; -EINVAL for paths that are neither; as policy_compile().
 */
int policies_compile(const struct option_list *paths,
		     const struct policy_kernel *kernel, struct policy **ret,
		     struct err *e);

#endif
