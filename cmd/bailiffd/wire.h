/* SPDX-License-Identifier: Apache-2.0 */
/* wire.h - what bailiffd's processes say to each other.
 *
 * Every message is listed here with its body, in the order of its fields
 * (lib/PROTOCOL.md has the frame around it). "blob" is a length and bytes.
 */
#ifndef CMD_BAILIFFD_WIRE_H
#define CMD_BAILIFFD_WIRE_H

enum role {
	ROLE_AUDIT,
	ROLE_POLICY,
	ROLE_CONTROL,
	ROLE_SHIP,
	ROLE_COUNT
};

enum wire {
	/* supervisor -> worker */
	WIRE_START = 1, /* u64 boot_ms, blob node, blob boot id, role's own;
			 * descriptors: role's own (see the role's file) */
	WIRE_PEER,	/* u8 role; 1 descriptor: a channel to that worker */
	WIRE_STOP,	/* end in good order */

	/* worker -> supervisor */
	WIRE_READY = 16, /* confined, about to enter its loop */
	WIRE_STATS,	 /* role's own counters, see stats.h */

	/* audit -> supervisor */
	WIRE_LEDGER,  /* u32 n, at most LEDGER_TOLD_MAX, n times: blob service,
		       * LEDGER_COUNTS u64 */
	WIRE_EXCLUDE, /* u32 ses, u32 auid, u32 pid or 0, u16 record type, u32
		       * denials in a second, blob service: it floods */
	WIRE_LOGINS,  /* u32 n, at most LOGINS_TOLD_MAX, n times: u32 ses, u32
		       * pid, blob service: sessions begun by logins in it */

	/* supervisor -> policy, and its answer */
	WIRE_LOAD = 32, /* u32 flags LOAD_*, u64 generation, u64 now_s, blob
			 * where that time comes from, u32 n, n times: u64
			 * generation that binds what runs (at most
			 * GENERATIONS_KEPT, ascending);
			 * 4 descriptors: pinned root.json, bundle directory,
			 * trust directory, the accepted bundle's */
	WIRE_LOADED,	/* u32 errno, u8 load_stage, blob error, blob hint,
			 * u64 signed issue time of the newest timestamp;
			 * 1 descriptor: the publication (sealed) */
	WIRE_COMMIT,	/* u64 generation: the last WIRE_LOADED is in force */
	WIRE_RESTORE,	/* u64 generation; 1 descriptor: a published
			 * generation's directory */

	/* supervisor -> audit */
	WIRE_OWN_EVENT = 48, /* blob action, blob key=value text */
	WIRE_KERNEL,	   /* u32 lost since last told, u8 LOST_BY_*: events the
			    * kernel lost, copies that found no room here */
	WIRE_AUDIT_CONFIG, /* settings (settings.h), u64 bytes of the trail, u32
			    * n, n times: blob service, u32 number */
	WIRE_TAKEN,	   /* u32 n, n times: blob collector, u64 sequence up
			    * to which it took the trail */
	WIRE_RULES,	   /* blob SHA-256 of the kernel's audit rules */

	/* supervisor -> ship */
	WIRE_COLLECTORS = 56, /* u32 n, n times: blob name, protocol, host,
			       * u16 port */

	/* control -> supervisor, and answers */
	WIRE_ADMIT = 64, /* u32 pid, u8 socket: may this peer ask? */
	WIRE_ADMITTED,	 /* u8 yes, blob why not */
	WIRE_STATUS,	 /* nothing */
	WIRE_STATUS_IS,	 /* u32 HTTP status; 1 descriptor: JSON (sealed) */
	WIRE_RELOAD,	 /* blob path ("" for the image's), u8 dry_run */
	WIRE_RELOADED,	 /* likewise */

	/* control -> audit, and the answer */
	WIRE_EVENTS = 80, /* u64 from, u32 limit */
	WIRE_EVENTS_ARE,  /* u64 last seq there, u32 n, n times: u64 seq, u8
			   * kind, blob frame; at most limit, as many as fit */

	/* control -> policy, and the answer */
	WIRE_EXPLAIN = 96, /* u64 generation, u8 kind, blob service, right,
			    * path, u16 port, u32 arch, u32 syscall, u32 exit,
			    * u8 has_args, 4 u64 args */
	WIRE_SHOW,	   /* blob service */
	WIRE_TEXT_IS,	   /* u32 errno, blob JSON or error sentence */
	WIRE_WHAT	   /* blob service, blob words of an action; answered as
			    * the two above */
};

#define LOST_BY_KERNEL	  0
#define LOST_BY_MULTICAST 1

/* The descriptors of the audit process, by number; one that is not needed may
 * be absent. */
enum audit_fd {
	AUDIT_FD_NETLINK,  /* the event socket */
	AUDIT_FD_TRAIL,	   /* directory PATH_TRAIL */
	AUDIT_FD_SESSIONS, /* directory PATH_SESSIONS */
	AUDIT_FD_KEY,	   /* directory PATH_TRAIL_KEY */
	AUDIT_FD_EXITS,	   /* the map of exits */
	AUDIT_FD_COUNT
};
#define AUDIT_FDS_NEEDED                                 \
	(1U << AUDIT_FD_NETLINK | 1U << AUDIT_FD_TRAIL | \
	 1U << AUDIT_FD_SESSIONS | 1U << AUDIT_FD_KEY)

#define GENERATIONS_KEPT 16 /* those that bind what runs come first */

#define LOAD_BOOT    (1U << 0) /* expiry is reported, not refused */
#define LOAD_DRY_RUN (1U << 1) /* say what it would change */
#define LOAD_OWN     (1U << 2) /* what this node itself once accepted */
#define LOAD_MEMORY  (1U << 3) /* what is stored does not outlive a reboot */

/* Where a load failed: the same errno means another thing in each. */
enum load_stage {
	STAGE_TRUST,  /* fetching and verifying the repository */
	STAGE_POLICY, /* compiling its documents */
	STAGE_SYSTEM, /* writing the result, or the policy process itself */
	STAGE_COUNT
};

#define LEDGER_TOLD_MAX 256 /* rows in one message; the others take turns */

#define LOGINS_TOLD_MAX 256

/* Sockets that control serves; the number in WIRE_ADMIT. */
#define SOCKET_CONTROL 0
#define SOCKET_EVENTS  1

/* Bytes of an answer's JSON: what a bundle of POLICY_SERVICES_MAX services
 * changes, and the status of them. Too long for a message, hence a descriptor.
 */
#define JSON_MAX (8U * 1048576U)

/* Bytes of an own event's text, with its NUL. */
#define OWN_TEXT_MAX 2048

/* The channel to the supervisor in every worker. */
#define CHANNEL_FD 3
/* memlogd's stream of a worker's log, where there is one; else closed. */
#define STREAM_FD 4

#endif
