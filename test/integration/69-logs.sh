#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 69-logs.sh - where the daemon's lines go: to a stream of its own at memlogd
# (an imitation of it), and to standard error; and that nobody who does not
# read can hold it up.
#
# seconds: 90

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"
t_private "$@"
# shellcheck source=test/node.sh
. "$TOP/test/node.sh"
t_tmpdir dir
MEMLOGD=$TOP/build/test/vm/memlogd
# Nothing is set in the kernel's audit.
export N_OPTIONS=--observe

mkdir -p "$dir/policies/services"
n_policy >"$dir/policies/services/web.json"
echo '{"unlisted":"allow","services":{"web":{"number":1}}}' \
	>"$dir/policies/node.json"
n_repo "$dir" "$dir/policies" || t_die "no bundle"
n_image "$dir"

# It goes into the background: the one in this mount namespace is ours.
memlogd_begin() {
	local pid
	"$MEMLOGD" || t_die "no memlogd"
	for pid in $(pgrep -x memlogd); do
		[ "/proc/$pid/ns/mnt" -ef /proc/self/ns/mnt ] && LOGGER=$pid
	done
	[ -n "$LOGGER" ] || t_die "memlogd is not there"
	t_cleanup "kill -KILL $LOGGER 2>/dev/null || :"
}
kept() { "$MEMLOGD" --dump | jq -r 'select(.source == "bailiff") | .msg'; }
keeps() { kept | grep -q -- "$1"; }
count() { kept | grep -c -- "$1"; }
answers() { n_get /v1/status | jq -e .pid >/dev/null; }
# lines N: the supervisor writes at least so many; a reload in vain is a few.
lines() {
	local i
	for ((i = 0; i < $1; i++)); do
		kill -HUP "$DAEMON" && sleep 0.002
	done
}

# ---- memlogd ----------------------------------------------------------------

memlogd_begin
n_start_ok "with memlogd the daemon starts" /run/log
t_check "its lines are memlogd's, under its name" \
	t_wait_for keeps "^level=info process=supervisor msg=ready bundle=1"
t_has "and standard error's" "$(cat /run/log)" "msg=ready bundle=1"
mv /etc/bailiff/bundle /etc/bailiff/away
ship=$(n_worker ship)
kill -KILL "$ship"
t_check "what is written later too" t_wait_for keeps "worker ended.*worker=ship"
mv /etc/bailiff/away /etc/bailiff/bundle

kill -STOP "$LOGGER"
rm -rf /etc/bailiff/bundle
lines 700
t_check "a memlogd that stands still holds up nothing" \
	timeout 5 bash -c ". $TOP/test/node.sh; n_get /v1/status | jq -e .pid"
kill -CONT "$LOGGER"
t_check "it has what came until then" t_wait_for keeps "no reload\|refused"
kill -KILL "$LOGGER"
lines 3
t_check "nor does one that has ended" answers
t_end "$DAEMON"
t_is "the lines are below memlogd's 1,024 bytes" \
	"$(awk 'length($0) >= 1000' /run/log | wc -l)" 0

# ---- a pipe, as LinuxKit's service makes one -----------------------------------

rm -f /run/linuxkit-external-logging.sock /run/memlogdq.sock
n_image "$dir"
memlogd_begin
mkfifo /run/pipe
t_start READER /run/pipe.out cat /run/pipe
n_start_ok "with memlogd and a pipe it starts" /run/pipe
t_check "memlogd has its lines" t_wait_for keeps msg=ready
t_is "once" "$(count msg=ready)" 1
t_is "and nothing is in the pipe, which memlogd would read as well" \
	"$(cat /run/pipe.out)" ""
t_end "$DAEMON"
kill -KILL "$LOGGER"

# ---- a pipe that nobody reads ---------------------------------------------------

rm -f /run/linuxkit-external-logging.sock /run/memlogdq.sock /run/pipe
mkfifo /run/pipe
exec 8<>/run/pipe
n_start_ok "into a pipe that nobody reads it starts" /run/pipe
rm -rf /etc/bailiff/bundle
lines 700
t_check "when that is full it still answers" answers
t_check "and restarts a process that ended" eval '
	old=$(n_worker policy) && kill -KILL "$old" &&
	t_wait_for eval "[ \"\$(n_worker policy)\" != \"$old\" ] && answers"'
timeout 1 cat <&8 >/run/read
lines 3
timeout 1 cat <&8 >>/run/read
t_has "what was lost is counted, and said when somebody reads" \
	"$(grep -a 'process=supervisor msg="log lines were lost' /run/read)" \
	" lost="
t_done
