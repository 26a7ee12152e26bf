/* SPDX-License-Identifier: Apache-2.0 */
/* audit_load.c - COUNT audited system calls, once stdin has a byte or ends:
 * audit_load COUNT. Each opens /dev/null, which gives SYSCALL, CWD, PATH,
 * PROCTITLE and EOE under a rule on openat. */
#include <fcntl.h>
#include <unistd.h>

#include "lib/num.h"

int main(int argc, char **argv)
{
	uint32_t count;
	char go;

	if (argc != 2 ||
	    num_parse_u32(span_of(argv[1]), 1, UINT32_MAX, &count) < 0)
		return 2;
	if (read(0, &go, 1) < 0)
		return 111;
	for (uint32_t i = 0; i < count; i++) {
		const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (fd < 0 || close(fd) < 0)
			return 111;
	}
	return 0;
}
