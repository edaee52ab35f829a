#!/bin/sh
# Guess: a file with two certificates in /usr/local/share/ca-certificates
# becomes trusted as a whole or not at all: update-ca-certificates says
# "1 added", and curl works.
#
# Fact: the bundle ca-certificates.crt gets both, so what reads the bundle
# (curl, GnuTLS, Go) trusts them; the directory of hash links gets neither,
# because `openssl rehash` skips a file that does not hold exactly one
# certificate, with a warning.  So what looks up by hash (openssl itself, and
# Python, Ruby, PHP and Perl by OpenSSL's default directory) still ends with
# error 20.  One certificate a file is trusted by both.
#
# Seen with Debian 12's ca-certificates 20250419~deb12u2 and OpenSSL 3.0.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

apt-get download -q 'ca-certificates=20250419~deb12u2' >apt.log 2>&1 || {
	cat apt.log
	exit 1
}
dpkg -x ca-certificates_*.deb package
openssl version

key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
# shellcheck disable=SC2086
{
	openssl req -x509 $key -keyout root.key -out root.pem -subj /CN=Root
	openssl req $key -keyout middle.key -out middle.csr -subj /CN=Middle
	echo 'basicConstraints=critical,CA:TRUE' >ca.ext
	openssl x509 -req -in middle.csr -CA root.pem -CAkey root.key \
		-set_serial 1 -extfile ca.ext -out middle.pem
	openssl req $key -keyout leaf.key -out leaf.csr -subj /CN=localhost
	openssl x509 -req -in leaf.csr -CA middle.pem -CAkey middle.key \
		-set_serial 2 -out leaf.pem
} 2>openssl.log

# expect WHAT BUNDLE DIRECTORY: installs local/*.crt and asks both for the leaf.
expect() {
	mkdir -p certs hooks empty
	: >none.conf
	sh package/usr/sbin/update-ca-certificates --certsconf "$work/none.conf" \
		--certsdir "$work/empty" --localcertsdir "$work/local" \
		--etccertsdir "$work/certs" --hooksdir "$work/hooks" >update.log 2>&1
	bundle=refused directory=refused
	! openssl verify -no-CApath -CAfile certs/ca-certificates.crt leaf.pem \
		>/dev/null 2>&1 || bundle=trusted
	! openssl verify -no-CAfile -CApath certs leaf.pem >/dev/null 2>&1 ||
		directory=trusted
	echo "$1: $(grep -o '^[0-9]* added' update.log)" \
		"bundle: $bundle, directory: $directory"
	grep -i warning update.log || true
	[ "$bundle $directory" = "$2 $3" ] || {
		echo "expected: $2 $3"
		exit 1
	}
	rm -rf certs local
}

mkdir local
cat middle.pem root.pem >local/company.crt
expect 'two in one file' trusted refused
mkdir local
cp middle.pem local/middle.crt
cp root.pem local/root.crt
expect 'one a file' trusted trusted
