/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - bailiffctl verify: is a trail what was written? Without a daemon.
 */
#include "cmd/bailiffctl/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/trail/proof.h"

struct verify_request {
	const char *directory;
	struct ctl_texts anchors;
	const char *proof; /* to check, instead of a directory */
	uint64_t seq;
	bool has_seq;
	const char *since; /* a checkpoint file: prove that the log grew */
};

static int options_read(struct ctl *ctl, int argc, char **argv,
			struct verify_request *q)
{
	const struct ctl_option own[] = {
		{ "--anchor", "-a", CTL_TEXTS, &q->anchors, NULL },
		{ "--prove", NULL, CTL_NUMBER, &q->seq, &q->has_seq },
		{ "--prove-since", NULL, CTL_TEXT, &q->since, NULL },
		{ "--proof", NULL, CTL_TEXT, &q->proof, NULL },
		{ 0 },
	};
	int r;

	q->directory = "";
	r = ctl_options(ctl, own, argc, argv, &q->directory);
	if (r != CTL_DONE)
		return r;
	if (q->directory[0] == '\0' && q->proof == NULL)
		return ctl_usage(ctl, "an argument is missing: the trail's "
				      "directory, or --proof FILE");
	if (q->directory[0] != '\0' && q->proof != NULL)
		return ctl_usage(ctl, "a directory or --proof FILE, not both");
	if (q->proof != NULL && (q->has_seq || q->since != NULL))
		return ctl_usage(ctl, "--prove needs a directory");
	if (q->has_seq && q->since != NULL)
		return ctl_usage(ctl, "one proof at a time: --prove or "
				      "--prove-since");
	return CTL_DONE;
}

/* All anchors of one file. */
static int anchor_file(struct anchors *a, struct hasher *h, const char *path,
		       struct err *e)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(e, "%s", path);
	return anchors_read(a, h, fd, e) < 0 ? err_wrap(e, "%s", path) : 0;
}

/* Return: CTL_DONE; CTL_NO for a file that holds no anchor; CTL_SYSTEM. */
static int anchors_load(const struct ctl *ctl, const struct ctl_texts *paths,
			struct anchors *ret)
{
	struct hasher *h = hasher_new();
	struct err e = { 0 };
	int r = h != NULL ? 0 : err_set(&e, ENOMEM, "out of memory");

	for (size_t i = 0; i < paths->count && r == 0; i++)
		r = anchor_file(ret, h, paths->text[i], &e);
	hasher_free(h);
	anchors_sort(ret);
	if (r == 0)
		return CTL_DONE;
	(void)ctl_fail(ctl, &e);
	return r == -EBADMSG ? CTL_NO : CTL_SYSTEM;
}

/* All that is given. The log must fit the checkpoint of --prove-since as it
 * must fit any anchor; @ret_size: how large it was then. */
static int known_load(const struct ctl *ctl, const struct verify_request *q,
		      struct anchors *ret, uint64_t *ret_size)
{
	const struct ctl_texts since = { .text = { q->since }, .count = 1 };
	int r = CTL_DONE;

	if (q->since != NULL) {
		r = anchors_load(ctl, &since, ret);
		if (r == CTL_DONE)
			*ret_size = ret->rows[ret->count - 1].size;
	}
	return r == CTL_DONE ? anchors_load(ctl, &q->anchors, ret) : r;
}

/* What was proved goes to standard output alone. */
static int proof_answer(const struct ctl *ctl,
			const struct verify_answer *answer,
			const struct buf *proof)
{
	if (answer->code < 0) {
		(void)ctl_fail(ctl, answer->e);
		return CTL_DONE;
	}
	(void)fwrite(proof->p, 1, proof->len, stdout);
	return fflush(stdout) == 0 ? CTL_DONE : CTL_SYSTEM;
}

static int exit_status(int code)
{
	static const int no[] = { -EBADMSG, -ENODATA, -ENOENT, -ERANGE };

	if (code == 0)
		return CTL_DONE;
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (code == no[i])
			return CTL_NO;
	return CTL_SYSTEM;
}

static int trail_answer(struct ctl *ctl, const struct verify_request *q,
			struct verify_options *options)
{
	AUTO_MEM struct trail_report *report = calloc(1, sizeof(*report));
	AUTO_FD fd = -1;
	struct err e = { 0 };
	struct verify_answer answer = { .report = report, .e = &e };
	int status, r;

	if (report == NULL) {
		(void)err_set(&e, ENOMEM, "out of memory");
		return ctl_fail(ctl, &e);
	}
	fd = open(q->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		(void)err_errno(&e, "%s", q->directory);
		return ctl_fail(ctl, &e);
	}
	answer.code = trail_verify(fd, options, report, &e);
	if (answer.code == 0 && report->checkpoints == 0)
		answer.code = err_set(&e, EBADMSG,
				      "nobody signed this trail: "
				      "whoever can write it can "
				      "have made all of it");
	status = exit_status(answer.code);
	if (status == CTL_SYSTEM)
		return ctl_fail(ctl, &e);
	r = options->proof != NULL ? proof_answer(ctl, &answer, options->proof)
				   : verify_print(ctl, &answer);
	return r != CTL_DONE ? r : status;
}

static int trail_run(struct ctl *ctl, const struct verify_request *q,
		     const struct anchors *anchors, uint64_t since_size)
{
	AUTO_DONE(buf_done) struct buf proof;
	struct verify_options options = {
		.anchors = anchors->count != 0 ? anchors : NULL,
		.is_growth = q->since != NULL,
		.prove_seq = q->seq,
		.prove_size = since_size,
	};

	buf_init(&proof, PROOF_BYTES_MAX);
	if (q->has_seq || q->since != NULL)
		options.proof = &proof;
	return trail_answer(ctl, q, &options);
}

int verb_verify(struct ctl *ctl, int argc, char **argv)
{
	struct verify_request q = { 0 };
	struct anchors anchors = { 0 };
	uint64_t since_size = 0;
	int r = options_read(ctl, argc, argv, &q);

	if (r == CTL_DONE)
		r = known_load(ctl, &q, &anchors, &since_size);
	if (r == CTL_DONE)
		r = q.proof != NULL ? verify_proof(ctl, q.proof, &anchors)
				    : trail_run(ctl, &q, &anchors, since_size);
	anchors_done(&anchors);
	return r;
}
