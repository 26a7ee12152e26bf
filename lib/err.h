/* SPDX-License-Identifier: Apache-2.0 */
/* err.h - a failure as an errno value and one sentence for a human.
 *
 * The struct is the caller's and never allocates. The innermost function that
 * fails calls err_set(); each layer that lets the failure pass adds what it was
 * doing with err_wrap(), so that the text reads "outer: inner: cause". Every
 * function accepts a NULL struct err and then only returns the code.
 */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#define ERR_TEXT_MAX 512

struct err {
	int code;		 /* errno value; 0 while nothing failed */
	const char *hint;	 /* what to do about it: static text or NULL */
	char text[ERR_TEXT_MAX]; /* "outer: inner: cause", NUL-terminated */
};

/**
 * err_set() - record the first cause of a failure.
 * @e: the caller's; earlier contents are replaced, the hint is cleared.
 * @code: a positive errno value.
 * @fmt: the cause, without a final full stop; cut at ERR_TEXT_MAX. Control
 *       characters that an argument brings in are shown as '?'.
 *
 * Return: -@code, so that "return err_set(...)" is the usual form.
 */
int err_set(struct err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * err_errno() - err_set() with errno as the code and its text at the end.
 * @fmt: what was being done: "open /etc/x" gives
 *       "open /etc/x: No such file or directory".
 *
 * Return: -errno (as it was at the call).
 */
int err_errno(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * err_wrap() - put "fmt: " before the text that is there.
 *
 * Return: -e->code (-EIO if @e is NULL or holds no failure).
 */
int err_wrap(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * err_hint() - say what to do about it.
 * @hint: static text, one sentence without a final full stop. The innermost
 *        hint wins: a hint that is already there stays.
 *
 * Return: -e->code.
 */
int err_hint(struct err *e, const char *hint);

#endif
