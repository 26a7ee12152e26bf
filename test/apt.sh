# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# apt.sh - packages of another release of Debian, fetched and unpacked only.
# Source it first:
#
#	apt_private DIR SUITE [deb-src]   lists of SUITE in DIR, $apt_options
#	apt_use DIR                       $apt_options for lists that are there
#	apt-get "${apt_options[@]}" download PACKAGE
#	apt_unpack DIR SUITE INTO PACKAGE...
#	apt_file NAME PACKAGE PATH WORK     prints where a file of a package is
#	apt_kept NAME MAKE                  prints build/cache/NAME, made if need be
#
# Lists, cache and sources are apt's own in DIR, derived from the machine's
# entry for Debian at run time: the machine's apt and its packages stay as they
# are, signatures are checked.

# The machine's entry for its own release of Debian, as "deb [...] URI".
apt_entry() {
	local release
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	find /etc/apt -name '*.sources' -exec awk -v want="$release" '
		BEGIN { RS = ""; FS = "\n" }
		{
			split("", field)
			for (i = 1; i <= NF; i++) {
				colon = index($i, ":")
				key = tolower(substr($i, 1, colon - 1))
				field[key] = substr($i, colon + 1)
				gsub(/^ +| +$/, "", field[key])
			}
			if (index(" " field["suites"] " ", " " want " ") &&
			    index(" " field["types"] " ", " deb ")) {
				split(field["uris"], uri, " ")
				by = field["signed-by"]
				print "deb", (by ~ /^\// ? \
					"[signed-by=" by "]" : ""), uri[1]
				exit
			}
		}' {} +
	find /etc/apt -name '*.list' -exec awk -v want="$release" '
		$1 == "deb" {
			options = ""
			if (match($0, /\[[^]]*\]/)) {
				options = substr($0, RSTART, RLENGTH)
				$0 = substr($0, 1, RSTART - 1) \
					substr($0, RSTART + RLENGTH)
			}
			if ($3 == want) {
				print "deb", options, $2
				exit
			}
		}' {} +
}

# What apt-get needs to work with the lists in DIR.
apt_use() { # DIR
	apt_options=(-qq -o Dir::Etc::sourcelist="$1/sources.list"
		-o Dir::Etc::sourceparts=- -o Dir::State::lists="$1/lists"
		-o Dir::Cache="$1" -o APT::Sandbox::User=root
		-o Acquire::Languages=none -o APT::Architecture=amd64
		-o Acquire::http::Timeout=30)
}

# Return: 0; 1 with a sentence on stderr.
apt_private() { # DIR SUITE [deb-src]
	local entry
	entry=$(apt_entry | head -n 1)
	if [ -z "$entry" ]; then
		echo "no entry for Debian in /etc/apt to derive from" >&2
		return 1
	fi
	mkdir -p "$1/lists/partial" "$1/archives/partial" &&
		echo "${3:-deb}${entry#deb} $2 main" >"$1/sources.list" || return 1
	apt_use "$1"
	if ! apt-get "${apt_options[@]}" update >&2; then
		echo "apt-get update failed for $2" >&2
		return 1
	fi
}

# After apt_private DIR SUITE: each PACKAGE unpacked below INTO/tree, and a line
# "package version" in INTO/versions. Return: 0; 1 when one is missing, which
# stderr says.
apt_unpack() { # DIR SUITE INTO PACKAGE...
	local dir=$1 suite=$2 into=$3 package deb bad=0
	shift 3
	mkdir -p "$into/tree" || return 1
	for package; do
		deb=$(mktemp -d "$dir/deb.XXXXXX") || return 1
		if (cd "$deb" && apt-get "${apt_options[@]}" \
			download "$package/$suite" >&2) &&
			dpkg-deb -x "$deb"/*.deb "$into/tree"; then
			dpkg-deb -W "$deb"/*.deb | tr '\t' ' ' \
				>>"$into/versions"
		else
			echo "$package of $suite could not be fetched" >&2
			bad=1
		fi
		rm -rf "$deb"
	done
	return $bad
}

# One file of a package of this release: PATH, if the package is installed, else
# build/cache/NAME, fetched once. WORK is a directory for what is in between.
# Return: 0 with the file's name on stdout; 1 with a sentence on stderr.
apt_file() { # NAME PACKAGE PATH WORK
	local kept=$PWD/build/cache/$1 release
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	if dpkg -s "$2" >"$4/dpkg" 2>&1 && [ -s "/$3" ]; then
		kept=/$3
	elif [ ! -s "$kept" ]; then
		mkdir -p "${kept%/*}" && apt_private "$4/apt" "$release" &&
			apt_unpack "$4/apt" "$release" "$4/unpacked" "$2" &&
			cp "$4/unpacked/tree/$3" "$kept" || return
	fi
	echo "$kept"
}

# A directory that is made once and kept, also when two want it at the same time:
# "MAKE WORK INTO" fills WORK/all, with a file "versions" in it, which then becomes
# INTO, build/cache/NAME. Return: 0 with INTO on stdout; what MAKE returned.
apt_kept() { # NAME MAKE
	local into=$PWD/build/cache/$1 work
	mkdir -p "${into%/*}" || return
	(
		flock 9
		[ ! -s "$into/versions" ] || exit 0
		work=$(mktemp -d "${into%/*}/unpack.XXXXXX") || exit
		trap 'rm -rf "$work"' EXIT
		"$2" "$work" "$into" >&2 && rm -rf "$into" &&
			mv "$work/all" "$into"
	) 9>>"$into.lock" && echo "$into"
}
