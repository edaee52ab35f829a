#!/bin/sh
# Runs test programs, TEST_JOBS at once (one for each core), and sums them up.
# A program prints a line a case: "ok - name", "not ok - name" or
# "skip - name: why"; TAP, as cmocka writes it, is understood too.  It is
# killed after TEST_TIMEOUT seconds and fails as a whole when it ends badly
# without saying which case it was.
#
# A program starts in the root of the tree with FLEETSCAN (the program under
# test), BUILD (the build directory) and a TMPDIR of its own, also its HOME.
# V=1 shows all output.  The last line is "N passed, N failed, N skipped".
set -u

top=$(cd "$(dirname "$0")/.." && pwd) && cd "$top" || exit 2
case ${B:=build} in
/*) BUILD=$B ;;
*) BUILD=$top/$B ;;
esac
FLEETSCAN=$BUILD/fleetscan
export BUILD FLEETSCAN
export LC_ALL=C.UTF-8 TZ=UTC CMOCKA_MESSAGE_OUTPUT=TAP
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY \
	ALL_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR MAKEFLAGS MAKELEVEL

# A sanitizer's finding is a failure wherever it is found, also in a child.
export ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=1:\
strict_string_checks=1:abort_on_error=0:exitcode=99"
export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1"
export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:exitcode=99"

# Counts the cases of one log into ok, bad and skip.
count() {
	eval "$(awk '
		/^(not )?ok [0-9]* *# *SKIP|^ok.* # SKIP|^skip / { skip++; next }
		/^ok / { ok++ }
		/^not ok / { bad++ }
		END { printf "ok=%d bad=%d skip=%d", ok, bad, skip }' "$1")"
}

# One program, with a line of its counts for the sum.  Only one process prints
# at a time: a failed program shows more than a pipe takes in one piece.
run() {
	begun=$(date +%s)
	own=$(mktemp -d "$scratch/XXXXXX") || exit 2
	log=$own/log
	mkdir "$own/home"
	TMPDIR=$own/home HOME=$own/home XDG_CACHE_HOME=$own/home \
		timeout -k 5 "${TEST_TIMEOUT:-120}" "$1" >"$log" 2>&1 </dev/null
	status=$?
	count "$log"
	why=
	case $status in
	0) [ $((ok + bad + skip)) -gt 0 ] || why="it printed no case" ;;
	124 | 137) why="it was killed after ${TEST_TIMEOUT:-120} seconds" ;;
	*) [ "$bad" -gt 0 ] || why="it ended with status $status" ;;
	esac
	if [ -n "$why" ]; then
		echo "not ok - $1: $why" >>"$log"
		bad=$((bad + 1))
	fi
	echo "$ok $bad $skip" >>"$scratch/counts"
	show "$1" >"$own/shown"
	flock "$scratch/counts" cat "$own/shown"
	rm -rf "$own"
}

# What went well is one line; what did not is shown whole.
show() {
	name=${1#"$B"/}
	took=$(($(date +%s) - begun))
	[ $took -gt 0 ] && took=" in $took s" || took=
	if [ "$bad" -gt 0 ]; then
		echo "$name: $ok passed, $bad FAILED$took"
		sed 's/^/    /' "$log"
	else
		echo "$name: $ok passed$took"
		[ -z "${V:-}" ] || sed 's/^/    /' "$log"
		[ -n "${V:-}" ] || sed -n 's/^skip - /    skipped: /p' "$log"
	fi
}

# run.sh calls itself for each program.
if [ "${1:-}" = --one ]; then
	run "$2"
	exit
fi
scratch=$(mktemp -d "${TMPDIR:-/tmp}/fleetscan-test.XXXXXX") || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
export scratch
: >"$scratch/counts"

# A file that is not executable is a helper of those that are; floors.sh sees
# to it that no test is left out this way.
for program; do
	[ ! -x "$program" ] && [ -e "$program" ] || printf '%s\0' "$program"
done >"$scratch/programs"
xargs -r0 -n 1 -P "${TEST_JOBS:-$(nproc)}" sh tests/run.sh --one \
	<"$scratch/programs"

# A program without a line of counts was not run to its end: that is a failure.
mkdir -p "$BUILD"
awk -v all="$(tr -dc '\0' <"$scratch/programs" | wc -c)" '
	{ ok += $1; bad += $2; skip += $3 }
	END { bad += all - NR
		printf "%d passed, %d failed, %d skipped\n", ok, bad, skip
		exit bad > 0 || ok == 0 }' "$scratch/counts" >"$BUILD/summary.txt"
status=$?
cat "$BUILD/summary.txt"
exit $status
