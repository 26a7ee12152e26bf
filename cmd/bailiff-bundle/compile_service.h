/* SPDX-License-Identifier: Apache-2.0 */
/* compile_service.h - bailiff-bundle compile --service: one service's document
 * through the compiler, stage by stage.
 */
#ifndef CMD_BAILIFF_BUNDLE_COMPILE_SERVICE_H
#define CMD_BAILIFF_BUNDLE_COMPILE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

struct service_question {
	const char *file; /* "-": standard input; not for "list" */
	const char *name; /* of the service; NULL: from the file's */
	const char *stage;
	uint32_t abi;
	uint32_t token; /* libseccomp's architecture */
	bool is_json, is_raw;
};

/**
 * service_compile() - print one stage, or with the stage "list" their names.
 *
 * Return: EXIT_DONE; EXIT_NO when the stage "checks" shows a refusal; -EINVAL;
 * as stage_print().
 */
int service_compile(const struct service_question *q, struct err *e);

#endif
