/* SPDX-License-Identifier: Apache-2.0 */
/* network.c - see network.h. */
#include "pkg/policy/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/num.h"

#define V4_BITS	     32
#define V6_BITS	     128
#define MAPPED_BITS  96 /* of ::ffff:0:0/96, RFC 4291 2.5.5.2 */
#define ADDRESS_TEXT 64 /* bytes: a prefix as text */

#define PROTOCOLS 4

static const struct net_protocol_row protocols[PROTOCOLS] = {
	{ NET_TCP, "tcp", "TCP" },
	{ NET_UDP, "udp", "UDP" },
	{ NET_MPTCP, "mptcp", "MPTCP" },
	{ NET_RAW, "raw", "raw IP" },
};

static const char *const actions[NET_ACTIONS] = {
	[NET_CONNECT] = "connect",
	[NET_BIND] = "bind",
};

const struct net_protocol_row *net_protocol_find(struct span word)
{
	for (size_t i = 0; i < PROTOCOLS; i++)
		if (span_eq_str(word, protocols[i].word))
			return &protocols[i];
	return NULL;
}

const struct net_protocol_row *net_protocol_get(enum net_protocol protocol)
{
	size_t i = 0;

	while (i + 1 < PROTOCOLS && protocols[i].protocol != protocol)
		i++;
	return &protocols[i];
}

/* ---- prefixes ----------------------------------------------------------- */

/* Clear what lies beyond the prefix. Returns whether anything was set. */
static bool prefix_trim(struct net_prefix *p)
{
	bool was_set = false;

	for (unsigned i = 0; i < sizeof(p->bytes); i++) {
		const unsigned kept = p->bits > i * 8 ? p->bits - i * 8 : 0;
		const uint8_t mask =
			(uint8_t)(kept >= 8 ? 0xff : 0xff00 >> kept);

		was_set = was_set || (p->bytes[i] & ~mask) != 0;
		p->bytes[i] &= mask;
	}
	return was_set;
}

static void mapped_reduce(struct net_prefix *p)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (p->family != 6 || p->bits < MAPPED_BITS ||
	    memcmp(p->bytes, mapped, sizeof(mapped)) != 0)
		return;
	memmove(p->bytes, p->bytes + sizeof(mapped), 4);
	memset(p->bytes + 4, 0, sizeof(p->bytes) - 4);
	p->family = 4;
	p->bits = (uint8_t)(p->bits - MAPPED_BITS);
}

int net_prefix_parse(struct span text, struct net_prefix *ret)
{
	struct span rest = text;
	const struct span host = span_cut(&rest, '/');
	struct net_prefix p = { 0 };
	char name[INET6_ADDRSTRLEN];
	uint32_t bits;
	bool was_set;

	if (host.len == 0 || host.len >= sizeof(name) ||
	    memchr(host.p, '\0', host.len) != NULL)
		return -EINVAL;
	memcpy(name, host.p, host.len);
	name[host.len] = '\0';
	if (inet_pton(AF_INET, name, p.bytes) == 1)
		p.family = 4;
	else if (inet_pton(AF_INET6, name, p.bytes) == 1)
		p.family = 6;
	else
		return -EINVAL;
	bits = p.family == 4 ? V4_BITS : V6_BITS;
	if (rest.p != NULL && num_parse_u32(rest, 0, bits, &bits) < 0)
		return -EINVAL;
	p.bits = (uint8_t)bits;
	was_set = prefix_trim(&p);
	mapped_reduce(&p);
	*ret = p;
	return was_set ? -ERANGE : 0;
}

void net_prefix_print(struct buf *out, const struct net_prefix *p)
{
	char name[INET6_ADDRSTRLEN];
	const bool is_v4 = p->family == 4;

	if (p->family == 0) {
		buf_puts(out, "any address");
		return;
	}
	(void)inet_ntop(is_v4 ? AF_INET : AF_INET6, p->bytes, name,
			sizeof(name));
	buf_puts(out, name);
	if (p->bits != (is_v4 ? V4_BITS : V6_BITS))
		buf_printf(out, "/%u", p->bits);
}

/* Is all of @inner inside @outer? */
static bool prefix_holds(const struct net_prefix *outer,
			 const struct net_prefix *inner)
{
	struct net_prefix cut = *inner;

	if (outer->family == 0)
		return true;
	if (outer->family != inner->family || outer->bits > inner->bits)
		return false;
	cut.bits = outer->bits;
	(void)prefix_trim(&cut);
	return memcmp(cut.bytes, outer->bytes, sizeof(cut.bytes)) == 0;
}

/* The two halves of @p: the families of "any", or one bit more. False when it
 * is one host. */
static bool prefix_halve(const struct net_prefix *p, struct net_prefix half[2])
{
	if (p->family == 0) {
		half[0] = (struct net_prefix){ .family = 4 };
		half[1] = (struct net_prefix){ .family = 6 };
		return true;
	}
	if (p->bits == (p->family == 4 ? V4_BITS : V6_BITS))
		return false;
	half[0] = half[1] = *p;
	half[0].bits = half[1].bits = (uint8_t)(p->bits + 1);
	half[1].bytes[p->bits / 8] |= (uint8_t)(0x80 >> p->bits % 8);
	return true;
}

/* ---- the document ------------------------------------------------------- */

struct port_range {
	uint16_t first, last;
};

static int protocols_parse(const json_t *array, uint8_t *ret, struct err *e)
{
	uint8_t mask = 0;
	json_t *value;
	size_t i;

	json_array_foreach(array, i, value) {
		const struct net_protocol_row *row =
			net_protocol_find(json_span(value));

		if (row == NULL)
			return err_set(e, EBADMSG,
				       "protocol[%zu]: must be tcp, udp, mptcp "
				       "or raw",
				       i);
		mask = (uint8_t)(mask | row->protocol);
	}
	if (mask == 0)
		return err_set(
			e, EBADMSG,
			"\"protocol\" is empty: name tcp, udp, mptcp or raw");
	*ret = mask;
	return 0;
}

static int address_parse(const json_t *value, struct net_prefix *ret,
			 struct err *e)
{
	AUTO_DONE(buf_done) struct buf meant;
	const struct span text = json_span(value);
	const int r = net_prefix_parse(text, ret);

	buf_init(&meant, ADDRESS_TEXT);
	if (r == -EINVAL)
		return err_set(e, EBADMSG,
			       "\"%.60s\" is no address or network, as "
			       "10.0.0.0/8 or fd00::1",
			       text.p != NULL ? text.p : "");
	if (r == 0)
		return 0;
	net_prefix_print(&meant, ret);
	return err_set(e, EBADMSG,
		       "\"%.60s\" has bits set beyond its prefix: write the "
		       "network %s, or the one address without a prefix",
		       text.p,
		       buf_cstr(&meant) != NULL ? meant.p : "that is meant");
}

static int addresses_parse(const json_t *array, struct net_prefix **ret,
			   size_t *ret_count, struct err *e)
{
	const size_t count = json_array_size(array);
	AUTO_MEM struct net_prefix *p = calloc(count + 1, sizeof(*p));
	json_t *value;
	size_t i;

	if (p == NULL)
		return err_set(e, ENOMEM, "out of memory");
	if (array != NULL && count == 0)
		return err_set(e, EBADMSG,
			       "\"address\" is empty: leave it out "
			       "for any address");
	json_array_foreach(array, i, value) {
		const int r = address_parse(value, &p[i], e);

		if (r < 0)
			return err_wrap(e, "address[%zu]", i);
	}
	*ret_count = count != 0 ? count : 1;
	*ret = ptr_steal(&p);
	return 0;
}

static int port_parse(const json_t *value, enum net_action action,
		      struct port_range *ret, struct err *e)
{
	/* The kernel chooses a port for whoever binds 0. */
	const uint32_t min = action == NET_BIND ? 0 : 1;
	struct span last = json_span(value);
	const struct span first = span_cut(&last, '-');
	uint64_t port;
	uint32_t a, b;

	if (json_u64(value, min, UINT16_MAX, &port) == 0) {
		*ret = (struct port_range){ (uint16_t)port, (uint16_t)port };
		return 0;
	}
	if (num_parse_u32(first, min, UINT16_MAX, &a) < 0 ||
	    num_parse_u32(last, a, UINT16_MAX, &b) < 0)
		return err_set(e, EBADMSG,
			       "must be a port from %u to 65535, or a range of "
			       "them as \"8000-8999\"",
			       min);
	*ret = (struct port_range){ (uint16_t)a, (uint16_t)b };
	return 0;
}

static int ports_parse(const json_t *array, enum net_action action,
		       struct port_range **ret, size_t *ret_count,
		       struct err *e)
{
	const size_t count = json_array_size(array);
	AUTO_MEM struct port_range *p = calloc(count + 1, sizeof(*p));
	json_t *value;
	size_t i;

	if (p == NULL)
		return err_set(e, ENOMEM, "out of memory");
	if (array != NULL && count == 0)
		return err_set(e, EBADMSG,
			       "\"port\" is empty: leave it out for any port");
	json_array_foreach(array, i, value) {
		const int r = port_parse(value, action, &p[i], e);

		if (r < 0)
			return err_wrap(e, "port[%zu]", i);
	}
	if (count == 0)
		p[0].last = UINT16_MAX;
	*ret_count = count != 0 ? count : 1;
	*ret = ptr_steal(&p);
	return 0;
}

/* One rule of the document: everything with everything. */
static int product_add(struct network *n, const struct net_rule *like,
		       const struct net_prefix *hosts, size_t host_count,
		       const struct port_range *ports, size_t port_count,
		       struct err *e)
{
	struct net_rule *rules;
	size_t count;

	if (__builtin_mul_overflow(host_count, port_count, &count) ||
	    __builtin_add_overflow(count, n->count, &count) ||
	    count > NETWORK_RULES_MAX)
		return err_set(e, E2BIG,
			       "more than %d rules: %zu addresses with %zu "
			       "ports; write networks and ranges",
			       NETWORK_RULES_MAX, host_count, port_count);
	rules = reallocarray(n->rules, count, sizeof(*rules));
	if (rules == NULL)
		return err_set(e, ENOMEM, "out of memory");
	n->rules = rules;
	for (size_t i = 0; i < host_count; i++)
		for (size_t k = 0; k < port_count; k++) {
			struct net_rule *r = &n->rules[n->count++];

			*r = *like;
			r->address = hosts[i];
			r->first = ports[k].first;
			r->last = ports[k].last;
		}
	return 0;
}

static int rule_parse(const json_t *object, enum net_action action,
		      struct network *n, struct err *e)
{
	AUTO_MEM struct net_prefix *hosts = NULL;
	AUTO_MEM struct port_range *ports = NULL;
	struct net_rule like = { .action = action };
	size_t host_count = 0, port_count = 0;
	json_t *protocol, *address, *port;
	const struct json_member rows[] = {
		{ "protocol", JSON_ARRAY, true, &protocol },
		{ "address", JSON_ARRAY, false, &address },
		{ "port", JSON_ARRAY, false, &port },
		{ 0 },
	};
	int r = json_members(object, rows, e);

	if (r == 0)
		r = protocols_parse(protocol, &like.protocols, e);
	if (r == 0 && port != NULL && (like.protocols & NET_RAW) != 0)
		r = err_set(e, EBADMSG,
			    "raw has no ports: write a rule of its own for it, "
			    "without \"port\"");
	if (r == 0)
		r = addresses_parse(address, &hosts, &host_count, e);
	if (r == 0)
		r = ports_parse(port, action, &ports, &port_count, e);
	if (r < 0)
		return r;
	return product_add(n, &like, hosts, host_count, ports, port_count, e);
}

static int list_parse(const json_t *array, enum net_action action,
		      struct network *n, struct err *e)
{
	json_t *item;
	size_t i;

	if (array != NULL && json_array_size(array) == 0)
		return err_set(e, EBADMSG,
			       "%s: is empty: leave it out, what no rule names "
			       "is denied",
			       actions[action]);
	json_array_foreach(array, i, item) {
		const int r = rule_parse(item, action, n, e);

		if (r < 0)
			return err_wrap(e, "%s[%zu]", actions[action], i);
	}
	return 0;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

int net_rule_order(const void *x, const void *y)
{
	const struct net_rule *a = x, *b = y;
	int order = ORDER(a->action, b->action);

	if (order == 0)
		order = ORDER(a->protocols, b->protocols);
	if (order == 0)
		order = ORDER(a->address.family, b->address.family);
	if (order == 0)
		order = memcmp(a->address.bytes, b->address.bytes,
			       sizeof(a->address.bytes));
	if (order == 0)
		order = ORDER(a->address.bits, b->address.bits);
	if (order == 0)
		order = ORDER(a->first, b->first);
	return order != 0 ? order : ORDER(a->last, b->last);
}

static void rules_sort(struct network *n)
{
	size_t kept = 0;

	if (n->count != 0)
		qsort(n->rules, n->count, sizeof(*n->rules), net_rule_order);
	for (size_t i = 0; i < n->count; i++)
		if (i == 0 ||
		    net_rule_order(&n->rules[kept - 1], &n->rules[i]) != 0)
			n->rules[kept++] = n->rules[i];
	n->count = kept;
}

int network_parse(const json_t *object, struct network *ret, struct err *e)
{
	AUTO_DONE(network_done) struct network n = { 0 };
	json_t *lists[NET_ACTIONS];
	const struct json_member rows[] = {
		{ "connect", JSON_ARRAY, false, &lists[NET_CONNECT] },
		{ "bind", JSON_ARRAY, false, &lists[NET_BIND] },
		{ 0 },
	};
	int r = json_members(object, rows, e);

	for (int i = 0; i < NET_ACTIONS && r == 0; i++)
		r = list_parse(lists[i], (enum net_action)i, &n, e);
	if (r < 0)
		return r;
	rules_sort(&n);
	*ret = n;
	n = (struct network){ 0 };
	return 0;
}

void network_done(struct network *n)
{
	free(n->rules);
	*n = (struct network){ 0 };
}

/* ---- questions ---------------------------------------------------------- */

/* Do the rules whose prefix holds all of @box's cover its ports together? Those
 * of one prefix are sorted by port: few rounds are needed. */
static bool ports_covered(const struct net_rule *const *rules, size_t count,
			  const struct net_rule *box)
{
	uint32_t next = box->first;
	bool has_moved = true;

	while (has_moved && next <= box->last) {
		has_moved = false;
		for (size_t i = 0; i < count; i++)
			if (rules[i]->first <= next && rules[i]->last >= next &&
			    prefix_holds(&rules[i]->address, &box->address)) {
				next = rules[i]->last + 1U;
				has_moved = true;
			}
	}
	return next > box->last;
}

/* The rules that meet @box; whether some lie inside it only in part. */
static size_t rules_meeting(const struct net_rule *const *rules, size_t count,
			    const struct net_rule *box,
			    const struct net_rule **ret, bool *ret_partly)
{
	size_t found = 0;

	*ret_partly = false;
	for (size_t i = 0; i < count; i++) {
		const struct net_rule *r = rules[i];
		const bool is_whole = prefix_holds(&r->address, &box->address);

		if (r->last < box->first || r->first > box->last ||
		    (!is_whole && !prefix_holds(&box->address, &r->address)))
			continue;
		*ret_partly = *ret_partly || !is_whole;
		ret[found++] = r;
	}
	return found;
}

/* Halve the box until the rules that hold a part of it hold it whole. Each
 * level halves the addresses: it ends after 129 of them. */
static bool box_covered(const struct net_rule *const *rules, size_t count,
			const struct net_rule *box)
{
	AUTO_MEM const struct net_rule **met =
		calloc(count + 1, sizeof(struct net_rule *));
	struct net_rule half = *box;
	struct net_prefix halves[2];
	bool has_parts;
	size_t found;

	if (met == NULL)
		return false; /* denied is the safe side */
	found = rules_meeting(rules, count, box, met, &has_parts);
	if (ports_covered(met, found, box))
		return true;
	if (!has_parts || !prefix_halve(&box->address, halves))
		return false;
	half.address = halves[0];
	if (!box_covered(met, found, &half))
		return false;
	half.address = halves[1];
	return box_covered(met, found, &half);
}

static bool protocol_covered(const struct network *n, uint8_t protocol,
			     const struct net_rule *rule)
{
	AUTO_MEM const struct net_rule **rules =
		calloc(n->count + 1, sizeof(struct net_rule *));
	size_t count = 0;

	if (rules == NULL)
		return false;
	for (size_t i = 0; i < n->count; i++)
		if (n->rules[i].action == rule->action &&
		    (n->rules[i].protocols & protocol) != 0)
			rules[count++] = &n->rules[i];
	return box_covered(rules, count, rule);
}

bool network_covers(const struct network *n, const struct net_rule *rule)
{
	for (size_t i = 0; i < PROTOCOLS; i++)
		if ((rule->protocols & protocols[i].protocol) != 0 &&
		    !protocol_covered(n, (uint8_t)protocols[i].protocol, rule))
			return false;
	return true;
}

bool network_allows(const struct network *n, enum net_action action,
		    enum net_protocol protocol, const struct net_prefix *host,
		    uint16_t port)
{
	const struct net_rule rule = {
		.action = action,
		.protocols = (uint8_t)protocol,
		.address = *host,
		.first = protocol == NET_RAW ? 0 : port,
		.last = protocol == NET_RAW ? UINT16_MAX : port,
	};

	return network_covers(n, &rule);
}

int network_reduce(const struct network *n, struct network *ret)
{
	struct network kept = { calloc(n->count + 1, sizeof(*n->rules)),
				n->count };

	if (kept.rules == NULL)
		return -ENOMEM;
	if (n->count != 0)
		memcpy(kept.rules, n->rules, n->count * sizeof(*n->rules));
	for (size_t i = kept.count; i > 0; i--) {
		struct net_rule *last = &kept.rules[--kept.count];
		const struct net_rule rule = kept.rules[i - 1];

		/* The one in question is not among the others. */
		kept.rules[i - 1] = *last;
		if (network_covers(&kept, &rule))
			continue;
		*last = kept.rules[i - 1];
		kept.rules[i - 1] = rule;
		kept.count++;
	}
	rules_sort(&kept);
	*ret = kept;
	return 0;
}

void net_rule_print(struct buf *out, const struct net_rule *r)
{
	const char *sep = " ";

	buf_puts(out, actions[r->action]);
	for (size_t i = 0; i < PROTOCOLS; i++)
		if ((r->protocols & protocols[i].protocol) != 0) {
			buf_puts(out, sep);
			buf_puts(out, protocols[i].word);
			sep = ", ";
		}
	buf_puts(out, " ");
	net_prefix_print(out, &r->address);
	if (r->first == 0 && r->last == UINT16_MAX)
		return;
	buf_printf(out, " port %u", r->first);
	if (r->last != r->first)
		buf_printf(out, "-%u", r->last);
}
