# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
# elfutils: libelf alone, without its configure, which wants more than libelf.

{
	define HAVE_{ERR_H,STDATOMIC_H,VISIBILITY,FALLTHROUGH,MREMAP} \
		HAVE_DECL_{MEMRCHR,MEMPCPY,REALLOCARRAY,POWEROF2} \
		HAVE_DECL_RAWMEMCHR=0 PACKAGE_NAME='"elfutils"' USE_ZLIB
	echo '#include <eu-config.h>'
} >config.h
sources=$(sed -n '/^libelf_a_SOURCES/,/[^\\]$/p' libelf/Makefile.am |
	grep -oE '[a-z0-9_]+\.c')
more=
[ ! -e lib/eu-search.c ] || more=lib/eu-search.c
library libelf.a '-std=gnu99 -DHAVE_CONFIG_H -D_GNU_SOURCE -I. -Ilib -Ilibelf' \
	$(printf 'libelf/%s ' $sources) $more
headers libelf/{libelf,gelf,nlist}.h
