/* SPDX-License-Identifier: Apache-2.0 */
/* time.h - the one date format of TUF metadata, "2026-11-21T22:45:00Z".
 *
 * Own calendar arithmetic (Gregorian, proleptic): no locale, no TZ, no 2038.
 * TUF 1.0.34, section 4.2.3.
 */
#ifndef PKG_TRUST_TIME_H
#define PKG_TRUST_TIME_H

#include <stdint.h>

#include "lib/span.h"

#define TRUST_TIME_TEXT 21 /* bytes of the text with its NUL */

/**
 * trust_time_parse() - exactly YYYY-MM-DDTHH:MM:SSZ.
 * @ret: seconds since 1970, negative before; written on success only.
 *
 * Return: 0; -EINVAL for any other form, and for a day or time of day that the
 * calendar does not have (30 February, 24:00:00, second 60).
 */
int trust_time_parse(struct span text, int64_t *ret);

/* The same form, for messages and metadata; years are clamped to 0000..9999. */
void trust_time_format(int64_t seconds, char text[static TRUST_TIME_TEXT]);

#endif
