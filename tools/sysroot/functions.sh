# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# functions.sh - what the recipes of the sysroot share: flags, and how to
# unpack, compile and install. library.sh sources it in the directory in
# which the library is built, with $SYSROOT, $TOP, $NAME and $VERSION set.

export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=0
export PATH="$SYSROOT/bin:$PATH"
PREFIX=$SYSROOT/usr
SOURCES=$TOP/build/cache/sources

# No directory of the build may show in a result, so that it is the same
# wherever it is built. _FORTIFY_SOURCE is a no-op on musl and not claimed.
HARDEN='-fstack-clash-protection -fcf-protection=full'
SECTIONS="-ffunction-sections -fdata-sections \
-fno-asynchronous-unwind-tables -fno-unwind-tables"
MAP="-ffile-prefix-map=$SYSROOT/tree/= -ffile-prefix-map=$TOP=."
# An undeclared function once cut pointers to int, and the library "worked".
STRICT="-Werror=implicit-function-declaration -Werror=int-conversion \
-Wformat -Werror=format-security"
CFLAGS="-O2 -fPIE -fstack-protector-strong -ftrivial-auto-var-init=zero \
-fno-strict-overflow -fno-delete-null-pointer-checks $HARDEN $SECTIONS $STRICT"
CC=musl-cc

# The source with Debian's patches, in the present directory, which is empty.
unpack() {
	local file into=$PWD
	while read -r file; do
		case $file in
		*.dsc)
			rmdir "$into"
			dpkg-source --no-check --no-copy -x "$SOURCES/$file" "$into"
			cd "$into"
			;;
		*.deb) dpkg-deb -x "$SOURCES/$file" . ;;
		esac
	done < <(awk -v name="$NAME" -v version="$VERSION" \
		'$1 == name && $2 == version && !seen[$4]++ { print $4 }' \
		"$TOP/tools/sysroot/sources")
}

# A static library of C files, each compiled with FLAGS.
library() { # NAME.a FLAGS FILE...
	local name=$1 flags=$2 file object objects=()
	shift 2
	for file; do
		object=$(tr / _ <<<"${file%.c}").o
		# shellcheck disable=SC2086
		$CC $CFLAGS $flags -c -o "$object" "$file"
		objects+=("$object")
	done
	rm -f "$name"
	ar rcD "$name" "${objects[@]}"
	install -D -m 644 "$name" "$PREFIX/lib/$name"
}

# A configuration header of "NAME" or "NAME=VALUE"; without a value it is 1.
define() { # WORD...
	local word value
	for word; do
		value=${word#*=}
		[ "$value" != "$word" ] || value=1
		echo "#define ${word%%=*} $value"
	done
}

headers() { # FILE...
	install -D -m 644 -t "$PREFIX/include" "$@"
}

# A configure script of autoconf, for static libraries alone.
configure() { # OPTION...
	CC=$CC CFLAGS=$CFLAGS ./configure --host=x86_64-linux-musl \
		--build=x86_64-linux-gnu --prefix=/usr --disable-shared \
		--enable-static --disable-dependency-tracking "$@"
}
