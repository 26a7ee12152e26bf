/* SPDX-License-Identifier: Apache-2.0 */
/* oci_cmdline_fuzz.c - a command line (words separated by newlines; the first
 * byte chooses the runtime): what was rebuilt is understood as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pkg/oci/cmdline.h"
#include "pkg/oci/gateconf.h"

#define WORDS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int split(char *text, char **argv)
{
	int argc = 0;

	for (char *at = text; at != NULL && argc < WORDS - 1;) {
		argv[argc++] = at;
		at = strchr(at, '\n');
		if (at != NULL)
			*at++ = '\0';
	}
	argv[argc] = NULL;
	return argc;
}

static void again_check(enum oci_runtime runtime, const struct oci_cmdline *c)
{
	char **argv = NULL;
	struct oci_cmdline d;
	int argc = 0;

	if (oci_rebuild(c, "r", c->words, &argv) < 0)
		return;
	while (argv[argc] != NULL)
		argc++;
	if (oci_parse(runtime, argc, argv, &d, NULL) < 0 ||
	    d.command != c->command || d.wants_help != c->wants_help ||
	    (c->id != NULL && strcmp(c->id, d.id) != 0) ||
	    c->word_count != d.word_count)
		abort();
	oci_done(&d);
	free(argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[WORDS], *text;
	struct oci_cmdline c;
	enum oci_runtime runtime;
	struct gateconf conf;
	struct err e;

	if (size < 1)
		return 0;
	(void)gateconf_parse((struct span){ (const char *)data, size }, &conf,
			     &e);
	runtime = data[0] & 1 ? OCI_CRUN : OCI_RUNC;
	text = malloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (oci_parse(runtime, split(text, argv), argv, &c, &e) == 0 &&
	    c.command != OCI_OTHER)
		again_check(runtime, &c);
	oci_done(&c);
	free(text);
	return 0;
}
