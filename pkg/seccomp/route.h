/* SPDX-License-Identifier: Apache-2.0 */
/* route.h - which calls come to which code of a program.
 *
 * Points can show that the calls that a profile names come to the right code,
 * but not that none of the four thousand million others comes to it: rules of
 * one call would have to be tried at every number. So the part of the program
 * that looks at the architecture and the number is walked as a whole, with the
 * range of numbers that can be on each way.
 */
#ifndef PKG_SECCOMP_ROUTE_H
#define PKG_SECCOMP_ROUTE_H

#include "pkg/seccomp/program.h"

/**
 * program_routes() - walk the part of @program before arguments are loaded.
 * @program: passed program_check().
 *
 * The architecture is told before the number is looked at, by equality with one
 * that is listed, so that all others go one way; arguments are looked at only
 * of calls for which @profile has conditions.
 *
 * Return: 0; -EPROTO with instruction and call in @e.
 */
int program_routes(const struct profile *profile, const struct program *program,
		   struct err *e);

#endif
