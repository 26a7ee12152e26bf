#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 17-bombs.sh - documents that are small to write and would be large to compile
# (bombs.py) are refused in a clear sentence within a second of processor time:
# by compile, by build, and by a node, whose policy in force stands.
#
# BAILIFF_BOMB_SECONDS: of processor time (1; with sanitizers 10).
. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir
seconds=${BAILIFF_BOMB_SECONDS:-1}
[ -z "${BAILIFF_SAN:-}" ] || seconds=10

# spent CMD...: its exit code; user and system time in $dir/spent, in seconds.
spent() {
	local TIMEFORMAT='%U %S' status
	{ time "$@" >"$dir/said" 2>"$dir/errors"; } 2>"$dir/time"
	status=$?
	awk '{ print $1 + $2 }' "$dir/time" >"$dir/spent"
	return $status
}
in_time() { # [TIMES]: what spent() measured is below the limit
	awk -v limit="$seconds" -v times="${1:-1}" \
		'{ exit !($1 < limit * times) }' "$dir/spent" ||
		{ echo "$(cat "$dir/spent") s"; false; }
}
# sentence FILE: one line, perhaps a hint, of a length to be read.
sentence() {
	grep -q '^bailiff-bundle: ' "$1" && [ "$(wc -l <"$1")" -le 2 ] &&
		[ "$(wc -c <"$1")" -lt 900 ] || { head -c 2000 "$1"; false; }
}

mkdir "$dir/bombs"
python3 "$TOP/test/integration/bombs.py" "$dir/bombs" >"$dir/names" ||
	t_die "no bombs"
t_check 'there are bombs of all kinds' eval '[ "$(wc -l <"$dir/names")" -gt 30 ]'

# ---- compile -------------------------------------------------------------------
# Some are no more than large: these compile, in twice the time at most that
# others need to be refused.
large=' variables-definitions paths-alike paths-deep names-unknown
	conditions-few-with-many-values conditions-masks conditions-five-archs
	conditions-scattered '
compiled() { # NAME: refused in time with a sentence, or compiled
	local status
	spent timeout 30 "$BUNDLE" compile --service "$dir/bombs/$1.json" \
		--stage artefact --raw
	status=$?
	echo "exit $status"
	case $large in
	*[[:space:]]"$1"[[:space:]]*) [ $status = 0 ] && in_time 2 ;;
	*) [ $status = 1 ] && sentence "$dir/errors" && in_time ;;
	esac
}
while read -r name; do
	t_check "compile: $name" compiled "$name"
done <"$dir/names"
printed() { # NAME: the stages that print rules, too
	local stage
	for stage in ir checks optimised; do
		spent timeout 30 "$BUNDLE" compile --stage $stage \
			--service "$dir/bombs/$1.json"
		[ $? -le 1 ] && in_time || { echo "$stage"; return 1; }
	done
}
for name in paths-alike conditions-full conditions-one-call network-rules \
	names-unknown; do
	t_check "its stages are printed as quickly: $name" printed $name
done

# ---- lint ----------------------------------------------------------------------
fixed() { # NAME: the rules are looked for, or the document is refused
	cp "$dir/bombs/$1.json" "$dir/fix.json"
	spent timeout 30 "$BUNDLE" lint --fix "$dir/fix.json"
	[ $? -le 1 ] && in_time 2
}
for name in paths-alike conditions-each-call conditions-masks \
	conditions-scattered names-unknown; do
	t_check "lint --fix: $name" fixed $name
done

# ---- build ---------------------------------------------------------------------
policies=$dir/policies
mkdir -p "$policies/services"
echo '{"unlisted":"allow","services":{"web":{"number":1}}}' \
	>"$policies/node.json"
good='{"accept":["no-landlock","no-seccomp","no-capabilities"]}'
echo "$good" >"$policies/services/web.json"
t_check 'a bundle is made and signed' n_repo "$dir" "$policies"
n_image "$dir"
some='variables-1000-1000-1000 conditions-alternatives conditions-one-call
	conditions-each-call names network deep-arrays deep-objects tests'
built() { # NAME
	cp "$dir/bombs/$1.json" "$policies/services/web.json"
	spent timeout 30 "$BUNDLE" build --repo "$dir/repo" \
		--policies "$policies"
	[ $? = 1 ] && sentence "$dir/errors" && in_time
}
for name in $some; do
	t_check "build: $name" built "$name"
done

# ---- the node ------------------------------------------------------------------
n_start_ok 'the daemon becomes ready' /run/log
generation=$(n_get /v1/status | jq .generation)
worker=$(n_worker policy)
ticks() { # of the policy process so far
	awk '{ print $14 + $15 }' "/proc/$worker/stat"
}
reload() { # the status; the answer is in $dir/answer
	jq -cn --arg b "$dir/repo" '{bundle: $b}' |
		curl -s --max-time 60 --unix-socket /run/bailiff/control.sock \
			-o "$dir/answer" -w '%{http_code}' -d @- \
			http://bailiff/v1/reload
}
refused() { # NAME: by the node, in time, in a sentence, and nothing changed
	local before status
	cp "$dir/bombs/$1.json" "$policies/services/web.json"
	"$BUNDLE" build --unchecked --repo "$dir/repo" --policies "$policies" \
		>"$dir/said" 2>&1 && n_sign "$dir" || return
	before=$(ticks)
	status=$(reload)
	echo "$status $(cat "$dir/answer")"
	[ "$status" = 409 ] &&
		jq -e '.error | test("^services/web.json: |web.json")' \
			"$dir/answer" >"$dir/said" || return
	awk -v t=$(($(ticks) - before)) -v hz="$(getconf CLK_TCK)" \
		-v limit="$seconds" 'BEGIN { exit !(t / hz < limit) }' ||
		{ echo "$(($(ticks) - before)) ticks"; return 1; }
	[ "$(n_get /v1/status | jq .generation)" = "$generation" ] &&
		[ "$(n_worker policy)" = "$worker" ]
}
for name in $some; do
	case $name in deep-*) continue ;; esac # build --unchecked parses JSON
	t_check "the node refuses it: $name" refused "$name"
done
echo "$good " >"$policies/services/web.json"
t_check 'a good one is taken after them' eval '
	"$BUNDLE" build --unchecked --repo "$dir/repo" --policies "$policies" &&
	n_sign "$dir" && [ "$(reload)" = 200 ]'
t_done
