#!/bin/sh
# make install and uninstall: what is installed works from there, the manual
# page tells every option, the units are valid, a changed configuration stays.
set -u

: "${TMPDIR:=/tmp}"
here=$(mktemp -d "$TMPDIR/install.XXXXXX") || exit 2
trap 'rm -rf "$here"' EXIT
prefix=$here/usr
status=0

check() {
	name=$1
	shift
	if "$@" >"$here/log" 2>&1; then
		echo "ok - $name"
		return
	fi
	echo "not ok - $name"
	sed 's/^/# /' "$here/log"
	status=1
}

# The program is there: how it was built is not make's question now.
run_make() {
	make B="$BUILD" -o "$BUILD/fleetscan" PREFIX="$prefix" "$@"
}

demo_runs() {
	(cd "$here" && "$prefix/bin/fleetscan" demo -q) &&
		grep -q missing_intermediate "$here/reports/latest/hosts.csv"
}

# gcc and clang on Linux take all of these; sanitizers go without FORTIFY.
program_is_hardened() {
	readelf -Whd "$prefix/bin/fleetscan" >"$here/elf" &&
		grep -q 'Type: *DYN' "$here/elf" &&
		grep -qE 'BIND_NOW|Flags:.* NOW' "$here/elf" || return
	readelf -W --dyn-syms "$prefix/bin/fleetscan" >"$here/symbols" &&
		grep -q ' __stack_chk_fail' "$here/symbols" || return
	grep -q -e -fsanitize= "$BUILD/flags" ||
		grep -qE ' __[a-z]*printf_chk' "$here/symbols"
}

commands() {
	"$FLEETSCAN" help | awk '/^$/ { part++ } part == 2 && NF { print $1 }'
}

# Every line of the help that begins with an option, against the page's source.
page_is_complete() {
	for command in $(commands); do
		sed -n "/^\\.Ss $command\$/,/^\\.S[sh] /p" \
			"$prefix/share/man/man1/fleetscan.1" >"$here/section"
		"$FLEETSCAN" help "$command" | sed '/^General/,$d' |
			grep -oE '^ {2,6}(-[a-zA-Z0-9], )?-[a-z0-9-]+' |
			grep -oE -e '-[a-zA-Z0-9-]+' | sed 's/^-//' >"$here/options"
		while read -r option; do
			grep -qE "^\\.It .*Fl $option( |\$)" "$here/section" ||
				{ echo "$command: -$option"; return 1; }
		done <"$here/options"
	done
}

page_is_clean() {
	mandoc -T lint -W style "$prefix/share/man/man1/fleetscan.1"
}

# Both spellings of a path in it: none is left to be filled in.
units_are_valid() {
	! grep -r '@[A-Z]*@' "$prefix/lib/systemd" "$prefix/etc" || return
	said=$(systemd-analyze verify --man=no \
		"$prefix/lib/systemd/system/fleetscan.service" \
		"$prefix/lib/systemd/system/fleetscan.timer" 2>&1)
	# Other units of this machine are not ours to judge.
	! echo "$said" | grep fleetscan
}

unit_is_hardened() {
	systemd-analyze security --offline=yes --threshold=20 \
		"$prefix/lib/systemd/system/fleetscan.service"
}

# The command of the unit and of cron: one broken host, nothing said.
configuration_works() {
	echo 127.0.0.1:1 >"$prefix/etc/fleetscan/hosts.txt"
	(cd "$here" && "$prefix/bin/fleetscan" scan \
		--config "$prefix/etc/fleetscan/nightly.conf" -o nightly \
		--trust data.pem) >"$here/said" 2>&1
	code=$?
	cat "$here/said"
	[ $code -eq 0 ] && [ ! -s "$here/said" ] && [ -s "$here/nightly/hosts.csv" ]
}

changed_stays() {
	echo '# mine' >>"$prefix/etc/fleetscan/nightly.conf"
	run_make install && tail -n 1 "$prefix/etc/fleetscan/nightly.conf" |
		grep -qx '# mine'
}

# Only what is the administrator's own.
uninstalled() {
	run_make uninstall || return
	find "$prefix" ! -type d | sort >"$here/left"
	printf '%s\n' "$prefix/etc/fleetscan/hosts.txt" \
		"$prefix/etc/fleetscan/nightly.conf" | diff - "$here/left"
}

nothing_is_left() {
	run_make install && run_make uninstall && run_make install \
		DESTDIR="$here/stage" && run_make uninstall \
		DESTDIR="$here/stage" && find "$here/stage" ! -type d |
		grep . && return 1
	return 0
}

check 'make install' run_make install
check 'the installed program finds its data' demo_runs
check 'the installed program is hardened' program_is_hardened
check 'the manual page tells every option' page_is_complete
if command -v mandoc >/dev/null; then
	check 'the manual page is clean' page_is_clean
else
	echo 'skip - the manual page is clean: mandoc is not installed'
fi
if command -v systemd-analyze >/dev/null; then
	check 'the units are valid' units_are_valid
	check 'the service is hardened' unit_is_hardened
else
	echo 'skip - units: systemd-analyze is not installed'
fi
cp "$here/reports/latest/stores/trust.pem" "$here/data.pem"
check 'the nightly configuration works' configuration_works
check 'a changed configuration stays' changed_stays
check 'make uninstall' uninstalled
check 'install and uninstall leave nothing below DESTDIR' nothing_is_left
exit $status
