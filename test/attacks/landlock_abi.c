/* SPDX-License-Identifier: Apache-2.0 */
/* landlock_abi.c - print the Landlock ABI of the running kernel; 0: none. */
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	const long abi = syscall(444, NULL, 0, 1);

	return printf("%ld\n", abi < 0 ? 0 : abi) < 0;
}
