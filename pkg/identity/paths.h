/* SPDX-License-Identifier: Apache-2.0 */
/* paths.h - where bailiff's files lie, and the two numbers of its identity.
 *
 * Compiled in, never taken from the environment: the gate and the launcher run
 * as root in front of everything else.
 */
#ifndef PKG_IDENTITY_PATHS_H
#define PKG_IDENTITY_PATHS_H

/* Owner of every directory below. Not 0, so that uid 0 in a container without
 * CAP_DAC_OVERRIDE cannot write there; outside the ranges that distributions
 * and user namespaces hand out. */
#define BAILIFF_UID 1899999999U
/* Group of the audit process alone, and of the directory with the key that
 * signs the trail: bailiff's other processes have its uid, and one of them
 * reads files that others wrote. */
#define BAILIFF_KEY_GID 1899999998U

/* auid of service number N is AUID_BASE + N; number 0 stands for containers
 * that no policy names. The range is below 2^31 (ausearch prints larger ones
 * as negative numbers). */
#define AUID_BASE	    1900000000U
#define SERVICE_NUMBER_MAX  9998U
#define SERVICE_NUMBER_SELF 9999U /* bailiffd's own session */

#define PATH_ETC	  "/etc/bailiff"
#define PATH_IMAGE_ROOT	  PATH_ETC "/root.json" /* pinned TUF root */
#define PATH_IMAGE_BUNDLE PATH_ETC "/bundle"	/* baseline repository */
#define PATH_GATE_CONF	  PATH_ETC "/gate.conf"

#define PATH_RUN      "/run/bailiff"	       /* 0711 root */
#define PATH_PRIVATE  PATH_RUN "/private"      /* 0700 BAILIFF_UID */
#define PATH_POLICY   PATH_PRIVATE "/policy"   /* published generations */
#define PATH_SESSIONS PATH_PRIVATE "/sessions" /* the session registry */
#define PATH_RECEIPTS PATH_PRIVATE "/receipts"
/* Never on a disk; 0770 root, BAILIFF_KEY_GID. */
#define PATH_TRAIL_KEY	  PATH_PRIVATE "/trail-key"
#define PATH_GATE_LOG	  PATH_PRIVATE "/gate.log" /* refusals, JSON lines */
#define PATH_CONTROL_SOCK PATH_RUN "/control.sock"
#define PATH_EVENTS_SOCK  PATH_RUN "/events.sock"

#define PATH_STATE	  "/var/lib/bailiff"   /* 0700 BAILIFF_UID */
#define PATH_STATE_TRUST  PATH_STATE "/trust"  /* verified metadata */
#define PATH_STATE_BUNDLE PATH_STATE "/bundle" /* last accepted bundle */
#define PATH_STATE_SHIP	  PATH_STATE "/ship"   /* collectors' cursors */
#define PATH_TRAIL	  "/var/log/bailiff"   /* 0700 BAILIFF_UID */

/* The launcher inside a gated container. */
#define PATH_LAUNCHER_IN_CONTAINER "/dev/.bailiff/exec"

#endif
