/* SPDX-License-Identifier: Apache-2.0 */
/* auto.h - release at scope exit, and the visible end of ownership.
 *
 * AUTO_FD and AUTO_MEM mark a local that is closed or freed on every return;
 * fd_steal() and ptr_steal() give it away. Nothing else is hidden here.
 */
#ifndef LIB_AUTO_H
#define LIB_AUTO_H

#include <stdlib.h>
#include <unistd.h>

static inline void auto_fd_close(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void auto_mem_free(void *pp)
{
	free(*(void **)pp);
}

#define AUTO_FD	 __attribute__((cleanup(auto_fd_close))) int
#define AUTO_MEM __attribute__((cleanup(auto_mem_free)))
/* For a type with its own "void x_done(struct x *)". */
#define AUTO_DONE(fn) __attribute__((cleanup(fn)))

/* The descriptor, which the caller now owns; *@fd becomes -1. */
static inline int fd_steal(int *fd)
{
	const int out = *fd;

	*fd = -1;
	return out;
}

/* Close *@fd if it is open and make it -1. */
static inline void fd_drop(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* The pointer, which the caller now owns; the variable becomes NULL. */
#define ptr_steal(pp)                        \
	(__extension__({                     \
		__auto_type stolen_ = *(pp); \
		*(pp) = NULL;                \
		stolen_;                     \
	}))

#endif
