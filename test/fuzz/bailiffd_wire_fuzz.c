/* SPDX-License-Identifier: Apache-2.0 */
/* bailiffd_wire_fuzz.c - what the supervisor reads from its workers, who may
 * have been taken over: publications, policy information, counters,
 * restart plans.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>

#include "cmd/bailiffd/info.h"
#include "cmd/bailiffd/publication.h"
#include "cmd/bailiffd/restart.h"
#include "cmd/bailiffd/stats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void publication_try(struct span bytes)
{
	struct err e = { 0 };
	const int r = publication_check(bytes, &e);

	if (r == 0)
		(void)publication_find(bytes, AREA_POLICY, INFO_FILE);
	/* A bad one is said in words. */
	if (r < 0 && e.text[0] == '\0')
		abort();
}

static void info_try(struct span bytes)
{
	struct policy_info info = { 0 };
	struct err e = { 0 };

	if (info_decode(bytes, &info, &e) == 0 &&
	    info.signer_count > POLICY_SIGNERS_MAX)
		abort();
	info_done(&info);
}

static void restart_try(struct span bytes)
{
	const struct restart_entry *entry;
	struct restart plan = { 0 };
	struct err e = { 0 };

	if (restart_decode(bytes, &plan, &e) < 0 && e.text[0] == '\0')
		abort();
	for (size_t i = 0; i < plan.count; i++)
		for (size_t k = 0; k < plan.items[i].count; k++)
			if (restart_find(&plan, plan.items[i].generation,
					 plan.items[i].entries[k].service,
					 &entry) < 0)
				abort();
	restart_done(&plan);
}

static void stats_try(struct span bytes)
{
	struct ship_stats ship;
	struct audit_stats audit;
	struct ledger *ledger;
	struct cur c = cur_of(bytes);

	ship_stats_decode(&c, &ship);
	if (ship.count > SHIP_COLLECTORS_MAX)
		abort();
	c = cur_of(bytes);
	audit_stats_decode(&c, &audit);
	if (ledger_new(&ledger) < 0)
		return;
	c = cur_of(bytes);
	ledger_decode(&c, ledger);
	if (ledger_rows(ledger) > LEDGER_ROWS_MAX)
		abort();
	ledger_free(ledger);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(struct span) = { publication_try, info_try,
						      stats_try, restart_try };
	const struct span bytes = { .p = (const char *)data + 1,
				    .len = size ? size - 1 : 0 };

	if (size != 0)
		tries[data[0] % 4](bytes);
	return 0;
}
