#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# deps.sh - install the Debian packages that are missing; silent when none is.
#
# No service is started, now or at the next boot: the packages are here for
# their programs. Exit: 0 everything is there, 111 apt could not install it.

set -u

# package            why
packages='
gcc                  the compiler
libc6-dev            the C library
linux-libc-dev       kernel headers
musl-tools           the launcher is static against musl
dpkg-dev             unpacks the sources of the static build
patch                applies the patches of Debian to them
perl                 OpenSSL is configured by it
gperf                the table of system calls in libseccomp
bzip2                an archive of sources
xz-utils             another
binutils             archives, stripping, readelf
clang                second compiler, fuzzing
libclang-rt-14-dev   sanitizers and libFuzzer of clang
clang-format         the style check
mandoc               man pages are checked
libaudit-dev         audit rules are parsed and sent by it
libseccomp-dev       system call numbers; an oracle in tests
libbpf-dev           BPF LSM is tried, not only looked up
libcap-ng-dev        capability names
libjansson-dev       JSON
libmicrohttpd-dev    the sockets
libssl-dev           signatures, hashes
libcurl4-openssl-dev the conformance client asks web servers
openssl              an oracle in tests
util-linux           unshare, flock, setsid
procps               ps
libcap2-bin          setcap: a program with file capabilities
iproute2             ip, ss
curl                 speaks to the sockets
jq                   reads JSON in tests
xxd                  hexadecimal signatures in tests
bsdutils             script: a terminal for a ceremony
python3              writes the audit tables; an oracle in tests
python3-prometheus-client parses the metrics in a test
python3-cffi-backend the Python client stands on it
auditd               auditctl; the bench measures against it
runc                 the runtime behind the gate
crun                 another one
bubblewrap           the bench measures against it
nginx                a service
redis-server         a service
redis-tools          its client
postgresql           a service; its installation makes a cluster, stopped
openssh-server       a service; its installation makes host keys
openssh-client       ssh, sftp
rsyslog              a collector
softhsm2             a token for signing keys
qemu-system-x86      other kernels
busybox-static       userland of a guest and of a container
cpio                 initramfs of a guest
buildah              builds the image
mmdebstrap           the base that the image is built on
skopeo               copies the image out of the store
umoci                unpacks it
python3-yaml         reads build.yml
strace               what a test may need to see
'
# Packages that carry a service, with its name where it has another; those
# installed here stay disabled.
services='auditd nginx redis-server rsyslog postgresql openssh-server=ssh'

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]
}

missing=()
while read -r package _; do
	[ -z "$package" ] || installed "$package" || missing+=("$package")
done <<<"$packages"
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "deps: missing: ${missing[*]}"
	echo "deps: run \"sudo make deps\" to install them"
	exit 111
fi
echo "deps: installing ${missing[*]}"

# Debian's scripts ask policy-rc.d before they start a service. A refusing one
# is bound over it in a mount namespace of apt's own, so that nothing remains
# of it; where there is none, a mount point is made that says yes meanwhile.
rc=/usr/sbin/policy-rc.d
refuse=$(mktemp) || exit 111
made=
trap 'rm -f "$refuse"; [ -z "$made" ] || rm -f "$rc"' EXIT
trap 'exit 130' INT TERM HUP
printf '#!/bin/sh\nexit 101\n' >"$refuse" && chmod 755 "$refuse"
if [ ! -e "$rc" ]; then
	made=1
	printf '#!/bin/sh\nexit 0\n' >"$rc" && chmod 755 "$rc"
fi
apt() {
	# shellcheck disable=SC2016
	DEBIAN_FRONTEND=noninteractive unshare -m --propagation private \
		sh -c 'mount --bind "$1" "$2" && shift 2 && exec apt-get -qq "$@"' \
		sh "$refuse" "$rc" -o Dpkg::Use-Pty=0 "$@" </dev/null
}
log=$(mktemp) || exit 111
if ! { apt update; apt install --no-install-recommends -y "${missing[@]}"; } \
	>"$log" 2>&1; then
	echo "deps: apt-get failed; its last lines:"
	tail -n 20 "$log"
	rm -f "$log"
	exit 111
fi
rm -f "$log"
for service in $services; do
	case " ${missing[*]} " in
	*" ${service%=*} "*)
		update-rc.d "${service#*=}" disable >/dev/null 2>&1
		;;
	esac
done
echo "deps: done; no service was started or enabled"
