# Completion for bash.  Commands, options and the words they take are read from
# the program's own help, so that nothing here can be out of date.

_fleetscan_commands() {
	"$1" help 2>/dev/null |
		sed -n '/^Examples/q; s/^  \([a-z]*\)  *.*/\1/p'
}

# _fleetscan_options PROGRAM COMMAND: "-c --concurrency N" a line.
_fleetscan_options() {
	"$1" help "$2" 2>/dev/null |
		sed -n '/^Examples/q; s/^ \{1,6\}\(-.*\)/\1/p' |
		sed 's/,\( --\)/\1/; s/   *.*//'
}

# What an option takes, as the help shows it; nothing for a flag.
_fleetscan_argument() {
	_fleetscan_options "$1" "$2" | awk -v option="$3" '
		{
			for (i = 1; i <= NF && $i ~ /^-/; i++)
				if ($i == option)
					found = 1
			if (found) {
				print $i
				exit
			}
		}'
}

# A name may hold blanks: a line is one word.
_fleetscan_offer() {
	mapfile -t COMPREPLY < <(compgen "$@")
}

_fleetscan_value() {
	local argument=$1 word=$2

	case $argument in
	DIR) _fleetscan_offer -d -- "$word" ;;
	FILE* | *PATH) _fleetscan_offer -f -- "$word" ;;
	*[A-Z]*) COMPREPLY=() ;;
	*) _fleetscan_offer -W "${argument//|/ }" -- "$word" ;;
	esac
}

# Readline takes "--aia=off" apart at the "=".
_fleetscan() {
	local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]}
	local word=${COMP_WORDS[COMP_CWORD]} before argument
	local IFS=$' \t\n'

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_fleetscan_offer -W "$(_fleetscan_commands \
			"$program") help --help --version" -- "$word"
		return
	fi
	if [[ $command == help ]]; then
		_fleetscan_offer -W "$(_fleetscan_commands \
			"$program")" -- "$word"
		return
	fi
	before=${COMP_WORDS[COMP_CWORD - 1]}
	if [[ $word == "=" ]]; then
		word=
	elif [[ $before == "=" ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [[ $before == -* ]]; then
		argument=$(_fleetscan_argument "$program" "$command" "$before")
		if [[ -n $argument ]]; then
			_fleetscan_value "$argument" "$word"
			return
		fi
	fi
	if [[ $word == -* ]]; then
		_fleetscan_offer -W "$(_fleetscan_options "$program" \
			"$command" | tr ' ' '\n' | grep '^-')" -- "$word"
	elif [[ $command == scan ]]; then
		_fleetscan_offer -A hostname -- "$word"
	else
		_fleetscan_offer -f -- "$word"
	fi
}

complete -o filenames -F _fleetscan fleetscan
