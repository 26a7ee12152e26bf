/* SPDX-License-Identifier: Apache-2.0 */
/* network_test.c - prefixes, rules and what a union of them covers. */
#include "test/unit/harness.h"

#include "lib/auto.h"
#include "pkg/policy/network.h"

static int parse(const char *text, struct network *ret, struct err *e)
{
	AUTO_JSON *j = NULL;

	if (json_parse(span_of(text), 1 << 20, &j, e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", text, e->text);
	return network_parse(j, ret, e);
}

static struct network must(const char *text)
{
	struct network n = { 0 };
	struct err e = { 0 };

	if (parse(text, &n, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", text, e.text);
	return n;
}

static void refused(const char *text, int code, const char *why)
{
	struct network n = { 0 };
	struct err e = { 0 };

	CHECK_INT(parse(text, &n, &e), code);
	CHECK_HAS(e.text, why);
	CHECK(n.rules == NULL && n.count == 0);
}

static struct net_prefix prefix(const char *text)
{
	struct net_prefix p = { 0 };

	if (*text != '\0')
		CHECK_INT(net_prefix_parse(span_of(text), &p), 0);
	return p;
}

static bool may(const struct network *n, enum net_action a,
		enum net_protocol proto, const char *host, uint16_t port)
{
	const struct net_prefix p = prefix(host);

	return network_allows(n, a, proto, &p, port);
}

/* All rules, a line each. */
static void check_rules(const struct network *n, const char *want)
{
	AUTO_DONE(buf_done) struct buf out;

	buf_init(&out, 4096);
	for (size_t i = 0; i < n->count; i++) {
		net_rule_print(&out, &n->rules[i]);
		buf_puts(&out, "\n");
	}
	CHECK_STR(buf_cstr(&out), want);
}

TEST(a_prefix_comes_out_as_it_went_in_and_mapped_addresses_as_ipv4)
{
	static const char *const rows[][2] = {
		{ "10.0.0.0/8", "10.0.0.0/8" },
		{ "10.1.2.3", "10.1.2.3" },
		{ "10.1.2.3/32", "10.1.2.3" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "::1", "::1" },
		{ "FD00::/8", "fd00::/8" },
		{ "::/0", "::/0" },
		{ "::ffff:10.1.2.3", "10.1.2.3" },
		{ "::ffff:10.0.0.0/104", "10.0.0.0/8" },
		{ "::ffff:0:0/96", "0.0.0.0/0" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_DONE(buf_done) struct buf out;
		const struct net_prefix p = prefix(rows[i][0]);

		buf_init(&out, 64);
		net_prefix_print(&out, &p);
		CHECK_STR(buf_cstr(&out), rows[i][1]);
	}
}

TEST(what_is_no_prefix_is_refused)
{
	static const char *const rows[] = {
		"",
		"10",
		"10.0.0",
		"10.0.0.0/33",
		"10.0.0.0/",
		"10.0.0.0/-1",
		"010.0.0.1",
		"1.2.3.4/08",
		"::1/129",
		"fe80::1%eth0",
		"localhost",
		"10.0.0.0/8/8",
		"10.0.0.0 /8",
		"1.2.3.4.5",
	};
	struct net_prefix p;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (net_prefix_parse(span_of(rows[i]), &p) != -EINVAL)
			test_fail(__FILE__, __LINE__, "%s", rows[i]);
	CHECK_INT(net_prefix_parse((struct span){ "1.2.3.4\0/8", 10 }, &p),
		  -EINVAL);
}

TEST(bits_beyond_the_prefix_are_refused_and_the_network_is_named)
{
	refused("{\"connect\":[{\"protocol\":[\"tcp\"],\"address\":["
		"\"10.0.0.1/8\"]}]}",
		-EBADMSG,
		"connect[0]: address[0]: \"10.0.0.1/8\" has bits set "
		"beyond its prefix: write the network 10.0.0.0/8");
	refused("{\"connect\":[{\"protocol\":[\"tcp\"],\"address\":["
		"\"fd00::1/64\"]}]}",
		-EBADMSG, "fd00::/64");
	refused("{\"connect\":[{\"protocol\":[\"tcp\"],\"address\":["
		"\"::ffff:10.0.0.1/104\"]}]}",
		-EBADMSG, "the network 10.0.0.0/8");
}

TEST(a_rule_is_multiplied_out_sorted_and_stands_once)
{
	struct network n = must(
		"{\"bind\":[{\"protocol\":[\"udp\",\"tcp\",\"udp\"],\"port\":"
		"[53]}],\"connect\":[{\"protocol\":[\"tcp\"],\"address\":["
		"\"::1\",\"10.0.0.0/8\",\"10.0.0.0/8\"],\"port\":[\"8000-8999\""
		",443]},{\"protocol\":[\"raw\"]},{\"protocol\":[\"tcp\"],"
		"\"address\":[\"10.0.0.0/8\"],\"port\":[443]}]}");

	check_rules(&n, "connect tcp 10.0.0.0/8 port 443\n"
			"connect tcp 10.0.0.0/8 port 8000-8999\n"
			"connect tcp ::1 port 443\n"
			"connect tcp ::1 port 8000-8999\n"
			"connect raw any address\n"
			"bind tcp, udp any address port 53\n");
	network_done(&n);
}

TEST(nothing_that_is_not_listed_is_allowed)
{
	struct network none = must("{}");
	struct network n =
		must("{\"connect\":[{\"protocol\":[\"tcp\"],\"address\":["
		     "\"10.0.0.0/8\"],\"port\":[443]},{\"protocol\":[\"raw\"],"
		     "\"address\":[\"10.9.0.0/16\"]}]}");

	CHECK(!may(&none, NET_CONNECT, NET_TCP, "10.1.1.1", 443));
	CHECK(!may(&none, NET_BIND, NET_RAW, "", 0));
	CHECK(may(&n, NET_CONNECT, NET_TCP, "10.1.1.1", 443));
	CHECK(may(&n, NET_CONNECT, NET_TCP, "::ffff:10.1.1.1", 443));
	CHECK(may(&n, NET_CONNECT, NET_TCP, "10.0.0.0/9", 443));
	CHECK(!may(&n, NET_CONNECT, NET_TCP, "10.0.0.0/7", 443));
	CHECK(!may(&n, NET_CONNECT, NET_TCP, "11.0.0.0", 443));
	CHECK(!may(&n, NET_CONNECT, NET_TCP, "10.1.1.1", 444));
	CHECK(!may(&n, NET_CONNECT, NET_TCP, "", 443));
	CHECK(!may(&n, NET_CONNECT, NET_UDP, "10.1.1.1", 443));
	CHECK(!may(&n, NET_CONNECT, NET_MPTCP, "10.1.1.1", 443));
	CHECK(!may(&n, NET_BIND, NET_TCP, "10.1.1.1", 443));
	CHECK(may(&n, NET_CONNECT, NET_RAW, "10.9.1.1", 7));
	CHECK(!may(&n, NET_CONNECT, NET_RAW, "10.8.1.1", 7));
	network_done(&none);
	network_done(&n);
}

TEST(several_rules_may_cover_one_together)
{
	struct network n =
		must("{\"connect\":[{\"protocol\":[\"tcp\"],\"address\":["
		     "\"0.0.0.0/1\",\"128.0.0.0/1\"],\"port\":[\"1-100\","
		     "\"90-200\",\"201-300\"]},{\"protocol\":[\"udp\",\"tcp\"],"
		     "\"address\":[\"::/0\"],\"port\":[\"1-300\"]}]}");
	const struct {
		const char *host;
		uint16_t first, last;
		uint8_t protocols;
		bool is_covered;
	} rows[] = {
		{ "", 1, 300, NET_TCP, true },
		{ "", 1, 301, NET_TCP, false },
		{ "", 0, 300, NET_TCP, false },
		{ "", 1, 300, NET_TCP | NET_UDP, false },
		{ "::/0", 1, 300, NET_TCP | NET_UDP, true },
		{ "0.0.0.0/0", 95, 205, NET_TCP, true },
		{ "10.0.0.0/8", 1, 300, NET_TCP, true },
		{ "10.0.0.0/8", 300, 301, NET_TCP, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct net_rule r = { NET_CONNECT, rows[i].protocols,
					    prefix(rows[i].host), rows[i].first,
					    rows[i].last };

		if (network_covers(&n, &r) != rows[i].is_covered)
			test_fail(__FILE__, __LINE__, "row %zu", i);
	}
	network_done(&n);
}

/* Held against the plain meaning: each host and port on its own. */
TEST(the_union_covers_what_its_points_do)
{
	static const char document[] =
		"{\"connect\":[{\"protocol\":[\"tcp\"],\"address\":["
		"\"10.0.0.0/30\"],\"port\":[\"1-3\"]},{\"protocol\":[\"tcp\"],"
		"\"address\":[\"10.0.0.4/31\",\"10.0.0.6\"],\"port\":[2]},"
		"{\"protocol\":[\"tcp\"],\"address\":[\"10.0.0.7\"],\"port\":"
		"[\"2-4\"]},{\"protocol\":[\"tcp\"],\"address\":["
		"\"10.0.0.0/29\"],\"port\":[5]}]}";
	struct network n = must(document);

	for (uint8_t bits = 29; bits <= 32; bits++)
		for (unsigned host = 0; host < 8; host += 1U << (32 - bits))
			for (uint16_t first = 1; first <= 6; first++)
				for (uint16_t last = first; last <= 6; last++) {
					struct net_rule r = {
						NET_CONNECT, NET_TCP,
						prefix("10.0.0.0/29"), first,
						last
					};
					bool all = true;

					for (unsigned h = 0;
					     h < 1U << (32 - bits); h++)
						for (uint16_t p = first;
						     p <= last; p++) {
							char text[16];

							(void)snprintf(
								text,
								sizeof(text),
								"10.0.0.%u",
								host + h);
							all = all &&
							      may(&n,
								  NET_CONNECT,
								  NET_TCP, text,
								  p);
						}
					r.address.bits = bits;
					r.address.bytes[3] = (uint8_t)host;
					CHECK_INT(network_covers(&n, &r), all);
				}
	network_done(&n);
}

TEST(what_is_no_network_is_refused_with_its_place)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "{\"listen\":[]}", "unknown member \"listen\"" },
		{ "{\"connect\":[]}", "connect: is empty" },
		{ "{\"connect\":[{}]}", "connect[0]: \"protocol\" is missing" },
		{ "{\"connect\":[{\"protocol\":[]}]}",
		  "\"protocol\" is empty" },
		{ "{\"bind\":[{\"protocol\":[\"sctp\"]}]}",
		  "bind[0]: protocol[0]: must be tcp" },
		{ "{\"bind\":[{\"protocol\":[\"tcp\"],\"address\":[]}]}",
		  "\"address\" is empty" },
		{ "{\"bind\":[{\"protocol\":[\"tcp\"],\"port\":[]}]}",
		  "\"port\" is empty" },
		{ "{\"bind\":[{\"protocol\":[\"raw\",\"tcp\"],\"port\":[1]}]}",
		  "raw has no ports" },
		{ "{\"connect\":[{\"protocol\":[\"tcp\"],\"port\":[0]}]}",
		  "port[0]: must be a port from 1" },
		{ "{\"bind\":[{\"protocol\":[\"tcp\"],\"port\":[65536]}]}",
		  "port[0]: must be a port from 0" },
		{ "{\"bind\":[{\"protocol\":[\"tcp\"],\"port\":[\"9-1\"]}]}",
		  "a range" },
		{ "{\"bind\":[{\"protocol\":[\"tcp\"],\"port\":[\"80\"]}]}",
		  "a range" },
		{ "{\"bind\":[{\"protocol\":[\"tcp\"],\"port\":[true]}]}",
		  "a range" },
		{ "{\"bind\":[7]}", "bind[0]: must be an object" },
		{ "[]", "must be an object" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refused(rows[i].text, -EBADMSG, rows[i].why);
}

TEST(a_product_above_the_limit_is_refused_before_it_is_made)
{
	AUTO_DONE(buf_done) struct buf text;

	buf_init(&text, 1 << 20);
	buf_puts(&text, "{\"connect\":[{\"protocol\":[\"tcp\"],\"address\":[");
	for (unsigned i = 0; i < 20000; i++)
		buf_printf(&text, "%s\"10.%u.%u.0/24\"", i ? "," : "", i / 256,
			   i % 256);
	buf_puts(&text, "],\"port\":[");
	for (unsigned i = 1; i <= 20000; i++)
		buf_printf(&text, "%s%u", i > 1 ? "," : "", i);
	buf_puts(&text, "]}]}");
	refused(buf_cstr(&text), -E2BIG,
		"connect[0]: more than 4096 rules: 20000 addresses with 20000 "
		"ports");
}
