#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# decode.sh - an audit log decoded to JSON: records per second of CPU time.
#
# EVENTS (240000) events of eight templates, as many of each, 4.9 lines an event
# with their EOE; RUNS (3) times each reader in turn, the best run counts, since
# others use this machine too. CPU is user and system time; "file" and "null" say
# where the output goes. laurel is Debian sid's, with sid's C library and
# nothing taken from /proc (test/peers/audit/fetch.sh; left out when apt cannot
# reach Debian). ausearch has no JSON and writes CSV and its own text; it gets a
# twentieth of the log. Peak memory is that of a reader of a pipe; ausearch's is
# for its twentieth.

. "$(dirname "$0")/../lib.sh"
t_tmpdir D
EVENTS=${EVENTS:-240000} RUNS=${RUNS:-3}
"$TOP/build/test/bench/decode_load" "$EVENTS" >"$D/log" || exit
records=$(wc -l <"$D/log")
head -n $((records / 20)) "$D/log" >"$D/log20"

laurel=$("$TOP/test/peers/audit/fetch.sh") && laurel=$laurel/laurel || laurel=

# cpu OUTPUT CMD...: "microseconds kilobytes" of one run.
cpu() {
	python3 - "$@" <<'END'
import os, resource, sys
out = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ,
                      file_actions=[(os.POSIX_SPAWN_DUP2, out, 1)])
_, status, usage = os.wait4(pid, 0)
if status != 0:
    sys.exit(f"{sys.argv[2]} failed: {status}")
print(round((usage.ru_utime + usage.ru_stime) * 1e6), usage.ru_maxrss)
END
}

declare -A best memory
run() { # NAME OUTPUT CMD...
	local name=$1 took
	shift
	took=$(cpu "$@") || t_die "$name did not run"
	memory[$name]=${took#* }
	took=${took% *}
	[ -n "${best[$name]:-}" ] && [ "${best[$name]}" -le "$took" ] ||
		best[$name]=$took
}
for ((i = 0; i < RUNS; i++)); do
	run json-null /dev/null "$BIN/bailiffctl" --json decode "$D/log"
	run json-file "$D/out" "$BIN/bailiffctl" --json decode "$D/log"
	run raw-null /dev/null "$BIN/bailiffctl" decode --raw "$D/log"
	run text-null /dev/null "$BIN/bailiffctl" decode "$D/log"
	run laurel-form /dev/null "$BIN/bailiffctl" decode --format laurel "$D/log"
	# shellcheck disable=SC2016 # the inner shell's
	[ -z "$laurel" ] || run laurel-0.8 /dev/null \
		sh -c 'exec "$0" <"$1" 2>"$1.err"' "$laurel" "$D/log"
	command -v ausearch >/dev/null || continue
	run ausearch-csv /dev/null ausearch -if "$D/log20" --format csv
	run ausearch-i /dev/null ausearch -if "$D/log20" --interpret
done
kept=$(grep -c '"complete":true' "$D/out")
[ "$kept" -eq "$EVENTS" ] || t_die "$kept of $EVENTS events came out whole"

# peak NAME CMD...: the most memory that it had while it read a pipe.
peak() {
	local name=$1 reader
	shift
	rm -f "$D/pipe"
	mkfifo "$D/pipe"
	"$@" <"$D/pipe" >/dev/null 2>"$D/err" &
	reader=$!
	exec 7>"$D/pipe"
	cat "$D/log" >&7
	memory[$name]=$(awk '/^VmHWM/ { print $2 }' "/proc/$reader/status")
	exec 7>&-
	wait "$reader"
}
peak json-null "$BIN/bailiffctl" --json decode
[ -z "$laurel" ] || peak laurel-0.8 "$laurel"

echo "decode: $records records, $(stat -c %s "$D/log") bytes"
rate() { # NAME RECORDS
	[ -z "${best[$1]:-}" ] || awk -v n="$1" -v us="${best[$1]}" -v r="$2" '
		BEGIN { printf "  %-13s %9.0f records/s %7.3f us/record\n", n,
			r * 1e6 / us, us / r }'
}
for name in json-null json-file raw-null text-null laurel-form laurel-0.8; do
	rate "$name" "$records"
done
for name in ausearch-csv ausearch-i; do
	rate "$name" $((records / 20))
done
for name in json-null laurel-0.8 ausearch-i; do
	[ -z "${memory[$name]:-}" ] ||
		printf '  peak memory   %-12s %s KB\n' "$name" "${memory[$name]}"
done
t_ended=1
