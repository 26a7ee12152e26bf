# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
# libmicrohttpd: HTTP on the sockets. It compiles with threads only; none is
# started.

configure --disable-doc --disable-examples --disable-tools --disable-curl \
	--disable-https --without-gnutls --disable-bauth --disable-dauth \
	--disable-httpupgrade --disable-cookie --disable-postprocessor \
	--with-threads=posix --enable-epoll=yes
make -C src/microhttpd libmicrohttpd.la
install -D -m 644 src/microhttpd/.libs/libmicrohttpd.a \
	"$PREFIX/lib/libmicrohttpd.a"
headers src/include/microhttpd.h
