#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# redis-rootfs.sh DIR - make an OCI bundle of the installed redis-server.
#
# DIR/rootfs holds the program, the libraries it needs, /bin/sh (busybox) and
# the intruder of test/attacks as /bin/intruder; DIR/config.json is as LinuxKit
# writes it for a service: uid 0 without capabilities, own pid and mount
# namespaces, the host's network, a writable root, nothing else that protects.
# Redis's data is in /data. INTRUDER=FILE names another intruder, PORT= another
# port (6379). Exit: 0, 2 wrong usage, 111 something is missing.

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
intruder=${INTRUDER:-$top/build/test/attacks/intruder}
port=${PORT:-6379}
[ $# -eq 1 ] || { echo "usage: redis-rootfs.sh DIR" >&2; exit 2; }

fail() {
	echo "redis-rootfs.sh: $*" >&2
	exit 111
}

put() { # FILE DEST, with the libraries it needs
	local library
	mkdir -p "$root$(dirname "$2")"
	cp -L "$1" "$root$2" || fail "cannot copy $1"
	ldd "$1" 2>/dev/null | grep -oE '/[^ ]+' | while read -r library; do
		mkdir -p "$root$(dirname "$library")"
		cp -L "$library" "$root$library"
	done
}

redis=$(command -v redis-server) || fail "redis-server is not installed"
busybox=$(command -v busybox) || fail "busybox is not installed"
[ -x "$intruder" ] || fail "$intruder is missing: run \"make tools\""
mkdir -p "$1" || fail "cannot make $1"
root=$(cd "$1" && pwd)/rootfs
mkdir -p "$root"/{bin,data,dev,etc,proc,sys,tmp} ||
	fail "cannot write to $root"

put "$redis" /usr/bin/redis-server
put "$busybox" /bin/busybox
ln -sf busybox "$root/bin/sh"
put "$intruder" /bin/intruder
cat >"$root/etc/passwd" <<'END'
root:x:0:0:root:/:/bin/sh
END
cat >"$root/etc/group" <<'END'
root:x:0:
END
echo 'root:*:19000:0:99999:7:::' >"$root/etc/shadow"
chmod 600 "$root/etc/shadow"

cat >"${root%/rootfs}/config.json" <<END
{
	"ociVersion": "1.0.2",
	"hostname": "redis",
	"root": { "path": "rootfs" },
	"process": {
		"terminal": false,
		"user": { "uid": 0, "gid": 0 },
		"cwd": "/data",
		"env": [ "PATH=/usr/bin:/bin", "HOME=/data" ],
		"args": [ "/usr/bin/redis-server", "--bind", "127.0.0.1",
			"--port", "$port", "--dir", "/data",
			"--save", "", "--appendonly", "no" ],
		"capabilities": {}
	},
	"mounts": [
		{ "destination": "/proc", "type": "proc", "source": "proc" },
		{ "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
			"options": [ "nosuid", "mode=755", "size=65536k" ] },
		{ "destination": "/tmp", "type": "tmpfs", "source": "tmpfs",
			"options": [ "nosuid", "nodev", "mode=1777" ] },
		{ "destination": "/data", "type": "tmpfs", "source": "tmpfs",
			"options": [ "nosuid", "nodev", "mode=755" ] },
		{ "destination": "/sys", "type": "none", "source": "/sys",
			"options": [ "rbind", "ro", "nosuid", "nodev",
				"noexec" ] }
	],
	"linux": {
		"namespaces": [
			{ "type": "pid" }, { "type": "mount" },
			{ "type": "ipc" }, { "type": "uts" }
		]
	}
}
END
