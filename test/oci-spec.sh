#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# oci-spec.sh NAME LABEL.json ROOTFS [CMD...] - the config.json that LinuxKit
# makes of an image's label: what runs is CMD, or else the label's "command".
#
#	tools/image-label build.yml >label.json
#	test/oci-spec.sh bailiff label.json rootfs /usr/sbin/bailiffd >config.json
#
# NAME is for messages: a container is called what its runtime is told. What
# stands under "runtime" is for whoever starts the container, before. Refused,
# since nobody here needs them: devices, resources, rlimits, ids by name.
# Exit: 0, 1 the label cannot be translated, 2 wrong usage.

set -u
[ $# -ge 3 ] || {
	echo "usage: oci-spec.sh NAME LABEL.json ROOTFS [CMD...]" >&2
	exit 2
}
name=$1 label=$2 rootfs=$3
shift 3

# LinuxKit's defaults: a mount and a pid namespace of its own, everything else
# the host's, no capability, no seccomp, nothing masked, and no cgroup
# namespace. Mounts stand in the order of their depth, then of their names.
# shellcheck disable=SC2016
jq --arg name "$name" --arg rootfs "$rootfs" '
def refuse($what): error("oci-spec.sh: \($name): \($what)");
def pick($keys): with_entries(select(.key | IN($keys[])));
def only($known): (keys - $known) as $rest
	| if $rest != [] then refuse("not translated: \($rest)") else . end;
def mount($to; $type; $options):
	{destination: $to, type: $type, source: $type, options: $options};
def tmpfs: split(":") | if length > 2 then refuse("tmpfs \(.)") else . end
	| mount(.[0]; "tmpfs"; (.[1] // "") | split(","));
def bind: split(":")
	| if length < 2 or length > 3 then refuse("bind \(.)") else . end
	| mount(.[1]; "bind"; if .[2] then (.[2] | split(",")) + ["rbind"]
		else ["rw", "rbind", "rshared"] end) + {source: .[0]};
def namespace($type; $value):
	if $value == "host" or $value == "root" then empty
	elif $value == "new" or $value == "none" then {type: $type}
	else {type: $type, path: $value} end;
def all_caps: "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID
	SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN
	NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE
	SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
	SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP
	MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON
	BPF CHECKPOINT_RESTORE" | [splits("\\s+")] | map("CAP_" + .);
def caps: (. // []) | if length != 1 then .
	elif (.[0] | ascii_downcase) == "none" then []
	elif (.[0] | ascii_downcase) == "all" then all_caps else . end;

only(["capabilities", "ambient", "binds", "mounts", "tmpfs", "command", "env",
	"cwd", "net", "pid", "ipc", "uts", "userns", "hostname", "readonly",
	"maskedPaths", "readonlyPaths", "uid", "gid", "additionalGids",
	"noNewPrivileges", "oomScoreAdj", "rootfsPropagation", "cgroupsPath",
	"annotations", "runtime", "sysctl"])
| (.readonly // false) as $readonly
| (if $readonly then ["ro"] else [] end) as $ro
| (.capabilities | caps) as $caps
| (.ambient | caps) as $ambient
| ($caps + $ambient | unique) as $bounding
| (if $ARGS.positional != [] then $ARGS.positional else .command end) as $args
| if ($args // []) == [] then refuse("no command") else . end
| {
	ociVersion: "1.0.2",
	process: ({
		terminal: false,
		user: ({uid: (.uid // 0), gid: (.gid // 0)} +
			pick(["additionalGids"])),
		args: $args,
		env: (.env // ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]),
		cwd: (.cwd // "/"),
		capabilities: {bounding: $bounding, effective: $caps,
			inheritable: $bounding, permitted: $bounding,
			ambient: $ambient}
	} + pick(["noNewPrivileges", "oomScoreAdj"])),
	root: {path: $rootfs, readonly: $readonly},
	mounts: ([
		mount("/proc"; "proc"; ["nosuid", "nodev", "noexec", "relatime"]),
		mount("/dev"; "tmpfs"; ["nosuid", "strictatime", "mode=755",
			"size=65536k"] + $ro),
		mount("/dev/pts"; "devpts"; ["nosuid", "noexec", "newinstance",
			"ptmxmode=0666", "mode=0620"]),
		mount("/sys"; "sysfs"; ["nosuid", "noexec", "nodev"] + $ro),
		mount("/sys/fs/cgroup"; "cgroup"; ["nosuid", "noexec", "nodev",
			"relatime", "ro"])
	] + (.tmpfs // [] | map(tmpfs)) + (.binds // [] | map(bind))
		+ (.mounts // [])
		| group_by(.destination) | map(last)
		| sort_by([(.destination | split("/") | length), .destination])),
	linux: ({
		namespaces: [
			namespace("network"; .net // "host"),
			namespace("ipc"; .ipc // "host"),
			namespace("uts"; .uts // "host"),
			namespace("pid"; .pid // "new"),
			namespace("user"; .userns // "host"),
			{type: "mount"}],
		resources: {}
	} + pick(["cgroupsPath", "sysctl", "rootfsPropagation", "maskedPaths",
		"readonlyPaths"]))
} + pick(["hostname", "annotations"])
' "$label" --args -- "$@" || exit 1
