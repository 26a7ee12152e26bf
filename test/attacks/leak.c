/* SPDX-License-Identifier: Apache-2.0 */
/* leak.c - run a command the way a careless parent would.
 *
 *	leak COMMAND...
 *
 * Opens /etc/shadow as descriptor 9, without close-on-exec, then becomes
 * COMMAND.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const int fd = open("/etc/shadow", O_RDONLY);

	if (argc < 2 || fd < 0 || dup2(fd, 9) < 0)
		return 111;
	if (fd != 9)
		(void)close(fd);
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
