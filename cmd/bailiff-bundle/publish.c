/* SPDX-License-Identifier: Apache-2.0 */
/* publish.c - bailiff-bundle publish: check what is staged, make it current. */
#include "cmd/bailiff-bundle/bundle.h"

#include "cmd/bailiff-bundle/candidate.h"
#include "lib/auto.h"

int verb_publish(int argc, char **argv, struct err *e)
{
	AUTO_DONE(stage_close) struct stage s = STAGE_NONE;
	struct stage_options options;
	struct sealing keys = { 0 };
	bool is_unchecked = false;
	const struct option_row rows[] = {
		STAGE_OPTIONS(&options, "snapshot (30) or timestamp (14)"),
		{ "snapshot-key", OPTION_LIST, true, "FILE ...",
		  "signs the new snapshot", &keys.snapshot_keys },
		{ "timestamp-key", OPTION_LIST, true, "FILE ...",
		  "signs the new timestamp", &keys.timestamp_keys },
		{ "unchecked", OPTION_FLAG, false, NULL,
		  "do not try whether the whole bundle compiles",
		  &is_unchecked },
		KEYRING_OPTIONS(&options.keyring),
		{ .kind = OPTION_END },
	};
	int r;

	stage_options_init(&options);
	r = verb_options("publish", rows, argc, argv, e);
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = stage_open(&options, REPO_CHANGE_NEW, &s, e);
	return r < 0 ? r : candidate_publish(&s, &keys, is_unchecked, e);
}
