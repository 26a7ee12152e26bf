# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# attack.sh - an intruder in a service, attack by attack. For scripts that have
# sourced lib.sh and node.sh. A row is
#
#	WORDS|COUNTERPART|ABI|ACTIONS|WHAT
#
# what the intruder tries; what is allowed next to it; the Landlock ABI from
# which it is denied (0: seccomp denies it); the action that the trail has for
# it, without Landlock's records and with them; what it is, in words. ptrace is
# the last row: a traced process stops at its next signal.
#
#	a_words ROW...           the words of all of them, for one intruder
#	a_counterparts ROW...
#	a_allowed FILE PLACE ROW...  each line of FILE is "allowed"
#	a_attack SERVICE EXE CMD ROW...  under bailiff: the counterpart works,
#	                         the attack is denied, the trail says why; CMD
#	                         with words behind it is an intruder whose program
#	                         is EXE. $abi, $signer, $dir are the test's.

a_take() { # ROW
	IFS='|' read -r a_try a_may a_from a_actions a_what <<<"$1"
}

a_words() {
	local row
	for row; do
		a_take "$row"
		echo "$a_try"
	done
}

a_counterparts() {
	local row
	for row; do
		a_take "$row"
		echo "$a_may"
	done
}

a_allowed() { # FILE PLACE ROW...
	local file=$1 place=$2 row line=0
	shift 2
	for row; do
		a_take "$row"
		line=$((line + 1))
		t_is "without bailiff an intruder $place $a_what" \
			"$(sed -n ${line}p "$file")" allowed
	done
}

a_last() { # the sequence of the newest event
	"$CTL" tail --json -n 1 | jq .seq
}

# The denials of $a_exe in $a_service since $a_before, into $dir/denials.
# Succeeds when one is of ACTION: they come in order.
a_denials() { # ACTION
	"$CTL" tail --denied --service "$a_service" --json \
		--from $((a_before + 1)) | jq -r --arg exe "$a_exe" \
		'select(.process.executable == $exe) | [if .inferred then
		"inferred." + .denial.right else .event.action end, .seq,
		.service.name, .service.how, .inferred] | @tsv' >"$dir/denials"
	grep -q "^$1	" "$dir/denials"
}

# The record of the attack at hand, and what is said about it.
a_recorded() {
	local event why seq='' inferred=false layer=landlock
	local action=${a_actions#* }
	if [ "$a_from" -eq 0 ]; then
		layer=seccomp action=$a_actions
	elif [ "$abi" -lt 7 ]; then
		inferred=true action=${a_actions% *}
	fi
	read -r _ seq event <<<"$(grep "^$action	" "$dir/denials")"
	if [ -z "$seq" ]; then
		not_ok "denied: the trail says that $a_service $a_what, and why" \
			"no $action of $a_service since $a_before"
		return
	fi
	"$CTL" explain "$seq" --json >"$dir/why"
	why=$(jq -r '"\(.service) \(.verdict) \(.layer) \(.bundle) " +
		"\(.signers[0]) \(.sentence)"' "$dir/why")
	t_is "denied: the trail says that $a_service $a_what, and why" \
		"${event//	/ } $(cut -d' ' -f1-5 <<<"$why")" \
		"$a_service session $inferred $a_service denied $layer 1 $signer"
	echo "# $(cut -d' ' -f6- <<<"$why")"
}

a_attack() { # SERVICE EXE CMD ROW...
	local row line=0 out a_service=$1 a_exe=$2 cmd=$3 a_before
	shift 3
	# shellcheck disable=SC2046 # several words
	$cmd $(a_counterparts "$@") >"$dir/allowed" 2>&1
	a_before=$(a_last)
	# shellcheck disable=SC2046 # several words
	$cmd $(a_words "$@") >"$dir/attacked" 2>&1
	t_wait_for -t "$(grep -q denied "$dir/attacked" && echo 20 || echo 1)" \
		a_denials syscall.ptrace
	for row; do
		a_take "$row"
		line=$((line + 1))
		out=$(sed -n ${line}p "$dir/attacked")
		t_is "allowed: $a_service, next to: it $a_what" \
			"$(sed -n ${line}p "$dir/allowed")" allowed
		if [ "$abi" -lt "$a_from" ]; then
			t_is "not enforced by ABI $abi: $a_service $a_what" \
				"$out" allowed
			continue
		fi
		case $out in
		"denied EACCES" | "denied EPERM")
			ok "denied: $a_service $a_what"
			;;
		*) not_ok "denied: $a_service $a_what" "$out" ;;
		esac
		a_recorded
	done
}
