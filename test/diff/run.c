/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - see run.h. */
#include "test/diff/run.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/num.h"

int diff_options(int argc, char **argv, struct diff_run *ret)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "cases", required_argument, NULL, 'c' },
		{ "seconds", required_argument, NULL, 't' },
		{ "quiet", no_argument, NULL, 'q' },
		{ 0 },
	};
	struct diff_run r = { .seed = 1,
			      .is_quiet = isatty(STDOUT_FILENO) == 0 };
	int c, bad = 0;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) >= 0) {
		uint64_t unused, *v = c == 's'	 ? &r.seed
				      : c == 'c' ? &r.cases
				      : c == 't' ? &r.seconds
						 : &unused;

		if (c == 'q')
			r.is_quiet = true;
		else if (c == '?' ||
			 num_parse_u64(span_of(optarg), 0, INT64_MAX, v) < 0)
			bad = 1;
	}
	if (bad || optind != argc) {
		(void)fprintf(stderr,
			      "usage: %s [--seed N] [--cases N] [--seconds N] "
			      "[--quiet]\n",
			      argv[0]);
		return 2;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &r.began);
	*ret = r;
	return 0;
}

static uint64_t elapsed(const struct diff_run *r)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)(now.tv_sec - r->began.tv_sec);
}

bool diff_goes_on(const struct diff_run *r)
{
	return (r->cases == 0 || r->done < r->cases) &&
	       (r->seconds == 0 || elapsed(r) < r->seconds);
}

bool diff_tells(struct diff_run *r)
{
	const uint64_t now = elapsed(r);

	if (r->is_quiet || now <= r->told)
		return false;
	r->told = now;
	return true;
}
