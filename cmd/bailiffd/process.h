/* SPDX-License-Identifier: Apache-2.0 */
/* process.h - other processes, by number and audit session.
 *
 * A number is used again once its process was waited for; the session is not:
 * whoever has it is of the service that registered it.
 */
#ifndef CMD_BAILIFFD_PROCESS_H
#define CMD_BAILIFFD_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/* The audit session of a process; UINT32_MAX when it has none, or has ended and
 * nobody waited for it yet. */
uint32_t process_session(int32_t pid);

/**
 * process_signal() - signal @pid if it is of session @ses, through a pidfd; the
 * session is read before and after that was opened.
 *
 * Return: 0; -ESRCH when it is not (any more); as pidfd_send_signal(2).
 */
int process_signal(int32_t pid, uint32_t ses, int signal);

#endif
