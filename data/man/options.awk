# The help of a command, made a part of the manual page in mdoc: its usage,
# what it is about, every option with its text.  What all commands share
# ("General") and the examples are told by the page itself.
#
#	fleetscan help COMMAND | awk -f options.awk

# Texts begin in this column, counted from 1; a longer option has its own line.
BEGIN { COLUMN = 31 }

function escape(text) {
	gsub(/\\/, "\\e", text)
	return text ~ /^[.']/ ? "\\&" text : text
}

# mdoc wants each sentence on a line of its own.
function sentences(text) {
	text = escape(text)
	gsub(/\. +/, ".\n", text)
	return text
}

# "-c, --concurrency N" becomes "Fl c , Fl -concurrency Ar N".
function macros(spec,    argument) {
	if (match(spec, / [^-].*$/)) {
		argument = " Ar " escape(substr(spec, RSTART + 1))
		spec = substr(spec, 1, RSTART - 1)
	}
	sub(/, -/, " , Fl ", spec)
	sub(/^-/, "Fl ", spec)
	return spec argument
}

function end_option() {
	if (spec != "")
		print ".It " macros(spec) text
	spec = text = ""
}

function end_list() {
	end_option()
	if (in_list)
		print ".El"
	in_list = 0
}

NR == 1 {
	sub(/^Usage: /, "")
	print ".Ss " $2 "\n.Dl " escape($0)
	next
}
/^$/ {
	if (about != "")
		print ".Pp" about
	about = ""
	had_about = 1
	next
}
!had_about {
	about = about "\n" sentences($0)
	next
}
/^[^ ]/ {
	end_list()
	if ($0 == "General" || $0 == "Examples")
		exit
	print ".Pp\n" $0 ":\n.Bl -tag -width Ds"
	in_list = 1
	next
}
/^ +-/ {
	end_option()
	spec = $0
	if (substr(spec, COLUMN - 1, 1) == " ") {
		text = "\n" sentences(substr(spec, COLUMN))
		spec = substr(spec, 1, COLUMN - 1)
	}
	sub(/^ +/, "", spec)
	sub(/ +$/, "", spec)
	next
}
{
	sub(/^ +/, "")
	text = text "\n" sentences($0)
}
