/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h - what the next sixteen bytes are.
 *
 * All of these read sixteen bytes, which must be there. A set is a number with
 * a bit for each byte, the lowest for the first.
 */
#ifndef LIB_SCAN_H
#define LIB_SCAN_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__) && !defined(SCAN_PORTABLE) /* for its test */
#define SCAN_SSE2 1
#include <emmintrin.h>
#endif

#define SCAN_BYTES 16

/* The same byte eight times. */
#define SCAN_EACH(byte) (0x0101010101010101ULL * (byte))

/* Eight bytes as a number, the first the lowest; and back. */
static inline uint64_t scan_load(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static inline void scan_store(char *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof(v));
}

/* How many of the first bytes are in @set. */
static inline unsigned scan_first(unsigned set)
{
	return (unsigned)__builtin_ctz(~set);
}

/* How many come before the first that is in @set. */
static inline unsigned scan_before(unsigned set)
{
	return (unsigned)__builtin_ctz(set | 1U << SCAN_BYTES);
}

#ifdef SCAN_SSE2

static inline __m128i scan_16(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Bytes from @first on, @count of them. */
static inline __m128i scan_range(__m128i v, int first, int count)
{
	/* Signed: the first becomes the least number that there is. */
	v = _mm_add_epi8(v, _mm_set1_epi8((char)(0x80 - first)));
	return _mm_cmplt_epi8(v, _mm_set1_epi8((char)(0x80 + count)));
}

/* Bytes that JSON cannot have as they stand: control, '"', '\', not ASCII. */
static inline unsigned scan_special(const char *p)
{
	const __m128i v = scan_16(p);
	__m128i set = scan_range(v, 0x7f, 0x100 - 0x7f + 0x20);

	set = _mm_or_si128(set, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
	set = _mm_or_si128(set, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
	return (unsigned)_mm_movemask_epi8(set);
}

/* Bytes that are @c. */
static inline unsigned scan_is(const char *p, char c)
{
	return (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(scan_16(p), _mm_set1_epi8(c)));
}

/* Bytes that are as those at @q. */
static inline unsigned scan_same(const char *p, const char *q)
{
	return (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(scan_16(p), scan_16(q)));
}

static inline unsigned scan_decimal(const char *p)
{
	return (unsigned)_mm_movemask_epi8(scan_range(scan_16(p), '0', 10));
}

/* Lower case only. */
static inline unsigned scan_hex(const char *p)
{
	const __m128i v = scan_16(p);

	return (unsigned)_mm_movemask_epi8(
		_mm_or_si128(scan_range(v, '0', 10), scan_range(v, 'a', 6)));
}

/* Sixteen upper-case hex digits as eight bytes. Return: false, and anything at
 * @to, when there is another character. */
static inline bool scan_unhex(const char *p, char *to)
{
	const __m128i v = scan_16(p);
	const __m128i letters = scan_range(v, 'A', 6);
	const __m128i known = _mm_or_si128(letters, scan_range(v, '0', 10));
	__m128i digits = _mm_and_si128(v, _mm_set1_epi8(0x0f));

	digits = _mm_add_epi8(digits, _mm_and_si128(letters, _mm_set1_epi8(9)));
	/* The first of two is the low byte of a pair. */
	digits = _mm_or_si128(_mm_slli_epi16(digits, 4),
			      _mm_srli_epi16(digits, 8));
	digits = _mm_and_si128(digits, _mm_set1_epi16(0xff));
	_mm_storel_epi64((__m128i *)(void *)to, _mm_packus_epi16(digits, v));
	return _mm_movemask_epi8(known) == 0xffff;
}

#else

/* To be done byte by byte, by whoever asks. */
static inline bool scan_unhex(const char *p, char *to)
{
	(void)p;
	(void)to;
	return false;
}

static inline unsigned scan_special(const char *p)
{
	unsigned set = 0;

	for (unsigned i = 0; i < SCAN_BYTES; i++)
		set |= (unsigned)(p[i] < 0x20 || p[i] >= 0x7f || p[i] == '"' ||
				  p[i] == '\\')
		       << i;
	return set;
}

static inline unsigned scan_is(const char *p, char c)
{
	unsigned set = 0;

	for (unsigned i = 0; i < SCAN_BYTES; i++)
		set |= (unsigned)(p[i] == c) << i;
	return set;
}

static inline unsigned scan_same(const char *p, const char *q)
{
	unsigned set = 0;

	for (unsigned i = 0; i < SCAN_BYTES; i++)
		set |= (unsigned)(p[i] == q[i]) << i;
	return set;
}

static inline unsigned scan_decimal(const char *p)
{
	unsigned set = 0;

	for (unsigned i = 0; i < SCAN_BYTES; i++)
		set |= (unsigned)(p[i] >= '0' && p[i] <= '9') << i;
	return set;
}

static inline unsigned scan_hex(const char *p)
{
	unsigned set = scan_decimal(p);

	for (unsigned i = 0; i < SCAN_BYTES; i++)
		set |= (unsigned)(p[i] >= 'a' && p[i] <= 'f') << i;
	return set;
}

#endif

/* The number that up to eight hex digits of either case are, as scan_load() has
 * them; zeros may stand for those in front. */
static inline uint32_t scan_hex_8(uint64_t v)
{
	v = (v & SCAN_EACH(0x0f)) + 9 * (v >> 6 & SCAN_EACH(0x01));
	v = __builtin_bswap64(v);
	v = (v | v >> 4) & 0x00ff00ff00ff00ffULL;
	v = (v | v >> 8) & 0x0000ffff0000ffffULL;
	return (uint32_t)(v | v >> 16);
}

#endif
