/* SPDX-License-Identifier: Apache-2.0 */
/* runtime.h - which program is the real runtime behind the gate.
 *
 * The gate asks for itself; bailiffctl doctor asks the same of a host whose
 * root it sees through a descriptor.
 */
#ifndef PKG_OCI_RUNTIME_H
#define PKG_OCI_RUNTIME_H

#include <sys/stat.h>

#include "pkg/oci/gateconf.h"

/**
 * gateconf_load() - read PATH_GATE_CONF, which decides what runs unconfined.
 * @root: where it lies below; AT_FDCWD: this process's own root.
 * @ret: empty where the file is not there.
 *
 * Return: 0; -EPERM when others than root can write it; as file_open(),
 * gateconf_parse().
 */
int gateconf_load(int root, struct gateconf *ret, struct err *e);

/**
 * runtime_stat() - stat(2) of what @path leads to below @root, whose absolute
 * symlinks stay below it.
 */
int runtime_stat(int root, const char *path, struct stat *ret);

/**
 * runtime_find() - the runtime that @conf names, or the first that is there.
 * @gate: never this file.
 *
 * Return: 0; -ENOENT with a hint.
 */
int runtime_find(int root, const struct gateconf *conf, const struct stat *gate,
		 char ret[GATECONF_PATH_MAX + 1], struct err *e);

#endif
