#!/bin/sh
# Every fuzz target reads its seeds and what once broke it, with the sanitizers
# on: `make fuzz TIME=60` goes on from there.
set -u

cd "$(dirname "$0")/.." || exit 2
status=0
for source in tests/fuzz/fuzz_*.c; do
	target=$(basename "$source" .c)
	program=$BUILD/replay/replay_$target
	if [ ! -x "$program" ]; then
		echo "skip - $target: it is not built (make test-replays)"
	elif out=$("$program" "tests/fuzz/corpus/$target" 2>&1); then
		echo "ok - $target reads its $out"
	else
		echo "not ok - $target"
		echo "$out" | sed 's/^/# /'
		status=1
	fi
done
exit $status
