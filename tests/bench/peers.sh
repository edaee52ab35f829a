#!/bin/sh
# Builds tlsx and zgrab2 into build/peers, for bench.py to compare with.  Each
# in its own module, so its own go.sum says what it is made of; versions are
# named, for not every module proxy can list them.
set -eu

cd "$(dirname "$0")/../.."
out=$(pwd)/build/peers
command -v go >/dev/null 2>&1 || {
	echo "bench-peers: needs Go (Debian package golang-go)" >&2
	exit 2
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$out"
for peer in github.com/projectdiscovery/tlsx@v1.1.9 \
	github.com/zmap/zgrab2@v0.1.8; do
	name=$(basename "${peer%@*}")
	[ -x "$out/$name" ] && continue
	cd "$work"
	found=$(go mod download -json "$peer" |
		sed -n 's/^[ 	]*"Dir": "\(.*\)",*$/\1/p') || found=
	[ -n "$found" ] || {
		echo "bench-peers: $peer could not be fetched" >&2
		exit 1
	}
	cp -r "$found" "$work/$name"
	chmod -R u+w "$work/$name"
	cd "$work/$name"
	go build -buildvcs=false -o "$out/$name" "./cmd/$name"
	echo "built $out/$name"
done
