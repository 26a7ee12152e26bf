#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 50-audit.sh - what four kernels sent, decoded by bailiff, auparse, ausearch and
# laurel: each event and field. Every disagreement stands in
# audit/disagreements.tsv, with who is right and why.
#
# seconds: 600
# beside: others

. "$(dirname "$0")/../lib.sh"
t_tmpdir D
peers=$TOP/test/peers/audit
fetched=$("$peers/fetch.sh") || t_die "laurel and auparse could not be fetched"
echo "# $(tr '\n' ' ' <"$fetched/versions")ausearch $(ausearch --version |
	awk '{ print $NF }')"

names=()
for recording in "$TOP"/test/streams/*.gz; do
	name=$(basename "$recording" .gz)
	names+=("$name")
	gzip -dc "$recording" | "$TOP/build/test/streams/replay" --raw |
		python3 "$peers/log.py" >"$D/$name.log"
	"$BIN/bailiffctl" --json decode "$D/$name.log" >"$D/$name.json" &&
		"$BIN/bailiffctl" decode --format laurel "$D/$name.log" \
			>"$D/$name.bailiff" || t_die "$name was not decoded"
	"$fetched/laurel" <"$D/$name.log" >"$D/$name.laurel" 2>"$D/err" ||
		t_die "laurel failed: $(tail -n 3 "$D/err")"
	ausearch -if "$D/$name.log" -i >"$D/$name.ausearch" ||
		t_die "ausearch failed on $name"
done
t_ended=1
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$fetched/python python3 \
	"$peers/compare.py" "$peers/disagreements.tsv" "$D" "${names[@]}" "$@"
