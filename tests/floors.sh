#!/bin/sh
# What keeps the house in order, checked: who may include whom, that nothing
# needs itself in a circle, which file may know which library, that a tag means
# one thing, how long a file and a function may be, which calls and marks are
# not wanted.  floors.sh [DIR] prints a line a check and fails when one of them
# does; floors_test.sh shows that each can.
set -u

dir=${1:-$(dirname "$0")/..}
cd "$dir" || exit 2
status=0

# report NAME OFFENCES: a check has passed when it found nothing.
report() {
	if [ -z "$2" ]; then
		echo "ok - $1"
		return
	fi
	echo "not ok - $1"
	echo "$2" | sed 's/^/# /'
	status=1
}

sources() {
	find "$@" -type f \( -name '*.c' -o -name '*.h' \) 2>/dev/null | sort
}

# in_sources PROGRAM DIR...: one awk over all sources below the directories.
in_sources() {
	program=$1
	shift
	sources "$@" | xargs -r awk "$program"
}

# includes DIR...: "FILE HEADER" for each #include, quoted or not.
includes() {
	in_sources '/^[ \t]*#[ \t]*include[ \t]*[<"][^">]*[">]/ {
		split($0, part, /[<">]/)
		print FILENAME, part[2]
	}' "$@"
}

# Outside calls come as prefix "(" so that my_time( and time_left( are not
# meant.  Comments and strings are taken out first.
calls() {
	pattern=$1
	shift
	in_sources '
	FNR == 1 { inside = 0 }
	{
		line = $0
		gsub(/\\./, "", line)
		gsub(/"[^"]*"/, "", line)
		if (inside && !sub(/^.*\*\//, "", line)) next
		inside = 0
		gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line)
		if (sub(/\/\*.*/, "", line)) inside = 1
		sub(/\/\/.*/, "", line)
		if (line ~ /(^|[^A-Za-z0-9_])('"$pattern"')[ \t]*\(/)
			print FILENAME ":" FNR ": " $0
	}' "$@"
}

# Everything that is the project's: tracked, or all where there is no git.
tracked() {
	if git -c safe.directory='*' rev-parse --is-inside-work-tree \
		>/dev/null 2>&1; then
		git -c safe.directory='*' ls-files
	else
		find . -type f ! -path './build/*' ! -path './.git/*' |
			sed 's|^\./||'
	fi
}

# in_tracked PATTERN: where it stands in the files named on standard input.
in_tracked() {
	tr '\n' '\0' | xargs -0 -r grep -nIHsE "$1"
}

# A row: a floor, and the floors below it that it may include.  src/README.md
# says what lives where.
floor_table() {
	cat <<-'END'
	base
	x509 base
	model base x509
	system base x509 model
	scan base x509 model
	audit base x509 model
	rundir base x509 model
	run base x509 model system scan audit rundir
	fleet base x509 model audit rundir
	repair base x509 model audit rundir fleet
	report base x509 model system audit rundir fleet repair
	cmd base x509 model system scan audit rundir run fleet repair report tests
	END
}

# A .c file and its header are one file here.  tsort names the files of a
# circle.
check_circles() {
	report 'no files include one another in a circle' "$(includes src cmd |
	grep -E ' [a-z0-9]+/[a-z0-9_]+\.h$' |
	sed -E 's/^src\///; s/\.[ch] / /; s/\.h$//' |
	awk '$1 != $2' | tsort 2>&1 >/dev/null | sed 's/^tsort: //')"
}

# The same of what the objects of a build need from one another: a declaration
# may stand elsewhere than in the file's own header.
check_objects() {
	build=${BUILD:-build}
	[ -e "$build/libfleetscan.a" ] || return 0
	report 'no objects need one another in a circle' "$(
	for file in src/*/*.c; do
		[ ! -e "$build/${file%.c}.o" ] || echo "$build/${file%.c}.o"
	done | xargs nm -A -g | sed "s|^$build/src/||" | awk '
	{
		object = $1
		sub(/:.*/, "", object)
		if ($(NF - 1) ~ /^[Uw]$/)
			needs[object " " $NF]
		else
			home[$NF] = object
	}
	END {
		for (need in needs) {
			split(need, part, " ")
			if (part[2] in home && home[part[2]] != part[1])
				print part[1], home[part[2]]
		}
	}' | tsort 2>&1 >/dev/null | sed 's/^tsort: //')"
}

check_floors() {
	report 'includes stay on their floor or go down' "$({
		floor_table
		includes src cmd
	} | awk '
	$1 !~ /\// {
		may[$1] = " " $0 " "
		next
	}
	{
		split($1, place, "/")
		from = place[1] == "cmd" ? "cmd" : place[2]
		slash = index($2, "/")
		to = slash ? substr($2, 1, slash - 1) : ""
		if (!(from in may))
			print $1 " is on no floor"
		else if ((to in may || to == "tests") &&
			!index(may[from], " " to " "))
			print $1 " includes " $2
	}')"
	report 'includes of ours are spelled "floor/file.h"' "$(
	in_sources '/^[ \t]*#[ \t]*include[ \t]*"/ {
		if ($0 !~ /"('"$(floor_table | cut -d' ' -f1 | paste -sd'|')"'|tests\/lab)\/[a-z0-9_]+\.h"/)
			print FILENAME ":" FNR ":" $0
	}' src cmd)"
}

# A tag that two files define means two things to who reads both.
check_tags() {
	report 'a struct or enum tag means one thing' "$(
	in_sources '/^(static |const )*(struct|enum) [a-z0-9_]+ \{/ {
		match($0, /(struct|enum) [a-z0-9_]+/)
		tag = substr($0, RSTART, RLENGTH)
		if (tag in home && home[tag] != FILENAME)
			print tag ": " home[tag] ", " FILENAME
		home[tag] = FILENAME
	}' src cmd)"
}

# Which file may know which library: a row is the library, its headers and the
# places, as extended regular expressions.
check_libraries() {
	while read -r name header places; do
		report "$name only where it belongs" "$(includes src cmd |
		grep -E " $header\$" | grep -vE "^($places) ")"
	done <<-'END'
	libuv uv(/.*|\.h) src/scan/.*
	c-ares ares.*\.h src/scan/resolve\.c
	libcurl curl/.* src/scan/(fetch|fetch_proxy|download)\.c
	libpsl libpsl\.h src/model/site\.c
	libidn2 idn2\.h src/model/.*
	libyaml yaml\.h src/model/list_yaml\.c
	cJSON (cjson/)?cJSON.*\.h src/base/json\.c
	GnuTLS gnutls/.* src/x509/.*|src/scan/handshake\.c
	threads (pthread|threads)\.h src/scan/.*
	END
	report 'src/audit includes no TLS or network header' "$(
	includes src/audit | grep -E \
	' (gnutls/|openssl/|uv|ares|curl/|sys/socket|sys/un|sys/epoll|netinet/|net/|arpa/|netdb|poll)')"
	report 'src/audit asks no clock and prints nothing' "$(calls \
	'time|clock_now|clock_monotonic_ns|clock_gettime|gettimeofday|printf|fprintf|puts|fputs|putchar|perror' \
	src/audit)"
}

check_top_level() {
	report 'the top level holds only what belongs there' "$(tracked |
	cut -d/ -f1 | sort -u |
	grep -vxE 'cmd|src|data|reports|tests|Makefile|README\.md|LICENSE|\..*')"
}

check_sizes() {
	report 'no file has over 1000 lines' "$(in_sources '
	FNR == 1001 { print FILENAME }' cmd src)"
	report 'no function has over 100 lines' "$(in_sources '
	FNR == 1 { start = 0 }
	/^{/ { start = FNR; name = before }
	/^}/ && start {
		if (FNR - start > 100)
			print FILENAME ":" start ": " name ": " FNR - start
		start = 0
	}
	{ before = $0 }' cmd src)"
	report 'each file opens by saying what it is' "$(in_sources '
	FNR == 1 && !/^\/\*/ { print FILENAME }' cmd src tests)"
}

# The words are put together here so that this file is not one of its finds.
check_wording() {
	marks="TO""DO|FIX""ME|XX""X|HA""CK"
	report 'nothing is marked as left for later' "$(tracked |
	grep -E '^(cmd|src|tests|Makefile|README\.md)' |
	in_tracked "(^|[^A-Za-z0-9_])($marks)([^A-Za-z0-9_]|\$)")"
	report 'no call that the style does without' "$(calls \
	'sprintf|vsprintf|strcpy|strcat|strtok|atoi|atol|gets' cmd src)"
	homes="/ho""me/[a-z]|/Us""ers/[A-Za-z]"
	here=$(dirname "$(pwd)" | sed 's|[^A-Za-z0-9/_-]|.|g')
	case $here in
	/ | /tmp | /var/tmp | /src | /usr/* | /home) ;;
	*) homes="$homes|(^|[^A-Za-z0-9_.])$here/" ;;
	esac
	report "no path of one developer's machine" "$(tracked |
	in_tracked "$homes")"
}

# run.sh takes what is not executable for a helper of the tests beside it.
check_tests() {
	report 'every test can be executed' "$(
	find tests -maxdepth 2 \( -name '*.sh' -o -name '*.py' \) \
		! -name run.sh ! -name deps.sh ! -path 'tests/bench/*' \
		2>/dev/null | while read -r file; do
		[ -x "$file" ] || ! head -n 1 "$file" | grep -q '^#!' ||
			echo "$file starts with #! and is not executable"
	done)"
}

check_floors
check_tags
check_circles
check_objects
check_libraries
check_top_level
check_sizes
check_wording
check_tests
exit $status
