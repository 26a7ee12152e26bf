/* SPDX-License-Identifier: Apache-2.0 */
/* sockaddr.c - see sockaddr.h. */
#include "pkg/audit/sockaddr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/hex.h"
#include "lib/num.h"
#include "pkg/audit/symbols.h"

/* ---- numbers in the machine's order ---------------------------------------
 */

struct bytes {
	const unsigned char *p;
	size_t len;
	bool is_little;
};

static bool u_at(const struct bytes *b, size_t at, size_t size, bool is_little,
		 uint32_t *ret)
{
	uint32_t v = 0;

	if (at + size > b->len)
		return false;
	for (size_t i = 0; i < size; i++)
		v = v << 8 | b->p[at + (is_little ? size - 1 - i : i)];
	*ret = v;
	return true;
}

static bool host_at(const struct bytes *b, size_t at, size_t size,
		    uint32_t *ret)
{
	return u_at(b, at, size, b->is_little, ret);
}

static bool net_at(const struct bytes *b, size_t at, size_t size, uint32_t *ret)
{
	return u_at(b, at, size, false, ret);
}

/* ---- the families ---------------------------------------------------------
 */

/* struct sockaddr_in: family, port, address. */
static void inet_view(const struct bytes *b, struct sockaddr_view *v)
{
	char text[4 * NUM_ROOM], *to = text;

	v->has_port = net_at(b, 2, 2, &v->port);
	if (b->len < 8)
		return;
	/* Without inet_ntop(), which prints each part by printf. */
	for (size_t i = 4; i < 8; i++) {
		to = num_put(to, b->p[i]);
		*to++ = i < 7 ? '.' : '\0';
	}
	memcpy(v->address, text, (size_t)(to - text));
}

/* struct sockaddr_in6: family, port, flow, address, scope. */
static void inet6_view(const struct bytes *b, struct sockaddr_view *v)
{
	v->has_port = net_at(b, 2, 2, &v->port);
	if (b->len >= 24)
		(void)inet_ntop(AF_INET6, b->p + 8, v->address,
				sizeof(v->address));
	(void)host_at(b, 24, 4, &v->scope);
}

static struct span text_at(const struct bytes *b, size_t at, size_t max)
{
	const char *p = (const char *)b->p + at;
	size_t len = at < b->len ? b->len - at : 0;

	if (len > max)
		len = max;
	return len != 0 ? (struct span){ p, strnlen(p, len) }
			: (struct span){ 0 };
}

static void unix_view(const struct bytes *b, struct sockaddr_view *v)
{
	if (b->len <= 2)
		return;
	v->is_abstract = b->p[2] == '\0';
	if (v->is_abstract)
		v->path = (struct span){ (const char *)b->p + 3, b->len - 3 };
	else
		v->path = text_at(b, 2, b->len);
}

/* struct sockaddr_nl: family, pad, port id, groups. */
static void netlink_view(const struct bytes *b, struct sockaddr_view *v)
{
	v->has_port = host_at(b, 4, 4, &v->port);
	(void)host_at(b, 8, 4, &v->groups);
}

static void hardware_text(const unsigned char *p, size_t len, bool is_reversed,
			  struct sockaddr_view *v)
{
	char *to = v->address;

	for (size_t i = 0; i < len; i++)
		to += snprintf(to, 4, "%s%02x", i != 0 ? ":" : "",
			       p[is_reversed ? len - 1 - i : i]);
}

/* struct sockaddr_ll: family, protocol, interface, hardware type, packet type,
 * length of the address, address. */
static void packet_view(const struct bytes *b, struct sockaddr_view *v)
{
	uint32_t len;

	(void)host_at(b, 4, 4, &v->ifindex);
	if (u_at(b, 11, 1, false, &len) && len <= 8 && 12 + len <= b->len)
		hardware_text(b->p + 12, len, false, v);
}

/* struct sockaddr_vm: family, reserved, port, context id. */
static void vsock_view(const struct bytes *b, struct sockaddr_view *v)
{
	uint32_t cid;

	v->has_port = host_at(b, 4, 4, &v->port);
	if (host_at(b, 8, 4, &cid))
		(void)snprintf(v->address, sizeof(v->address), "%u", cid);
}

/* struct sockaddr_alg: family, type[14], feature, mask, name[64]. */
static void alg_view(const struct bytes *b, struct sockaddr_view *v)
{
	v->alg_type = text_at(b, 2, 14);
	v->alg_name = text_at(b, 24, 64);
}

static void can_view(const struct bytes *b, struct sockaddr_view *v)
{
	(void)host_at(b, 4, 4, &v->ifindex);
}

/* The forms of a Bluetooth address differ by protocol, which is not in it. Of
 * the lengths only L2CAP's (14) and RFCOMM's (10) hold a device's address. */
static void bluetooth_view(const struct bytes *b, struct sockaddr_view *v)
{
	if (b->len == 14)
		hardware_text(b->p + 4, 6, true, v);
	else if (b->len == 10)
		hardware_text(b->p + 2, 6, true, v);
}

/* struct sockaddr_qrtr: family, node, port. */
static void qrtr_view(const struct bytes *b, struct sockaddr_view *v)
{
	uint32_t node;

	if (host_at(b, 4, 4, &node))
		(void)snprintf(v->address, sizeof(v->address), "%u", node);
	v->has_port = host_at(b, 8, 4, &v->port);
}

static const struct {
	uint16_t family;
	void (*view)(const struct bytes *b, struct sockaddr_view *v);
} families[] = {
	/* clang-format off */
	{ AF_UNIX,      unix_view },
	{ AF_INET,      inet_view },
	{ AF_INET6,     inet6_view },
	{ AF_NETLINK,   netlink_view },
	{ AF_PACKET,    packet_view },
	{ AF_CAN,       can_view },
	{ AF_BLUETOOTH, bluetooth_view },
	{ AF_ALG,       alg_view },
	{ AF_VSOCK,     vsock_view },
	{ AF_QIPCRTR,   qrtr_view },
	/* clang-format on */
};

int sockaddr_parse(struct span hex, bool is_little, struct sockaddr_view *ret)
{
	struct bytes b = { ret->bytes, hex.len / 2, is_little };
	uint32_t family;

	memset(ret, 0, sizeof(*ret));
	if (hex_decode(hex, ret->bytes, sizeof(ret->bytes)) < 0 ||
	    !host_at(&b, 0, 2, &family))
		return -EBADMSG;
	ret->len = b.len;
	ret->family = (uint16_t)family;
	ret->family_name = symbol_name(FIELD_FAMILY, 0, family);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (families[i].family == family)
			families[i].view(&b, ret);
	return 0;
}
