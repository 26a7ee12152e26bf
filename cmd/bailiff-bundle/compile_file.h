/* SPDX-License-Identifier: Apache-2.0 */
/* compile_file.h - what compile reads and where it writes. */
#ifndef CMD_BAILIFF_BUNDLE_COMPILE_FILE_H
#define CMD_BAILIFF_BUNDLE_COMPILE_FILE_H

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"

#define COMPILE_OUTPUT_MAX (64U << 20)

/* How @path is called in a sentence: "-" is standard input. */
const char *compile_file_name(const char *path);

/* A file, or "-", to @out. Return: 0; -EFBIG; as open(2), read(2). */
int compile_read(const char *path, struct buf *out, struct err *e);

/* Likewise as JSON: @ret is the caller's. Return: also -EBADMSG. */
int compile_json(const char *path, json_t **ret, struct err *e);

/* All of @out. Return: 0; -E2BIG, -ENOMEM of it; as write(2). */
int compile_write(int fd, struct buf *out, struct err *e);

#endif
