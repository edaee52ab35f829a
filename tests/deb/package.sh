#!/bin/sh
# The package that "make deb" made: what lintian says of it, and that what is in
# it runs without the tree it was built from.
set -u

: "${TMPDIR:=/tmp}"
here=$(mktemp -d "$TMPDIR/package.XXXXXX") || exit 2
trap 'rm -rf "$here"' EXIT
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

version=$("$FLEETSCAN" --version | cut -d' ' -f2)
package=$(ls build/deb/fleetscan_"$version"_*.deb)

depends_on() {
	dpkg-deb -f "$package" Depends | tr ',' '\n' | grep -q "^ *$1 "
}

holds_no_machine() {
	! grep -rlF "$(pwd)" "$here/root"
}

is_configuration() {
	dpkg-deb --ctrl-tarfile "$package" | tar -xOf - ./conffiles |
		grep -x "$1"
}

demo_runs() {
	(cd "$here" && "$here/root/usr/bin/fleetscan" demo -q) &&
		grep -q missing_intermediate "$here/reports/latest/hosts.csv"
}

check 'its version is the program'"'"'s' [ -f "$package" ]
for library in libgnutls30 libuv1 libc6; do
	check "it depends on $library" depends_on "$library"
done
check 'it can be unpacked' dpkg-deb -x "$package" "$here/root"
check 'it holds no path of this machine' holds_no_machine
check 'nightly.conf is kept over an upgrade' \
	is_configuration /etc/fleetscan/nightly.conf
check 'the demo runs out of it' demo_runs
if command -v lintian >/dev/null; then
	check 'lintian' lintian --allow-root --fail-on error,warning \
		build/deb/fleetscan_"$version"_*.changes
else
	echo 'skip - lintian: it is not installed'
fi
exit $status
