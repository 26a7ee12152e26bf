/* SPDX-License-Identifier: Apache-2.0 */
/* exec32.c - execute a program by the kernel's 32-bit call, out of a 64-bit
 * process.
 *
 *	exec32 PROGRAM
 *
 * Exit code 77: this machine has no such call.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define LOW	    0x10000000UL /* where 32 bits reach */
#define NR_EXECVE32 11

int main(int argc, char **argv)
{
#ifdef __x86_64__
	char *page = mmap((void *)LOW, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	unsigned vector[] = { (unsigned)LOW, 0, 0 };
	long r;

	if (argc != 2 || page == MAP_FAILED || strlen(argv[1]) > 1024) {
		(void)fputs("usage: exec32 PROGRAM\n", stderr);
		return 2;
	}
	memcpy(page, argv[1], strlen(argv[1]) + 1);
	memcpy(page + 2048, vector, sizeof(vector));
	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(NR_EXECVE32), "b"(LOW), "c"(LOW + 2048),
			   "d"(LOW + 2052)
			 : "memory", "r8", "r9", "r10", "r11");
	(void)fprintf(stderr, "exec32: %s: error %ld\n", argv[1], -r);
	return r == -38 ? 77 : 1;
#else
	(void)argc;
	(void)argv;
	return 77;
#endif
}
