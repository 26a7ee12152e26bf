/* SPDX-License-Identifier: Apache-2.0 */
/* scan_portable_test.c - scan.h as machines without SSE2 have it. */
#define SCAN_PORTABLE 1

#include "test/unit/scan_test.c"
