# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# node.sh - a node as its owner sets it up: keys, a signed bundle, the daemon.
# For scripts that have sourced lib.sh and run inside t_private.
#
#	n_keys DIR                    four keys and a passphrase in DIR/keys
#	n_repo DIR POLICIES           DIR/repo: a repository, first version signed
#	n_next DIR POLICIES [OPTION]  a further version of it; neither tries
#	                              whether it compiles: a node must find out
#	n_image DIR                   what the image carries: root.json, bundle
#	n_start [LOG]                 bailiffd, until it is ready; pid in $DAEMON;
#	                              N_BEFORE="..." goes in front of the command,
#	                              N_OPTIONS="..." behind it

BUNDLE=$BIN/bailiff-bundle
CTL=$BIN/bailiffctl
EXEC=$BIN/bailiff-exec
GATE=$BIN/bailiff-gate
export BUNDLE CTL EXEC GATE
# bailiffd's confinement keeps the sanitizer from looking for leaks at its end;
# the unit tests look for them.
[ -z "${BAILIFF_SAN:-}" ] || export ASAN_OPTIONS=detect_leaks=0

n_keys() {
	local role
	mkdir -p "$1/keys"
	(umask 077 && echo "correct horse battery" >"$1/pass")
	for role in root targets snapshot timestamp; do
		"$BUNDLE" keygen --key "$1/keys/$role.pem" \
			--passphrase-file "$1/pass" >/dev/null || return
	done
}

n_sign() { # DIR [PUBLISH-OPTION...]
	local dir=$1
	shift
	"$BUNDLE" sign --repo "$dir/repo" --role targets \
		--key "$dir/keys/targets.pem" --passphrase-file "$dir/pass" \
		>/dev/null || return
	"$BUNDLE" publish --unchecked --repo "$dir/repo" \
		--snapshot-key "$dir/keys/snapshot.pem" \
		--timestamp-key "$dir/keys/timestamp.pem" \
		--passphrase-file "$dir/pass" "$@" >/dev/null
}

n_repo() { # DIR POLICIES
	[ -d "$1/keys" ] || n_keys "$1" || return
	"$BUNDLE" init --repo "$1/repo" --root-key "$1/keys/root.pem" \
		--targets-key "$1/keys/targets.pem" \
		--snapshot-key "$1/keys/snapshot.pem" \
		--timestamp-key "$1/keys/timestamp.pem" \
		--passphrase-file "$1/pass" >/dev/null || return
	"$BUNDLE" build --unchecked --repo "$1/repo" --policies "$2" \
		>/dev/null || return
	n_sign "$1"
}

n_next() { # DIR POLICIES [PUBLISH-OPTION...]
	local dir=$1 policies=$2
	shift 2
	"$BUNDLE" build --unchecked --repo "$dir/repo" --policies "$policies" \
		>/dev/null || return
	n_sign "$dir" "$@"
}

n_image() { # DIR
	mkdir -p /etc/bailiff
	cp "$1/repo/1.root.json" /etc/bailiff/root.json
	rm -rf /etc/bailiff/bundle
	cp -r "$1/repo" /etc/bailiff/bundle
}

n_start() { # [LOG]
	local log=${1:-/run/bailiffd.log} fifo line
	fifo=$(mktemp -u /run/ready.XXXXXX)
	mkfifo "$fifo"
	${N_BEFORE:-} "$BIN/bailiffd" ${N_OPTIONS:-} --ready-fd 9 9>"$fifo" >>"$log" 2>&1 </dev/null &
	DAEMON=$!
	t_cleanup "t_end $DAEMON"
	read -r -t 20 line <"$fifo"
	rm -f "$fifo"
	[ "$line" = READY ]
}

n_worker() { # ROLE: the pid of that process of $DAEMON
	pgrep -P "$DAEMON" -f -- "--role $1"
}

# A small policy of one service, for any kernel with Landlock: it may also read
# FILE, and execute what is below DIR.
n_policy() { # [FILE [DIR]]
	local file=${1:+,\"$1\"} dir=${2:+,\"$2\"}
	cat <<END
{"landlock":{"abi":2,"ruleset":[{"handledAccessFs":["abi.all"]}],
"pathBeneath":[{"allowedAccess":["abi.read_execute"],"parent":["/usr"$dir]},
{"allowedAccess":["read_file"],"parent":["/etc/ld.so.cache"$file]}]},
"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
{"names":["ptrace","keyctl"],"action":"SCMP_ACT_ERRNO"}]},
"capabilities":{}}
END
}

n_get() { # PATH: from the control socket
	curl -s --max-time 10 --unix-socket /run/bailiff/control.sock \
		"http://bailiff$1"
}

# Not through t_check, which runs its command in a subshell.
n_start_ok() { # SENTENCE LOG
	if n_start "$2"; then
		ok "$1"
	else
		not_ok "$1" "$(tail -n 5 "$2")"
	fi
}
