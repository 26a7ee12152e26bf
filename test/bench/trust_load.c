/* SPDX-License-Identifier: Apache-2.0 */
/* trust_load.c - verify and load a bundle once, as the policy process does.
 *
 * usage: trust_load REPOSITORY ROOT. Prints "TARGETS BYTES KIB", the last one
 * the most memory that the process ever had resident.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/trust/source_dir.h"
#include "pkg/trust/trust.h"

static int load(int fd, struct span root, struct trust_result *ret,
		struct err *e)
{
	AUTO_DONE(trust_memory_done) struct trust_memory memory;
	struct trust_source_dir dir = { .fd = fd };
	const struct trust_source source = trust_source_dir(&dir);
	struct trust_store store;

	trust_memory_init(&memory);
	store = trust_memory_store(&memory);
	return trust_update(&(struct trust_config){ .pinned = root,
						    .store = &store,
						    .source = &source,
						    .now = time(NULL),
						    .uses_issued = true },
			    ret, e);
}

int main(int argc, char **argv)
{
	AUTO_DONE(trust_result_done) struct trust_result result = { 0 };
	AUTO_DONE(buf_done) struct buf root;
	AUTO_FD fd = argc == 3 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	struct rusage usage = { 0 };
	struct err e = { 0 };
	size_t bytes = 0;

	buf_init(&root, TRUST_ROOT_MAX);
	if (fd < 0 ||
	    file_read(AT_FDCWD, argv[2], TRUST_ROOT_MAX, &root, &e) < 0 ||
	    load(fd, buf_view(&root), &result, &e) < 0) {
		(void)fprintf(stderr, "trust_load: %s\n",
			      e.code != 0 ? e.text : "usage: REPOSITORY ROOT");
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < result.target_count; i++)
		bytes += result.targets[i].bytes.len;
	(void)getrusage(RUSAGE_SELF, &usage);
	printf("%zu %zu %ld\n", result.target_count, bytes, usage.ru_maxrss);
	return EXIT_SUCCESS;
}
