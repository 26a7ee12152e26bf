# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
# zlib: libelf reads compressed sections with it.

CC=$CC CFLAGS=$CFLAGS ./configure --static --prefix=/usr
make libz.a
install -D -m 644 libz.a "$PREFIX/lib/libz.a"
headers zlib.h zconf.h
