#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# gate.sh - what the gate adds to the start of a container.
#
# One bundle, as "linuxkit build" would lay it out (read-only root, no capability,
# the host's network), whose program is static and ends at once: "create", then
# "start", by runc, and by the gate in front of the same runc, and the same with
# crun where it is installed. The clock runs from create until the program has
# ended and "start" has returned; CPU is user and system time of everything that
# was started, the container and the gate's hook included, and a shell and a "cp"
# of config.json, which the gate edits. In one round each is measured in turn,
# TIMES starts (10); of ROUNDS (9) the middle one counts. RUNTIMES ("runc crun").
#
# "unlisted" is a container that the policy does not name and lets in: it goes
# through the gate unchanged. "policy" is one under Landlock, seccomp and without
# capabilities, with its session registered; it is measured only if it then cannot
# read /etc/shadow. As root. Neither the daemon nor audit takes part.

. "$(dirname "$0")/../lib.sh"
t_private "$@"
BIN=${STATIC:-$TOP/build/static/bin} # what a node has
. "$TOP/test/node.sh"
t_cgroup2_only
ROUNDS=${ROUNDS:-9} TIMES=${TIMES:-10}
SPAWN=$TOP/build/test/bench/spawn
t_tmpdir D

# ---- a node with one service ---------------------------------------------------
mkdir -p "$D/policies/services"
echo '{"unlisted":"allow","services":{"web":{"number":1}}}' \
	>"$D/policies/node.json"
n_policy /etc/hosts /bin >"$D/policies/services/web.json"
n_repo "$D" "$D/policies" || t_die "no bundle could be made"
n_image "$D"
"$BIN/bailiffd" arm 2>"$D/arm" || t_die "$(cat "$D/arm")"

# ---- its bundle, and the same without a name --------------------------------------
B=/run/bundles # a tmpfs, as with containerd
mkdir -p $B/web/rootfs/{bin,dev,etc,proc,sys,usr} $B/unlisted
cp "$ATTACKS/intruder" $B/web/rootfs/bin/
echo secret >$B/web/rootfs/etc/shadow
: >$B/web/rootfs/etc/ld.so.cache
config() { # BUNDLE ANNOTATIONS WORD...
	jq -n --argjson a "$2" '{readonly: true, annotations: $a}' \
		>"$D/label.json"
	"$TOP/test/oci-spec.sh" "$1" "$D/label.json" $B/web/rootfs \
		"${@:3}" >"$B/$1/config.before" || t_die "no bundle $1"
}
named='{"io.bailiff.service":"web"}'

cat >"$D/once" <<'END'
#!/bin/sh
# once RUNTIME BUNDLE: create and start, as a new container. The gate edits
# config.json, which containerd writes anew for each start.
exec </dev/null
cp "$2/config.before" "$2/config.json"
"$1" create --bundle "$2" "bench-$$" && "$1" start "bench-$$" >/dev/null
END
chmod 755 "$D/once"
clear_all() { # RUNTIME
	local id
	for id in $("$1" list -q); do
		"$1" delete --force "$id"
	done
}
runtime_is() { echo "runtime = $1" >/etc/bailiff/gate.conf; }

# ---- each holds, or is not measured -------------------------------------------------
declare -A reason
holds() { # RUNTIME
	local out
	runtime_is "$1"
	config web "$named" /bin/intruder read /etc/shadow
	config unlisted '{}' /bin/intruder read /etc/shadow
	out=$("$D/once" "$1" $B/web 2>&1)
	[[ $out = allowed* ]] || { reason[$1]="without the gate: $out"; return 1; }
	out=$("$D/once" "$GATE" $B/unlisted 2>&1)
	[[ $out = allowed* ]] || { reason[$1]="unlisted: $out"; return 1; }
	out=$("$D/once" "$GATE" $B/web 2>&1)
	[[ $out = denied* ]] || { reason[$1]="policy: $out"; return 1; }
}
runtimes=()
for name in ${RUNTIMES:-runc crun}; do
	runtime=$(command -v "$name") || {
		reason[$name]="not installed"
		continue
	}
	holds "$runtime" && runtimes+=("$runtime")
	clear_all "$runtime"
done

# ---- measuring --------------------------------------------------------------------
config web "$named" /bin/intruder exit 0
config unlisted '{}' /bin/intruder exit 0
measure() { # ROW RUNTIME-OR-GATE BUNDLE
	"$SPAWN" -e "$TIMES" "$D/once" "$2" "$B/$3" >>"$D/$1.row" 2>"$D/err" ||
		t_die "$1: a start failed: $(cat "$D/err")"
	clear_all "$2"
}
for _ in $(seq "$ROUNDS"); do
	for runtime in "${runtimes[@]}"; do
		runtime_is "$runtime"
		name=${runtime##*/}
		measure "$name" "$runtime" web
		measure "$name-unlisted" "$GATE" unlisted
		measure "$name-policy" "$GATE" web
	done
done

of() { # ROW COLUMN: "MEDIAN MIN MAX" of the rounds
	awk -v c="$2" '{ print $c }' "$D/$1.row" | sort -n |
		awk '{ v[NR] = $1 }
		END { print v[int((NR + 1) / 2)], v[1], v[NR] }'
}
echo "create and start of a container to its program's end, in milliseconds:" \
	"median of $ROUNDS rounds of $TIMES starts (range of the rounds)," \
	"$(runc --version | head -n 1), load $(cut -d ' ' -f 1 /proc/loadavg)" \
	"on $(nproc) processors"
for runtime in "${runtimes[@]}"; do
	name=${runtime##*/}
	bare="$(of "$name" 1) $(of "$name" 2)"
	while read -r row text; do
		echo "$bare $(of "$row" 1) $(of "$row" 2)" |
			awk -v text="$text" '{ printf "  %-34s wall %5.1f" \
			" (%.1f-%.1f) x%.2f %+.1f   cpu %5.1f (%.1f-%.1f) x%.2f %+.1f\n",
			text, $7 / 1e3, $8 / 1e3, $9 / 1e3, $7 / $1,
			($7 - $1) / 1e3, $10 / 1e3, $11 / 1e3, $12 / 1e3,
			$10 / $4, ($10 - $4) / 1e3 }'
	done <<-END
		$name $name
		$name-unlisted $name behind the gate, unlisted
		$name-policy $name behind the gate, policy
	END
done
for name in "${!reason[@]}"; do
	echo "  $name is not measured: ${reason[$name]}"
done
# shellcheck disable=SC2034 # lib.sh asks
t_ended=1
