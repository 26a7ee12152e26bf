/* SPDX-License-Identifier: Apache-2.0 */
/* network.h - "network" of a service: who may be connected to, what may be
 * bound (bailiff-policy(5)).
 *
 * A rule is one box: protocols, one prefix, one range of ports. The document's
 * lists are multiplied out, sorted, and each box stands once. What no box
 * covers is denied.
 */
#ifndef PKG_POLICY_NETWORK_H
#define PKG_POLICY_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"
#include "lib/span.h"

#define NETWORK_RULES_MAX 4096

enum net_action {
	NET_CONNECT,
	NET_BIND,
	NET_ACTIONS
};
enum net_protocol {
	NET_TCP = 1,
	NET_UDP = 2,
	NET_MPTCP = 4,
	NET_RAW = 8
};

/* An IPv4-mapped IPv6 address is the IPv4 address. */
struct net_prefix {
	uint8_t family;	   /* 4, 6; 0 is any address of both */
	uint8_t bits;	   /* 0 to 32 or 128 */
	uint8_t bytes[16]; /* network order; those beyond @bits are 0 */
};

struct net_rule {
	enum net_action action;
	uint8_t protocols; /* enum net_protocol, at least one */
	struct net_prefix address;
	uint16_t first, last; /* 0 and 65535 for any, and for raw alone */
};

struct network {
	struct net_rule *rules; /* sorted */
	size_t count;
};

/**
 * network_parse() - the member's value.
 * @ret: the caller's, network_done(); written on success only. No rules deny
 *       all.
 *
 * Return: 0; -EBADMSG with member and cause in @e; -E2BIG above
 * NETWORK_RULES_MAX; -ENOMEM.
 */
int network_parse(const json_t *object, struct network *ret, struct err *e);
void network_done(struct network *n);

/**
 * network_allows() - may one host and port be reached or bound?
 * @host: a host, or a network all of which must be allowed; family 0: any.
 * @port: ignored for NET_RAW.
 */
bool network_allows(const struct network *n, enum net_action action,
		    enum net_protocol protocol, const struct net_prefix *host,
		    uint16_t port);

/* Is all of @rule inside the union of @n's rules? */
bool network_covers(const struct network *n, const struct net_rule *rule);

/**
 * network_reduce() - the same without rules that the others cover.
 * @ret: the caller's, network_done(); written on success only.
 *
 * Return: 0; -ENOMEM.
 */
int network_reduce(const struct network *n, struct network *ret);

/* The order of network_parse(), for qsort(3): 0 for the same rule. */
int net_rule_order(const void *a, const void *b);

/**
 * net_prefix_parse() - "10.0.0.0/8", "10.1.2.3", "::1", "fd00::/8".
 * @ret: not written when -EINVAL is returned.
 *
 * Return: 0; -EINVAL when it is no address; -ERANGE when bits beyond the
 * prefix are set: @ret then holds the network that was meant.
 */
int net_prefix_parse(struct span text, struct net_prefix *ret);

/* "10.0.0.0/8", "10.1.2.3", "any address". */
void net_prefix_print(struct buf *out, const struct net_prefix *p);

/* "connect tcp 10.0.0.0/8 port 443", "bind tcp, udp any address port 1-1023",
 * "connect raw 10.1.2.3". */
void net_rule_print(struct buf *out, const struct net_rule *r);

struct net_protocol_row {
	enum net_protocol protocol;
	const char *word; /* in documents */
	const char *name; /* in sentences */
};

/* The row of that word; NULL for none. */
const struct net_protocol_row *net_protocol_find(struct span word);
/* The row of one protocol. */
const struct net_protocol_row *net_protocol_get(enum net_protocol protocol);

#endif
