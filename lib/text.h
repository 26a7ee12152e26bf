/* SPDX-License-Identifier: Apache-2.0 */
/* text.h - somebody else's text, made fit for a terminal. */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include "lib/buf.h"

/**
 * text_escape() - append @text so that no byte of it can drive a terminal.
 * @is_lines: newlines and tabs stay.
 *
 * What is no UTF-8, a control character, or a mark that turns the direction of
 * the text around is shown as "\x1b", byte by byte.
 */
void text_escape(struct buf *out, struct span text, bool is_lines);

#endif
