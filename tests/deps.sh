#!/bin/sh
# Installs what a build (deps.sh build), the tests (deps.sh test) or Debian's
# package (deps.sh deb) need.  On a machine that has everything only pkg-config
# is called; on Debian and systems based on it the packages are installed;
# elsewhere they are named, on Fedora, Alpine and Arch by their own names, with
# exit 2.
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
has_library sqlite3 libsqlite3-dev
[ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/cert.pem ] ||
	[ -e /etc/ssl/cert.pem ] || need ca-certificates
if [ "$what" = test ]; then
	has_library cmocka libcmocka-dev
	has_command openssl openssl
	has_command python3 python3
	has_command curl curl
	has_command gnutls-cli gnutls-bin
fi
if [ "$what" = deb ]; then
	has_command dpkg-buildpackage dpkg-dev
	has_command dh debhelper
fi
[ -n "$missing" ] || exit 0

# names SYSTEM: the missing packages as that system names them.
names() {
	{ cat <<EOF; echo "$missing" | tr ' ' '\n'; } |
debian               fedora                alpine           arch
gcc                  gcc                   gcc              gcc
libc6-dev            glibc-devel           musl-dev         glibc
make                 make                  make             make
pkg-config           pkgconf-pkg-config    pkgconf          pkgconf
libgnutls28-dev      gnutls-devel          gnutls-dev       gnutls
libuv1-dev           libuv-devel           libuv-dev        libuv
libcjson-dev         cjson-devel           cjson-dev        cjson
libc-ares-dev        c-ares-devel          c-ares-dev       c-ares
libcurl4-gnutls-dev  libcurl-devel         curl-dev         curl
libpsl-dev           libpsl-devel          libpsl-dev       libpsl
libidn2-dev          libidn2-devel         libidn2-dev      libidn2
libyaml-dev          libyaml-devel         yaml-dev         libyaml
libsqlite3-dev       sqlite-devel          sqlite-dev       sqlite
ca-certificates      ca-certificates       ca-certificates  ca-certificates
libcmocka-dev        libcmocka-devel       cmocka-dev       cmocka
openssl              openssl               openssl          openssl
python3              python3               python3          python
curl                 curl                  curl             curl
gnutls-bin           gnutls-utils          gnutls-utils     gnutls
EOF
	awk -v like="$1" '
		NF == 1 { own = ($1 in name) ? name[$1] : $1 }
		NF == 1 && !seen[own]++ { printf " %s", own }
		NF < 2 { next }
		!column { while ($++column != like) ; }
		{ name[$1] = $column }'
}

refuse() {
	echo "$1, please install (names are Debian's):$missing" >&2
	exit 2
}

if ! command -v apt-get >/dev/null 2>&1; then
	# ID_LIKE is that of a system based on one of these.
	system=$(. /etc/os-release 2>/dev/null; echo " ${ID:-} ${ID_LIKE:-} ")
	case $system in
	*' fedora '*) install='dnf install' family=fedora ;;
	*' alpine '*) install='apk add' family=alpine ;;
	*' arch '*) install='pacman -S' family=arch ;;
	*) refuse 'This is not Debian' ;;
	esac
	echo "Please install: $install$(names $family)" >&2
	exit 2
fi
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
