#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# launcher.sh - start-up of bailiff-exec against a bare exec and the others.
#
# Each is asked for about the same: Landlock or a mount namespace with one
# readable and executable tree, no capabilities, a seccomp filter where it can.
# One run measures all of them in turn, ROUNDS times; the middle round counts.

cd "$(dirname "$0")/../.." || exit 111
if [ -z "$BAILIFF_TEST_NS" ]; then
	[ "$(id -u)" = 0 ] || { echo "launcher.sh: needs root" >&2; exit 1; }
	BAILIFF_TEST_NS=1 exec unshare -m --propagation private "$0" "$@"
fi
ROUNDS=${ROUNDS:-5} TIMES=${TIMES:-200}
SPAWN=$PWD/build/test/bench/spawn
EXEC=$PWD/build/bin/bailiff-exec
INTRUDER=$PWD/build/test/attacks/intruder

mount -t tmpfs none /run
install -d -m 0711 /run/bailiff
P=/run/bailiff/private
install -d -m 0700 -o 1899999999 -g 1899999999 $P $P/{policy,sessions,receipts} \
	$P/policy/1 $P/policy/1/services
echo 1 >$P/policy/current
build/test/attacks/mkartefact web 1 1 exec:"$INTRUDER" read:/usr bind:80 \
	deny:keyctl deny:bpf deny:mount >$P/policy/1/services/web.art

names=("bare exec" bailiff-exec bubblewrap minijail0 landrun)
command_of() {
	case $1 in
	"bare exec") echo "$INTRUDER exit 0" ;;
	bailiff-exec) echo "$EXEC --service web -- $INTRUDER exit 0" ;;
	bubblewrap) command -v bwrap >/dev/null &&
		echo "bwrap --ro-bind / / --cap-drop ALL $INTRUDER exit 0" ;;
	minijail0) command -v minijail0 >/dev/null &&
		echo "minijail0 -n -c 0 --fs-path-rx / $INTRUDER exit 0" ;;
	landrun) command -v landrun >/dev/null &&
		echo "landrun --rox / $INTRUDER exit 0" ;;
	esac
}

declare -A all
for _ in $(seq "$ROUNDS"); do
	for name in "${names[@]}"; do
		words=$(command_of "$name")
		[ -n "$words" ] || continue
		# shellcheck disable=SC2086
		all[$name]+="$("$SPAWN" "$TIMES" $words 2>/dev/null) "
	done
done
echo "median of $ROUNDS rounds of $TIMES starts, $(uname -r)"
bare=
for name in "${names[@]}"; do
	middle=$(tr ' ' '\n' <<<"${all[$name]}" | grep . | sort -n |
		sed -n "$(((ROUNDS + 1) / 2))p")
	if [ -z "$middle" ]; then
		printf '%-14s not available\n' "$name"
		continue
	fi
	[ -n "$bare" ] || bare=$middle
	awk -v n="$name" -v us="$middle" -v bare="$bare" 'BEGIN {
		printf "%-14s %6d us  x%.2f of a bare exec  +%d us\n",
			n, us, us / bare, us - bare }'
done
