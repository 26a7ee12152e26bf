/* SPDX-License-Identifier: Apache-2.0 */
/* living.c - see living.h. */
#include "cmd/bailiffd/living.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "cmd/bailiffd/process.h"
#include "lib/num.h"

struct living_row {
	uint32_t ses;
	int32_t pid;
};

static void row_add(struct living *l, uint32_t ses, int32_t pid)
{
	if (l->count == l->room) {
		const size_t room = l->room ? l->room * 2 : 256;
		struct living_row *rows =
			reallocarray(l->rows, room, sizeof(*rows));

		if (rows == NULL) {
			l->error = -ENOMEM;
			return;
		}
		l->rows = rows;
		l->room = room;
	}
	l->rows[l->count++] = (struct living_row){ ses, pid };
}

static int row_order(const void *a, const void *b)
{
	const struct living_row *x = a, *y = b;

	return x->ses != y->ses ? (x->ses > y->ses) - (x->ses < y->ses)
				: (x->pid > y->pid) - (x->pid < y->pid);
}

static void proc_read(struct living *l)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	l->is_read = true;
	if (proc == NULL)
		l->error = -errno;
	while (proc != NULL && l->error == 0 &&
	       (entry = readdir(proc)) != NULL) {
		uint32_t pid, ses;

		if (num_parse_u32(span_of(entry->d_name), 1, INT32_MAX, &pid) <
		    0)
			continue;
		ses = process_session((int32_t)pid);
		if (ses != UINT32_MAX)
			row_add(l, ses, (int32_t)pid);
	}
	if (proc != NULL)
		(void)closedir(proc);
	if (l->count != 0)
		qsort(l->rows, l->count, sizeof(*l->rows), row_order);
}

int32_t living_pid(struct living *l, const struct session *s)
{
	size_t low = 0, high;

	if (s->ses == UINT32_MAX)
		return 0;
	if (process_session(s->pid) == s->ses)
		return s->pid;
	if (!l->is_read)
		proc_read(l);
	if (l->error < 0)
		return s->pid;
	for (high = l->count; low < high;) {
		const size_t middle = low + (high - low) / 2;

		if (l->rows[middle].ses < s->ses)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->count && l->rows[low].ses == s->ses ? l->rows[low].pid
							    : 0;
}

void living_done(struct living *l)
{
	free(l->rows);
	*l = (struct living){ 0 };
}
