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

/**
 * when_about() - a point in time as people write it, in UTC.
 * @text: "2026-11-22T08:30:00Z", without the Z, with milliseconds, with a blank
 *        for the T, without the seconds, "2026-11-22" (its first instant),
 *        "08:30" or "08:30:15" (of the day of @now_ms), "15m" (ago; s, m, h,
 * d),
 *        "@1795296627" or "@1795296627.324" (since 1970), "now".
 * @ret_ms: since 1970; written on success only.
 *
 * Return: 0; -EINVAL for any other form, a day that the calendar does not have,
 * or a time before 1970.
 */
int when_about(struct span text, uint64_t now_ms, uint64_t *ret_ms);

/* when_parse()'s form, for messages and metadata; years are clamped to
 * 0000..9999. */
void when_format(int64_t seconds, char text[static WHEN_TEXT]);

#endif
