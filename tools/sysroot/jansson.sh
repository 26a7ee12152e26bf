# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
# jansson: JSON.

sed -e 's/@json_inline@/inline/' -e 's/@json_have_long_long@/1/' \
	-e 's/@json_have_localeconv@/0/' -e 's/@json_have_[a-z]*_builtins@/1/' \
	src/jansson_config.h.in >src/jansson_config.h
grep -q '^#define JSON_PARSER_MAX_DEPTH' src/jansson_config.h ||
	define JSON_PARSER_MAX_DEPTH=64 >>src/jansson_config.h
: >src/jansson_private_config.h
library libjansson.a "-std=gnu99 -Isrc -DUSE_URANDOM=1 \
	-DINITIAL_HASHTABLE_ORDER=3 $(printf -- '-DHAVE_%s ' {STDINT,UNISTD}_H \
	SYS_{TIME,TYPES,PARAM}_H {FCNTL,SCHED,ENDIAN}_H OPEN CLOSE READ GETPID \
	GETTIMEOFDAY SCHED_YIELD ATOMIC_BUILTINS)" src/*.c
headers src/jansson.h src/jansson_config.h
