# SPDX-License-Identifier: Apache-2.0
# facts.jq - what of an event is compared with FILE.expected: one line each, so
# that a person can hold it against the kernel's own records. Long strings are
# shortened to their beginning and their length.

def short: if type == "string" and length > 100
	then .[0:32] + "...(" + (length | tostring) + ")" else . end;
def fact(name; value): value as $v | if $v == null then empty
	else name + "=" + ($v | walk(short) | tojson) end;
def member(object; name):
	fact(name; object[name]), fact(name + "_b64"; object[name + "_b64"]);

[
	(.audit.serial // "own" | tostring),
	([.records[].type] | join(",")),
	(if .complete then "whole" else "lacks:" + (.missing | join(",")) end),
	(if .late then "late" else empty end),
	.event.action,
	.event.outcome,
	fact("ses"; .service.ses),
	fact("auid"; .service.auid),
	fact("uid"; .user.id),
	fact("pid"; .process.pid),
	member(.process; "name"),
	member(.process; "executable"),
	member(.process; "args"),
	member(.file; "path"),
	fact("destination"; .destination),
	fact("source"; .source),
	fact("denial"; .denial | if . == null then null else
		[.kind, .right, .path, .port, .syscall_name] - [null] end),
	fact("tags"; .tags)
] | join(" ")
