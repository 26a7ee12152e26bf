#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# launcher.sh - start-up of bailiff-exec against a bare exec and the others.
#
# Each is asked for about the same, says below for what, and is measured only if
# the started program then cannot read /etc/shadow. One round measures all of
# them in turn, TIMES starts each (100); of ROUNDS (15) the middle one counts.
# The started program is static and ends at once. As root; holds the audit lock,
# so that nobody's audit rules slow the starts down.

. "$(dirname "$0")/../lib.sh"
t_private "$@"
ROUNDS=${ROUNDS:-15} TIMES=${TIMES:-100}
SPAWN=$TOP/build/test/bench/spawn
INTRUDER=$ATTACKS/intruder
t_tmpdir D

# The same filter for each that takes one: keyctl, bpf and mount are EPERM.
insn() { # CODE JT JF K: one struct sock_filter
	local hex
	printf -v hex '%02x%02x%02x%02x%02x%02x%02x%02x' \
		$(($1 & 255)) $(($1 >> 8)) "$2" "$3" $(($4 & 255)) \
		$(($4 >> 8 & 255)) $(($4 >> 16 & 255)) $(($4 >> 24))
	# shellcheck disable=SC2001
	printf %b "$(sed 's/../\\x&/g' <<<"$hex")"
}
filter() {
	local call
	insn 0x20 0 0 0 # load the number
	for call in 250 321 165; do
		insn 0x15 0 1 $call
		insn 0x06 0 0 $((0x00050001))
	done
	insn 0x06 0 0 $((0x7fff0000))
}
filter >"$D/filter"

# What bailiffd would have published.
install -d -m 0711 /run/bailiff
P=/run/bailiff/private
install -d -m 0700 -o 1899999999 -g 1899999999 $P $P/{policy,sessions,receipts} \
	$P/policy/1 $P/policy/1/services
echo 1 >$P/policy/current
"$ATTACKS/mkartefact" web 1 1 exec:"$INTRUDER" read:/usr bind:80 \
	deny:keyctl deny:bpf deny:mount >$P/policy/1/services/web.art

# ---- the others --------------------------------------------------------------
peers=$("$TOP/test/bench/peers.sh" 2>"$D/why") || peers=
grep -v '^W:' "$D/why" >&2
lib=$peers/tree/usr/lib/x86_64-linux-gnu

# peer NAME: the command that starts it, through the loader it was built for
# where this machine's C library is older.
peer() {
	local program=$peers/tree/usr/bin/$1
	if command -v "$1"; then
		return
	elif [ -z "$peers" ] || [ ! -x "$program" ]; then
		return 1
	elif "$program" --help >/dev/null 2>&1; then
		echo "$program"
	else
		echo "$lib/ld-linux-x86-64.so.2 --library-path $lib $program"
	fi
}
minijail0=$(peer minijail0)
landrun=$(peer landrun)

names=("bare exec" bailiff-exec bubblewrap minijail0 landrun)
declare -A command asked
command["bare exec"]=$INTRUDER
asked["bare exec"]="nothing"
command[bailiff-exec]="$BIN/bailiff-exec --service web -- $INTRUDER"
asked[bailiff-exec]="Landlock: 2 paths, 1 port; seccomp; no capabilities;
	loginuid and registered session"
if command -v bwrap >/dev/null; then
	command[bubblewrap]="bwrap --ro-bind /usr /usr
		--ro-bind $INTRUDER $INTRUDER --cap-drop ALL --seccomp 9
		-- $INTRUDER"
fi
asked[bubblewrap]="mount namespace: 2 paths; the same seccomp; no capabilities"
if [ -n "$minijail0" ]; then
	command[minijail0]="$minijail0 -n -c 0 --ambient -T static
		--seccomp-bpf-binary=$D/filter --landlock-abi 5
		--fs-path-rx $INTRUDER --fs-path-ro /usr -- $INTRUDER"
fi
asked[minijail0]="Landlock: 2 paths; the same seccomp; no capabilities"
if [ -n "$landrun" ]; then
	command[landrun]="$landrun --best-effort --rox $INTRUDER --ro /usr
		--bind-tcp 80 -- $INTRUDER"
fi
asked[landrun]="Landlock: 2 paths, 1 port; it has no seccomp, no capabilities"

# usable NAME: it starts the program and confines it; else why not.
declare -A reason
usable() {
	local out
	if [ -z "${command[$1]:-}" ]; then
		out=$(grep '^peers.sh:\|^E:' "$D/why" | tail -n 1)
		reason[$1]=${out:-it is not installed}
		return 1
	fi
	# shellcheck disable=SC2086 # a command is several words
	if ! out=$(${command[$1]} exit 0 2>&1 9<"$D/filter"); then
		reason[$1]="it failed: $(tail -n 1 <<<"$out")"
		return 1
	fi
	[ "$1" != "bare exec" ] || return 0
	# shellcheck disable=SC2086
	out=$(${command[$1]} read /etc/shadow 2>&1 9<"$D/filter")
	case $out in
	denied*) return 0 ;;
	esac
	reason[$1]="it does not confine here: $out"
	return 1
}
measured=()
for name in "${names[@]}"; do
	usable "$name" && measured+=("$name")
done

# ---- measuring -----------------------------------------------------------------
t_audit_lock
for _ in $(seq "$ROUNDS"); do
	for name in "${measured[@]}"; do
		rm -f $P/sessions/*
		# shellcheck disable=SC2086
		"$SPAWN" -f "$D/filter" "$TIMES" ${command[$name]} exit 0 \
			>>"$D/$name" 2>"$D/err" ||
			reason[$name]="a start failed: $(tail -n 1 "$D/err")"
	done
done
# What the loader in front costs, on a program of this machine.
own=$(readelf -l /bin/true 2>/dev/null | sed -n 's/.*interpreter: \(.*\)]/\1/p')
direct=$("$SPAWN" "$TIMES" /bin/true)
through=$("$SPAWN" "$TIMES" "${own:-/lib64/ld-linux-x86-64.so.2}" /bin/true)
enabled=$(auditctl -s | awk '$1 == "enabled" { print $2 }')
t_audit_unlock

of() { # NAME COLUMN: "MEDIAN MIN MAX" of the rounds
	awk -v c="$2" '{ print $c }' "$D/$1" | sort -n |
		awk '{ v[NR] = $1 }
		END { print v[int((NR + 1) / 2)], v[1], v[NR] }'
}

echo "start-up, spawn to end, in microseconds: median of $ROUNDS rounds of" \
	"$TIMES starts (range of the rounds); Linux $(uname -r), audit enabled" \
	"$enabled, load" \
	"$(cut -d ' ' -f 1 /proc/loadavg)"
for name in "${names[@]}"; do
	if [ -n "${reason[$name]:-}" ]; then
		printf '  %-12s not available: %s\n' "$name" "${reason[$name]}"
		continue
	fi
	[ "$name" != "bare exec" ] || bare="$(of "$name" 1) $(of "$name" 2)"
	echo "$bare $(of "$name" 1) $(of "$name" 2)" |
		awk -v name="$name" '{
		printf "  %-12s wall %5d (%d-%d) x%.1f +%d   cpu %5d (%d-%d)" \
			" x%.1f +%d\n", name, $7, $8, $9, $7 / $1, $7 - $1, \
			$10, $11, $12, $10 / $4, $10 - $4 }'
done
echo "  where the load is not far below $(nproc), read cpu, and of wall the lowest"
echo "asked for:"
for name in "${measured[@]}"; do
	echo "  $name: $(tr -s '\t\n' '  ' <<<"${asked[$name]}")"
done
case $minijail0$landrun in
*ld-linux*)
	echo "  minijail0 and landrun are Debian sid's, through sid's own ld.so and C"
	echo "  library, since this machine's is older; /bin/true through ld.so takes" \
		"${through% *} us, directly ${direct% *} us"
	;;
esac
[ ! -s "$peers/versions" ] || paste -sd ',' "$peers/versions" | sed 's/^/  /'
# shellcheck disable=SC2034 # lib.sh asks
t_ended=1
