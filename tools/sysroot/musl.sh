# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
# musl: the C library, and musl-cc, a wrapper around gcc that compiles and links
# against this sysroot alone.
#
# Debian's own musl-gcc makes a dynamic program out of -static-pie, in silence:
# its specs know -static only. Here static-pie is what comes out by itself.

CC=gcc AR=ar RANLIB=ranlib \
	CFLAGS="-O2 -fPIE $HARDEN $SECTIONS $MAP" ./configure --prefix=/usr \
	--syslibdir=/lib --disable-shared --target=x86_64-linux-musl
make
make DESTDIR="$SYSROOT" install

cat >"$SYSROOT/bin/musl-cc.specs" <<END
*startfile:
%{static:$PREFIX/lib/crt1.o;:$PREFIX/lib/rcrt1.o} $PREFIX/lib/crti.o \
%{static:crtbeginT.o%s;:crtbeginS.o%s}

*endfile:
%{static:crtend.o%s;:crtendS.o%s} $PREFIX/lib/crtn.o

*link:
-static %{!static:-pie --no-dynamic-linker -z text} -L$PREFIX/lib

*libgcc:
libgcc.a%s

*lib:
-lc
END
# The specs must come last.
cat >"$SYSROOT/bin/musl-cc" <<END
#!/bin/sh
exec gcc -nostdinc -isystem $PREFIX/include \
-isystem $(gcc -print-file-name=include) \
$MAP \
"\$@" -specs=$SYSROOT/bin/musl-cc.specs
END
chmod 755 "$SYSROOT/bin/musl-cc"
