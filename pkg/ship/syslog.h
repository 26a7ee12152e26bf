/* SPDX-License-Identifier: Apache-2.0 */
/* syslog.h - one event as one syslog message (RFC 5424).
 *
 *	<108>1 2026-11-21T12:03:04.123Z host bailiff - event
 *	[bailiff@32473 boot="..." seq="41" service="nginx" outcome="denied"]
 *{...}
 *
 * (on one line). Facility 13 is "log audit". 32473 is the enterprise number
 *that RFC 5612 sets aside for documentation: bailiff has none of its own. The
 *MSG is the event's JSON, without a byte order mark: a collector gets it as it
 *is in the trail. node is not repeated, since HOSTNAME is it. A collector that
 * wants each event once keys on HOSTNAME, boot and seq.
 */
#ifndef PKG_SHIP_SYSLOG_H
#define PKG_SHIP_SYSLOG_H

#include "lib/buf.h"

#define SYSLOG_FACILITY	  13
#define SYSLOG_ENTERPRISE 32473

enum syslog_severity {
	SYSLOG_ALERT = 1,   /* identity.forged, records lost */
	SYSLOG_WARNING = 4, /* a denial */
	SYSLOG_INFORMATIONAL = 6
};

struct syslog_event {
	enum syslog_severity severity;
	uint64_t time_ms;    /* since 1970, UTC */
	const char *node;    /* HOSTNAME */
	struct span msg_id;  /* "event", "identity.forged"; empty: "-" */
	const char *boot;    /* boot id */
	uint64_t seq;	     /* the trail's */
	struct span service; /* empty: left out */
	struct span outcome; /* "denied", "allowed"; empty: left out */
	struct span msg;     /* one JSON object; newlines at its end are cut */
};

/**
 * syslog_format() - append the message, without any framing.
 *
 * Bytes that a field cannot hold (blanks and controls in HOSTNAME and MSGID,
 * controls and what is not UTF-8 in structured data) are shown as '?', and
 * over-long HOSTNAME and MSGID are cut at RFC 5424's 255 and 32; the MSG is
 * never changed.
 *
 * Return: 0; -ENOMEM, -E2BIG from @out; -ERANGE for a time after the year 9999.
 */
int syslog_format(const struct syslog_event *ev, struct buf *out);

#endif
