# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# guest.sh - for scenarios: they run on the node, as its root, when everything
# has been started. Source it first; it brings lib.sh (TAP).
#
#	service_start NAME, service_stop NAME, service_restart NAME
#	is_running NAME             its task runs; pid_of NAME is its process
#	in_service NAME CMD...      a process in it, through the gate (ctr t exec)
#	log_of NAME                 what it wrote, from memlogd or its file
#	logs                        all that memlogd keeps, a line of JSON each
#	console_of                  the kernel's messages
#
# $KERNEL is the kernel's name, $LSM its lsm=, $TIER_WANTED what bailiffctl
# doctor must call it. bailiffctl is in the PATH; /run and /tmp can be written
# (noexec), nothing else.

. "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
NS=services.linuxkit
CTL=/usr/bin/bailiffctl

service_start() { service start "$1"; }
service_stop() { service stop "$1"; }
service_restart() { service restart "$1"; }

# ctr takes seconds to start in an emulated machine: what needs none has none.
pid_of() { # NAME
	cat "/run/containerd/io.containerd.runtime.v2.task/$NS/$1/init.pid"
}

is_running() { # NAME
	local pid
	pid=$(pid_of "$1" 2>/dev/null) && [ -e "/proc/$pid/exe" ]
}

in_service() { # NAME CMD...
	local name=$1
	shift
	ctr -n $NS tasks exec --exec-id "e$$.$RANDOM$RANDOM" "$name" "$@" \
		</dev/null
}

logs() { memlogd --dump; }

log_of() { # NAME
	if [ -S /run/memlogdq.sock ]; then
		logs | jq -r --arg name "$1" 'select(.source == $name) | .msg'
	else
		cat "/var/log/$1.log"
	fi
}

console_of() { dmesg; }

# bailiff answers on its socket.
is_ready() {
	"$CTL" status --json | jq -es \
		'length == 1 and ([.[0].workers[].ready] | all)' >/dev/null
}

page() { [ "$(curl -sf --max-time 10 http://127.0.0.1/)" = "served by nginx" ]; }
key() { [ "$(redis-cli -p 6379 set demo 1)" = OK ]; }
