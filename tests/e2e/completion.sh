#!/bin/bash
# The completions offer what the program's own help lists: every command, every
# option, and the words that an option takes.
set -u

: "${TMPDIR:=/tmp}"
here=$(mktemp -d "$TMPDIR/completion.XXXXXX") || exit 2
trap 'rm -rf "$here"' EXIT
status=0

# check NAME WANTED FOUND, both a word a line in any order.
check() {
	if [ "$(sort <<<"$2")" = "$(sort <<<"$3")" ]; then
		echo "ok - $1"
		return
	fi
	echo "not ok - $1"
	diff <(sort <<<"$2") <(sort <<<"$3") | sed 's/^/# /'
	status=1
}

commands=$("$FLEETSCAN" help | awk '/^$/ { part++ } part == 2 && NF { print $1 }')

# The long options as the help has them, read another way than they do.
options_of() {
	"$FLEETSCAN" help "$1" | sed '/^Examples/,$d' |
		grep -oE '^ {2,6}(-[a-zA-Z0-9], )?--[a-z0-9-]+' | grep -oE -e '--[a-z0-9-]+'
}

# shellcheck source=/dev/null
. data/completions/fleetscan.bash

# bash_offers WORD...: what bash offers for the last of them.
bash_offers() {
	COMP_WORDS=("$FLEETSCAN" "$@")
	COMP_CWORD=$#
	_fleetscan
	printf '%s\n' ${COMPREPLY[@]+"${COMPREPLY[@]}"}
}

check 'commands are read from the help' $'demo\nscan' \
	"$(grep -xE 'scan|demo' <<<"$commands")"
check 'bash: commands' "$(printf "%s\n" "$commands" help --help --version)" \
	"$(bash_offers '')"
check 'bash: a command half typed' 'merge' "$(bash_offers me)"
check 'bash: help COMMAND' "$commands" "$(bash_offers help '')"
for command in $commands; do
	check "bash: options of $command" "$(options_of "$command")" \
		"$(bash_offers "$command" --)"
done
check 'bash: words of an option' "$(printf '%s\n' off cache fetch)" \
	"$(bash_offers scan --aia '')"
check 'bash: words behind =' 'fetch' "$(bash_offers scan --aia = f)"
check 'bash: words right behind =' "$(printf '%s\n' off cache fetch)" \
	"$(bash_offers scan --aia =)"
mkdir "$here/run" && : >"$here/run 2.txt"
check 'bash: a directory' "$here/run" "$(bash_offers merge -o "$here/r")"
check 'bash: files' "$(printf '%s\n' "$here/run" "$here/run 2.txt")" \
	"$(bash_offers scan --list "$here/r")"
check 'bash: a run' "$(printf '%s\n' "$here/run" "$here/run 2.txt")" \
	"$(bash_offers sites "$here/r")"
check 'bash: a number is not completed' '' "$(bash_offers scan --rate '')"

if ! command -v zsh >/dev/null; then
	echo 'skip - zsh: it is not installed'
	exit $status
fi

# What the function hands to zsh's own helpers, which a test stands in for.
zsh_offers() {
	zsh -f -c '
		_arguments() { print -rl -- "$@" }
		_describe() { print -rl -- ${(P)2} }
		words=("$@")
		CURRENT=$#
		source data/completions/_fleetscan' zsh "$FLEETSCAN" "$@"
}

check 'zsh: commands' "$(printf "%s\n" "$commands" help)" \
	"$(zsh_offers '' | cut -d: -f1)"
for command in $commands; do
	check "zsh: options of $command" "$(options_of "$command")" \
		"$(zsh_offers "$command" '' | grep -oE '^\*--[a-z0-9-]+' |
			cut -c2-)"
done
check 'zsh: an option with a value' \
	'*--concurrency=[targets in progress at once (default\: 500)]:N: ' \
	"$(zsh_offers scan '' | grep -F -e '--concurrency')"
check 'zsh: words of an option' \
	'*--aia=[follow AIA to missing issuers (default\: fetch)]:off|cache|fetch:(off cache fetch)' \
	"$(zsh_offers scan '' | grep -F -e '--aia=')"
check 'zsh: a flag' \
	"*--aia-allow-private[let AIA reach loopback and private addresses]" \
	"$(zsh_offers scan '' | grep -F -e '--aia-allow')"
exit $status
