/* SPDX-License-Identifier: Apache-2.0 */
/* spell.h - all rules of a service, and an artefact, written out: in words for
 * people, as one JSON object for machines.
 */
#ifndef PKG_POLICY_SPELL_H
#define PKG_POLICY_SPELL_H

#include "pkg/policy/model.h"

/* What is written: @m, and those of its lists that may be shorter ones. */
struct spell {
	const struct model *m;
	const struct profile *profile;
	const struct network *network;
	const struct devices *devices;
};

/* Append a section for each member of the document, also for absent ones. */
void spell_text(struct buf *out, const struct spell *s);

/* Append one object with the members of the document; absent ones are null. */
void spell_json(struct buf *out, const struct spell *s);

/* Append an artefact that artefact_decode() filled. @size: its bytes. */
void spell_artefact_text(struct buf *out, const struct artefact *a,
			 size_t size);
void spell_artefact_json(struct buf *out, const struct artefact *a);

/* Append JSON arrays of rules in words. */
void spell_network_json(struct buf *out, const struct network *n);
void spell_devices_json(struct buf *out, const struct devices *d);
void spell_accepted_json(struct buf *out, const struct accepts *a);
/* An object as the document has it; null when nothing is required. */
void spell_require_json(struct buf *out, const struct require *q);

#endif
