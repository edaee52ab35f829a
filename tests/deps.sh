#!/bin/sh
# Installs what a build (deps.sh build) or the tests (deps.sh test) need.  On a
# machine that has everything only pkg-config is called; on Debian and systems
# based on it the packages are installed; elsewhere they are named, with exit 2.
set -eu

what=${1:-build}
missing=

need() {
	missing="$missing $1"
}

has_command() {
	command -v "$1" >/dev/null 2>&1 || need "$2"
}

# The compiler may be there without the C library's headers.
has_compiler() {
	compiler=${CC:-cc}
	command -v "$compiler" >/dev/null 2>&1 || compiler=gcc
	echo '#include <stdio.h>' | $compiler -E - >/dev/null 2>&1 ||
		need 'gcc libc6-dev'
}

has_library() {
	pkg-config --exists "$1" 2>/dev/null || need "$2"
}

has_compiler
has_command make make
has_command pkg-config pkg-config
has_library gnutls libgnutls28-dev
has_library libuv libuv1-dev
has_library libcjson libcjson-dev
has_library libcares libc-ares-dev
has_library libcurl libcurl4-gnutls-dev
has_library libpsl libpsl-dev
has_library libidn2 libidn2-dev
has_library yaml-0.1 libyaml-dev
[ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/cert.pem ] ||
	[ -e /etc/ssl/cert.pem ] || need ca-certificates
if [ "$what" = test ]; then
	has_library cmocka libcmocka-dev
	has_command openssl openssl
	has_command python3 python3
	has_command curl curl
	has_command gnutls-cli gnutls-bin
fi
[ -n "$missing" ] || exit 0

refuse() {
	echo "$1, please install (names are Debian's):$missing" >&2
	exit 2
}

command -v apt-get >/dev/null 2>&1 || refuse 'This is not Debian'
as_root=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null 2>&1 || refuse 'Neither root nor sudo'
	as_root=sudo
fi

echo "Installing$missing"
# What apt says is shown only where it fails: people look for the demo behind it.
said=$(mktemp)
trap 'rm -f "$said"' EXIT
# A broken third-party source must not stop us: installing will tell.
$as_root apt-get update -q >"$said" 2>&1 ||
	echo 'apt-get update had errors; going on' >&2
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive \
	apt-get install -yq --no-install-recommends $missing >>"$said" 2>&1 || {
	cat "$said" >&2
	refuse 'apt-get could not do it'
}
