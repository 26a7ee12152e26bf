/* SPDX-License-Identifier: Apache-2.0 */
/* when.h - points in time as text, without locale, time zone or 2038.
 *
 * Own calendar arithmetic (Gregorian, proleptic), always UTC. The strict form
 * is that of TUF metadata: TUF 1.0.34, section 4.2.3.
 */
#ifndef LIB_WHEN_H
#define LIB_WHEN_H

#include <stdint.h>

#include "lib/span.h"

#define WHEN_TEXT 21 /* bytes of the text with its NUL */

/**
 * when_parse() - exactly YYYY-MM-DDTHH:MM:SSZ.
 * @ret: seconds since 1970, negative before; written on success only.
 *
 * Return: 0; -EINVAL for any other form, and for a day or time of day that the
 * calendar does not have (30 February, 24:00:00, second 60).
 */
int when_parse(struct span text, int64_t *ret);

/* The same form, for messages and metadata; years are clamped to 0000..9999. */
void when_format(int64_t seconds, char text[static WHEN_TEXT]);

#endif
