#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 21-static.sh - the static programs of "make static": that they are what they
# claim, in their limits, the same bits wherever they are built, and that they
# do what the dynamic ones do: other tests are run again, with them.
#
# seconds: 600

. "$(dirname "$0")/../lib.sh"
static=$TOP/build/static/bin
t_tmpdir dir
cd "$TOP" || exit 111
[ -x "$static/bailiffd" ] || t_die "run \"make static\" first"

# ---- what they are -----------------------------------------------------------
t_check "each is static, position independent and hardened" \
	tools/check-static.sh "$static"/*
t_check "each is in its limit of size" tools/size.sh "$static"

# The check can fail: each of these lacks one thing.
echo 'int main(void) { return 0; }' >"$dir/main.c"
cc=$TOP/build/musl-sysroot/bin/musl-cc
built() { # NAME COMPILER OPTION...
	local name=$1
	shift
	"$@" -o "$dir/$name" "$dir/main.c"
}
full='-Wl,-z,relro,-z,now,-z,noexecstack'
refused() { # SENTENCE PROGRAM
	t_says 1 "$1" tools/check-static.sh "$dir/$2"
}
T_SAID=$dir/said
built good "$cc" -static-pie $full
t_check "a good program passes" tools/check-static.sh "$dir/good"
built dynamic gcc -pie $full
t_check "one with a dynamic loader does not" \
	refused "it wants a dynamic loader" dynamic
built fixed "$cc" -static -no-pie -fno-pie $full
t_check "nor one at a fixed address" \
	refused "not position independent" fixed
built lazy "$cc" -static-pie -Wl,-z,lazy,-z,relro
t_check "nor one without -z now" refused "not linked with -z now" lazy
built writable "$cc" -static-pie -Wl,-z,now,-z,norelro
t_check "nor one whose relocations stay writable" \
	refused "its relocations stay writable" writable
built stack "$cc" -static-pie $full -Wl,-z,execstack
t_check "nor one with an executable stack" \
	refused "its stack is executable" stack
mkdir "$dir/large"
cp "$static"/* "$dir/large" && truncate -s 102400 "$dir/large/bailiff-exec"
t_check "a launcher of 100 KiB is too large" \
	t_says 1 "TOO LARGE" tools/size.sh "$dir/large"

# ---- in an empty root ----------------------------------------------------------
mkdir "$dir/empty"
cp "$static"/* "$dir/empty"
# program        argument    it says
while read -r program argument text; do
	out=$(chroot "$dir/empty" "/$program" "$argument" 2>&1)
	t_has "$program runs where there is nothing else" "$out" "$text"
done <<'END'
bailiffd         --version   bailiffd
bailiffctl       --help      usage: bailiffctl
bailiffctl       --version   bailiffctl 0
bailiff-bundle   --help      usage: bailiff-bundle
bailiff-exec     --help      usage: bailiff-exec
bailiff-gate     --version   read /proc/self/exe
END

# ---- sources and recipes: a toy of them, and an apt that does as it is told ----
tree=$dir/tree
mkdir -p "$tree"/{tools,test,build/cache/sources} "$dir/bin"
cp -a tools/sysroot "$tree/tools"
cp test/apt.sh "$tree/test"
cat >"$dir/bin/apt-get" <<'END'
#!/bin/sh
echo "$*" >>"$APT_CALLS"
case $* in
*toy=1) [ "$APT_GIVES" != 2 ] || { echo "E: not there" >&2; exit 100; }
	echo "$APT_GIVES" >toy_1.txt ;;
*toy=2) echo two >toy_2.txt ;;
esac
END
chmod 755 "$dir/bin/apt-get"
export APT_CALLS=$dir/calls APT_GIVES=one
hash_of() { echo "$1" | sha256sum | cut -d ' ' -f 1; }
cat >"$tree/tools/sysroot/sources" <<END
toy 1 one toy_1.txt $(hash_of one)
toy 2 two toy_2.txt $(hash_of two)
END
cache=$tree/build/cache/sources
toy() { # [GIVES]: what fetch.sh says, then what it printed and its exit code
	: >"$APT_CALLS"
	APT_GIVES=${1:-one} PATH=$dir/bin:$PATH \
		"$tree/tools/sysroot/fetch.sh" toy 2>"$dir/errors"
	echo "exit $?"
}
t_is "a source is fetched" "$(toy)" "1"$'\n'"exit 0"
t_is "and kept" "$(cat "$cache/toy_1.txt")" one
toy >"$dir/out"
t_is "so that no network is needed again" "$(cat "$dir/out" "$APT_CALLS")" \
	"1"$'\n'"exit 0"
echo damaged >"$cache/toy_1.txt"
t_is "a damaged one is fetched again" "$(toy)" "1"$'\n'"exit 0"
rm "$cache"/toy_*
t_is "one that is not to be had gives way to the next version" "$(toy 2)" \
	"2"$'\n'"exit 0"
t_has "which is said" "$(cat "$dir/errors")" "toy 1 of one cannot be had"
rm "$cache"/toy_*
t_is "one with another hash is never used" "$(toy evil)" "2"$'\n'"exit 0"
t_has "which is said as well" "$(cat "$dir/errors")" "it is not used"
rm "$cache"/toy_*
sed -i 2d "$tree/tools/sysroot/sources"
t_is "and where there is no other, nothing is" "$(toy evil)" "exit 111"
t_is "not even in the cache" "$(find "$cache" -name 'toy*')" ""

toy >/dev/null
library() {
	"$tree/tools/sysroot/library.sh" "$tree/sysroot" toy "$@" 2>&1
	echo "exit $?"
}
echo "echo built >\"\$SYSROOT/usr/toy\"" >"$tree/tools/sysroot/toy.sh"
once="  LIB     toy 1"$'\n'"exit 0"
t_is "a library is built" "$(library)" "$once"
t_is "by its recipe" "$(cat "$tree/sysroot/usr/toy")" built
t_is "a second time nothing is done" "$(library)" "exit 0"
echo "echo again >\"\$SYSROOT/usr/toy\"" >>"$tree/tools/sysroot/toy.sh"
t_is "with another recipe it is built anew" "$(library)" "$once"
echo other >"$dir/stamp"
t_is "and on another foundation" "$(library "$dir/stamp")" "$once"
echo "false; echo not reached" >>"$tree/tools/sysroot/toy.sh"
t_has "a recipe that fails is a failure" "$(library)" "exit 1"
t_has "also the next time" "$(library)" "toy 1 does not build"

# ---- the same bits from another directory --------------------------------------
mkdir -p "$dir/elsewhere/build"
git ls-files -z --cached --others --exclude-standard |
	xargs -0 cp -a --parents -t "$dir/elsewhere"
ln -s "$TOP/build/musl-sysroot" "$dir/elsewhere/build/musl-sysroot"
t_check "they are built in another directory" \
	make -s -j2 -C "$dir/elsewhere" STATIC=1 programs
for program in "$static"/*; do
	t_check "${program##*/} is the same there, bit for bit" \
		cmp "$program" "$dir/elsewhere/build/static/bin/${program##*/}"
done

# ---- what the dynamic ones do --------------------------------------------------
again() { # FILE
	local status=0
	BIN=$static "test/integration/$1.sh" >"$dir/log" 2>&1 || status=$?
	grep -A 20 '^not ok\|^Bail out' "$dir/log"
	return $status
}
for file in 20-exec 30-gate 60-daemon 62-trust-process; do
	t_check "$file.sh passes with the static programs" again $file
done
t_done
