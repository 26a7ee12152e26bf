/* SPDX-License-Identifier: Apache-2.0 */
/* memlog.h - a stream of one's own at LinuxKit's memlogd.
 *
 * memlogd takes a datagram: the name of a source, with one descriptor whose
 * lines it keeps until the other end is closed. It cuts a line at 1024 bytes,
 * and what its ring does not hold is gone: summaries go there, never the trail.
 */
#ifndef LIB_MEMLOG_H
#define LIB_MEMLOG_H

#include "lib/err.h"

#define MEMLOG_SOCKET "/run/linuxkit-external-logging.sock"

/**
 * memlog_open() - begin a stream.
 * @path: memlogd's socket, MEMLOG_SOCKET.
 * @name: of the source, below 512 bytes.
 *
 * Never blocks, and neither do writes to what it returns: with a memlogd that
 * does not read they are -EAGAIN, without one -EPIPE.
 *
 * Return: a descriptor that the caller owns; -ENOENT without memlogd;
 * -ECONNREFUSED when it has ended; -EAGAIN when it takes no more;
 * -ENAMETOOLONG; as socket(2), socketpair(2).
 */
int memlog_open(const char *path, const char *name, struct err *e);

#endif
