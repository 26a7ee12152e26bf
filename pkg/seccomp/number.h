/* SPDX-License-Identifier: Apache-2.0 */
/* number.h - the numbers of a call by its name.
 *
 * libseccomp's tables, and two things they do not say: 32-bit x86 has calls
 * that are a number of socketcall or ipc and mostly one of their own as well;
 * and calls younger than the installed libseccomp have one number everywhere.
 */
#ifndef PKG_SECCOMP_NUMBER_H
#define PKG_SECCOMP_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* One way to make a call. */
struct call_number {
	uint32_t nr; /* as in seccomp_data */
	/* Of socketcall and ipc, which of theirs it is: argument 0, and every
	 * other argument lies in memory. 0: it is the call itself. */
	uint32_t mux_mask, mux_value;
};

/* The call's own number on 32-bit x86, which also has it as a number of
 * socketcall or ipc; -1 for none. */
int mux_direct(uint32_t token, const char *name);

/* The number, without X32_BIT, of a call that libseccomp may not know yet; -1
 * for any other name. */
int number_young(const char *name);

/* The other way round; NULL for any other number. */
const char *number_young_name(uint32_t nr);

/**
 * call_numbers() - every way to make the call @name on @token.
 *
 * Return: how many are in @ret, 0 to 2.
 */
size_t call_numbers(uint32_t token, const char *name,
		    struct call_number ret[2]);

#endif
