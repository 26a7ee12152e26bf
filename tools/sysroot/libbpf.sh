# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
# libbpf: loads eBPF programs.

mkdir obj # two jobs race for it
make -C src BUILD_STATIC_ONLY=1 NO_PKG_CONFIG=1 CC="$CC" AR=ar \
	CFLAGS="$CFLAGS" OBJDIR="$PWD/obj" DESTDIR="$SYSROOT" PREFIX=/usr \
	LIBDIR=/usr/lib install
