#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 90-readme.sh - what the README shows is what happens.

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir

mkdir -p "$dir/policies/services"
sed -n '/^```json/,/^```/{/^```/d;p}' "$TOP/README.md" \
	>"$dir/policies/services/web.json"
echo '{"unlisted":"deny","services":{"web":{"number":1}}}' \
	>"$dir/policies/node.json"
t_is "the policy of the README is six lines" \
	"$(wc -l <"$dir/policies/services/web.json")" 6
cd "$dir/policies" || t_die "no directory"
t_is "the lint says what is shown" "$("$BUNDLE" lint services/web.json)" \
	"$(grep '^services/web.json: ' "$TOP/README.md")"
t_is "what it may do is answered as shown" "$("$BUNDLE" test \
	--what "write /usr/bin/cat" services/web.json)" \
	"$(grep '^web may not write' "$TOP/README.md")"
cd "$TOP" || t_die "no directory"
t_check "it is signed" n_repo "$dir" "$dir/policies"
n_image "$dir"
n_start_ok "and loaded" /run/log

out=$("$EXEC" --service web -- /usr/bin/cat /etc/shadow 2>&1)
t_is "the command fails as shown" "$?" 1
t_is "with the words shown" "$out" \
	"$(sed -n 's/^\(.*cat: .*Permission denied\)$/\1/p' "$TOP/README.md")"
newest() { "$CTL" tail --denied --service web -n 1; }
t_wait_for grep -q shadow <(newest)
sleep 0.5
shape() { # what differs from run to run becomes N
	sed -E 's/^[0-9:.]+ #[0-9]+/T #N/; s/pid=[0-9]+/pid=N/; s/ses=[0-9]+/ses=N/; s/signed by [0-9a-f]+/signed by K/'
}
t_is "the line is the one shown" "$(newest | shape)" \
	"$(grep '#9 web denied' "$TOP/README.md" | shape)"
seq=$("$CTL" tail --denied --service web -n 1 --json | jq .seq)
t_has "the explanation is the one shown" "$("$CTL" explain "$seq" | shape)" \
	"$(grep '^web may not read' "$TOP/README.md" | shape)"
for page in $(grep -oE 'docs/[a-z-]+\.md' "$TOP/README.md" | sort -u); do
	t_check "$page is there" test -s "$TOP/$page"
done
t_done
