/* SPDX-License-Identifier: Apache-2.0 */
/* rendering.h - what the parts of render_json() share: one event on its way to
 * JSON. Not for other modules.
 */
#ifndef PKG_AUDIT_RENDERING_H
#define PKG_AUDIT_RENDERING_H

#include "lib/when.h"
#include "pkg/audit/about.h"
#include "pkg/audit/keyset.h"

/* What is kept from one event to the next. */
struct renderer {
	struct buf texts;    /* of the event's records, each with a padding */
	struct buf records;  /* of the event, before they have their place */
	struct buf scratch;  /* one decoded value */
	struct buf title;    /* the command line, decoded */
	struct buf words;    /* names of flags, before they are an array */
	struct buf repeated; /* names that came again, a JSON string each */
	struct keyset *keys; /* NULL until first used; owned */
	struct event_denial denial; /* large, and seldom there */
	uint64_t second;	    /* of the event before */
	char when[WHEN_TEXT];	    /* that second; "" at first */
};

struct rendering {
	struct buf *out;
	struct renderer *mem;
	struct about about; /* filled while the records are written */

	bool is_enriched;  /* a record has what auditd added */
	struct span title; /* what mem->title was decoded from */

	/* the machine and call that numbers belong to; 0: not known yet */
	uint32_t arch;
	int32_t call;
	bool has_call;

	/* the record that is being written */
	uint16_t type;
	const struct shape *shape; /* NULL: its names are in keys */
	uint64_t seen;		   /* rows of shape whose name is taken */
	size_t opened;		   /* length of out in front of its fields */
	bool is_row;		   /* the field that is being written is one */
	uint32_t cut;		   /* fields that are in the text alone */
};

/* The byte order of the machine that logged it: this one's if not known. */
static inline bool rendering_is_little(const struct rendering *j)
{
	/* __AUDIT_ARCH_LE */
	return j->arch != 0 ? (j->arch & 0x40000000U) != 0
			    : __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

/* An empty set of names. Return: NULL, and the output has failed, when out of
 * memory. */
struct keyset *rendering_keys(struct rendering *j);

/* ---- render_record.c ------------------------------------------------------
 */

/* "records":[...]; fills j->about. */
void records_json(struct rendering *j);

/* May @name with @suffix be a member beside @name? It is taken then. */
bool companion_claim(struct rendering *j, struct span name, const char *suffix);

/* A field whose key no row has at its place. @at: where the shape's rows are
 * looked at next. Return: where its value ends. */
const char *any_json(struct rendering *j, const char *p, const char *end,
		     unsigned *at);

/* ,"duplicates":[...] and ,"fields_cut":N of the fields just written, if any.
 */
void leftover_json(struct rendering *j);

/* ---- render_value.c -------------------------------------------------------
 */

/* ,"name":value, decoded as its class says, and what goes with it. @index: of
 * a FIELD_ARG. */
void value_json(struct rendering *j, struct span name, enum field_class class,
		struct span value);

/* ,"name_name":"openat" for the number of a system call of j->arch. */
void call_name_json(struct rendering *j, struct span name, int32_t nr);

/* ,"name_name":"EACCES" or "file,0644", or ,"name_names":["O_RDWR","O_CREAT"],
 * if the number has names. */
void names_json(struct rendering *j, struct span name, enum field_class class,
		uint64_t v);

/* What the argument "a0" to "a3" is to the system call: FIELD_HEX if nothing
 * better is known. */
enum field_class class_of_arg(const struct rendering *j, struct span name);

/* An encoded value, decoded. Lives until the next call, or as long as @value.
 */
struct span value_decode(struct rendering *j, struct span value);

/* The value of a PROCTITLE, decoded, as value_decode() does; lives until
 * another is asked for. */
struct span title_decode(struct rendering *j, struct span value);

/* ,"name":["a","b"] of what @delim separates in @list; or "name_b64", each in
 * base64, if one of them is no text. */
void list_json(struct rendering *j, struct span name, struct span list,
	       char delim);

/* Only the part behind the name: false when one is no text, and nothing was
 * appended then. */
bool list_put(struct buf *out, struct span list, char delim, bool is_base64);

/* ---- render_plain.c -------------------------------------------------------
 */

/* The fields of a record that has a shape: as that foresees them, and any
 * others between them. @text: SCAN_BYTES zeros are behind it. */
void shaped_json(struct rendering *j, struct span text);

/* ---- render_user.c --------------------------------------------------------
 */

/* ,"enriched":{...} of what auditd added. */
void enriched_json(struct rendering *j, struct span added);

/* ,"msg":{...} of a user message. */
void message_json(struct rendering *j, struct span message);

/* ---- render_ecs.c ---------------------------------------------------------
 */

void process_json(struct rendering *j);
void user_json(struct rendering *j);
void file_json(struct rendering *j);
/* ,"destination" or ,"source": what SOCKADDR names. @is_source: which of them
 * is asked for. */
void peer_json(struct rendering *j, bool is_source);
void tags_json(struct rendering *j);

#endif
