/* SPDX-License-Identifier: Apache-2.0 */
/* findings.h - what the lint found in one document, for people. */
#ifndef CMD_BAILIFF_BUNDLE_FINDINGS_H
#define CMD_BAILIFF_BUNDLE_FINDINGS_H

#include <stdio.h>

#include "pkg/policy/policy.h"

/* Each finding that the document at @path does not accept, on lines of its
 * own: the id and what is open, what closes it in words and, where it is
 * short, as JSON. */
void findings_print(FILE *out, const char *path, const struct policy_service *s,
		    bool has_color);

#endif
