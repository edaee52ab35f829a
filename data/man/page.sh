#!/bin/sh
# page.sh PROGRAM: the manual page on standard output, out of fleetscan.1 and
# of what the program's own help says, so that the two cannot disagree.
set -eu

program=$1
here=$(dirname "$0")

commands() {
	"$program" help | sed -n '/^Examples/q; s/^  \([a-z]*\)  *.*/\1/p'
}

sed '/^@OPTIONS@$/,$d' "$here/fleetscan.1"
for command in $(commands); do
	"$program" help "$command" | awk -f "$here/options.awk"
done
sed '1,/^@OPTIONS@$/d' "$here/fleetscan.1"
