#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# image.sh - build the LinuxKit image of the Dockerfile and build.yml, with no
# registry and no container daemon: the base is made of Debian's packages, from
# wherever this machine's apt gets them.
#
# It lies in build/image/oci afterwards, an OCI layout that "linuxkit cache
# import" takes as a tar; $REFERENCE is the name it has there. Layers are kept in build/cache/image: when nothing
# changed this takes seconds. What the build said is in build/image/log.
# Exit: 0, 111 it cannot be done.

set -u
umask 022
cd "$(dirname "$0")/.." || exit 111
# Mounts of the store end with this script, however it ends.
[ -n "${IMAGE_PRIVATE:-}" ] ||
	IMAGE_PRIVATE=1 exec unshare -m --propagation private "$0" "$@"

readonly CACHE=$PWD/build/cache/image OUT=$PWD/build/image
readonly LOG=$OUT/log STORE_MAX_KB=4000000
fail() {
	echo "image: $*" >&2
	[ ! -s "$LOG" ] || { echo "image: the log ends:"; tail -n 20 "$LOG"; } >&2
	exit 111
}

mkdir -p "$CACHE" "$OUT" || fail "cannot make $CACHE"
exec 8>"$CACHE/lock" && flock 8 || fail "cannot lock $CACHE"
: >"$LOG"
base=$(sed -n 's/^ARG BASE=//p' Dockerfile)
release=${base##*:} && release=${release%-slim}
name=$(sed -n 's/^org: //p' build.yml)/$(sed -n 's/^image: //p' build.yml)
name=$name:$(cat VERSION)
label=$(tools/image-label build.yml) || fail "build.yml is not fit for LinuxKit"

# ---- where layers are kept ---------------------------------------------------
# A change of the sources makes some of them anew and leaves the old ones.
if [ -d "$CACHE/store" ] &&
	[ "$(du -sk "$CACHE/store" | cut -f1)" -gt "$STORE_MAX_KB" ]; then
	rm -rf "$CACHE/store"
fi
# Each layer a copy of its own where the file system takes no overlay.
driver=vfs
mkdir -p "$CACHE"/try/{lower,upper,work,on} || fail "cannot write to $CACHE"
if mount -t overlay overlay "$CACHE/try/on" 2>/dev/null -o \
"lowerdir=$CACHE/try/lower,upperdir=$CACHE/try/upper,workdir=$CACHE/try/work"
then
	driver=overlay
	umount "$CACHE/try/on"
fi
rm -rf "$CACHE/try"
mkdir -p "$CACHE/tmp"
build() {
	TMPDIR=$CACHE/tmp buildah --storage-driver "$driver" --root "$CACHE/store" \
		--runroot "$CACHE/run" "$@" >>"$LOG" 2>&1 8>&-
}

# ---- the base ------------------------------------------------------------------
# What this machine's apt is told about its mirror holds in there too.
base_make() {
	local entry key value options=()
	. test/apt.sh
	entry=$(apt_entry | head -n 1)
	[ -n "$entry" ] || fail "no entry for Debian in /etc/apt to derive from"
	for key in Acquire::{Check-Valid-Until,Check-Date,http::Proxy,https::Proxy}
	do
		value=$(apt-config dump --format '%v' "$key")
		[ -z "$value" ] || options+=(--aptopt="$key \"$value\"")
	done
	mmdebstrap --variant=minbase --mode=root --architectures=amd64 \
		--dpkgopt=force-unsafe-io "${options[@]}" \
		"$release" "$CACHE/new.tar" "$entry $release main" \
		>>"$LOG" 2>&1 && mv "$CACHE/new.tar" "$CACHE/$release.tar"
}
base_import() {
	local container=base.$$
	build from --name "$container" scratch &&
		build add --quiet "$container" "$CACHE/$release.tar" / &&
		build config --cmd /bin/bash --env \
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container" &&
		build commit --quiet --rm "$container" "localhost/$base"
}
[ -s "$CACHE/$release.tar" ] || base_make || fail "no base was made"
build inspect --type image "localhost/$base" || base_import ||
	fail "the base cannot be imported"

# ---- the image -----------------------------------------------------------------
build bud --isolation chroot --pull=never --layers --timestamp 0 \
	--label "org.mobyproject.config=$label" -t "localhost/$name" . ||
	fail "the Dockerfile does not build"
rm -rf "$OUT/oci"
skopeo --insecure-policy copy --quiet \
	"containers-storage:[$driver@$CACHE/store+$CACHE/run]localhost/$name" \
	"oci:$OUT/oci:${name#*:}" >>"$LOG" 2>&1 || fail "the image is not there"
# The name under which linuxkit's cache will know it.
jq -c --arg name "${REFERENCE:-$name}" \
	'.manifests[0].annotations["io.containerd.image.name"] = $name' \
	"$OUT/oci/index.json" >"$OUT/index.json" &&
	mv "$OUT/index.json" "$OUT/oci/" || fail "cannot write $OUT/oci"
echo "image: $name $(jq -r '.manifests[0].digest' "$OUT/oci/index.json")"
