#!/bin/sh
# Shows that every check of floors.sh can fail: a small house that passes is
# built, one offence a row is planted in a copy of it, and the check named in
# the row has to find it.
set -u

floors=$(cd "$(dirname "$0")" && pwd)/floors.sh
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
status=0

# Every floor with one innocent file, and what only looks like an offence.
build_house() {
	for floor in base x509 model system scan audit rundir run fleet repair report; do
		mkdir -p "$1/src/$floor"
		echo '/* A floor. */' >"$1/src/$floor/plain.c"
	done
	mkdir -p "$1/cmd" "$1/tests/e2e"
	printf '%s\n' '/* The door. */' '#include "run/run.h"' \
		'#include "tests/lab/lab.h"' >"$1/cmd/main.c"
	printf '%s\n' '/* Rules: time() is not asked, "strcpy(" is not called. */' \
		'#include <string.h>' '#include "model/words.h"' \
		'static int downtime(int lifetime) { return lifetime; }' \
		'struct one {' 'enum one {' \
		>"$1/src/audit/rules.c"
	printf '%s\n' '/* Probes. */' '#include <uv.h>' '#include <pthread.h>' \
		'#include "model/target.h"' >"$1/src/scan/probe.c"
	echo '# A note.' >"$1/README.md"
}

# found CHECK: did floors.sh fail, and at this check?
found() {
	! BUILD=build sh "$floors" "$scratch/copy" >"$scratch/out" 2>&1 &&
		grep -qF -e "not ok - $1" "$scratch/out"
}

# check NAME OFFENCE: a shell command, run in the copy, then the verdict.
check() {
	rm -rf "$scratch/copy"
	cp -R "$scratch/house" "$scratch/copy"
	(cd "$scratch/copy" && eval "$2")
	if found "$1"; then
		echo "ok - finds: $2"
		return
	fi
	echo "not ok - does not find: $2"
	sed 's/^/# /' "$scratch/out"
	status=1
}

build_house "$scratch/house"
if BUILD=build sh "$floors" "$scratch/house" >"$scratch/out" 2>&1; then
	echo 'ok - a house in order passes'
else
	echo 'not ok - a house in order passes'
	sed 's/^/# /' "$scratch/out"
	status=1
fi

# object NAME NEEDED: as if src/base/NAME.c had been built, calling NEEDED.
object() {
	mkdir -p build/src/base
	: >build/libfleetscan.a
	echo "/* One of a circle. */" >"src/base/$1.c"
	echo "int $2(void); int $1(void); int $1(void) { return $2(); }" |
		${CC:-cc} -x c -c -o "build/src/base/$1.o" -
}

word=TO
while IFS='|' read -r name offence; do
	check "$name" "$offence"
done <<'END'
includes stay|echo '#include "model/site.h"' >>src/base/plain.c
includes stay|echo '#include "scan/crew.h"' >>src/model/plain.c
includes stay|echo '#include "audit/path.h"' >>src/scan/plain.c
includes stay|echo '#include "report/csv.h"' >>src/audit/plain.c
includes stay|echo '# include "scan/crew.h"' >>src/report/plain.c
includes stay|echo '#include <run/run.h>' >>src/report/plain.c
includes stay|echo '#include "model/target.h"' >>src/x509/plain.c
includes stay|echo '#include "rundir/archive.h"' >>src/system/plain.c
includes stay|echo '#include "fleet/sites.h"' >>src/run/plain.c
includes stay|echo '#include "cmd/options.h"' >>src/fleet/plain.c
includes stay|echo '#include "tests/lab/lab.h"' >>src/fleet/plain.c
includes stay|mkdir src/util; echo '/* Odd. */' >src/util/a.c; echo '#include <stdio.h>' >>src/util/a.c
includes of ours|echo '#include "plain.h"' >>src/scan/plain.c
includes of ours|echo '#include "../base/map.h"' >>src/scan/plain.c
no files include|echo '#include "base/fill.h"' >>src/base/plain.c; echo '#include "base/plain.h"' >src/base/fill.h
no files include|echo '#include "base/fill.h"' >src/base/plain.h; echo '#include "base/plain.h"' >>src/base/fill.c
no files include|for at in a:b b:c c:a; do echo "#include \"cmd/${at#*:}.h\"" >"cmd/${at%:*}.c"; done
no objects need|object fill pour; object pour fill
no objects need|object one two; object two three; object three one
a struct or enum tag|echo 'struct reader {' >>src/base/plain.c; echo 'struct reader {' >>cmd/main.c
a struct or enum tag|echo 'static const struct row {' >>src/base/plain.c; echo 'struct row {' >>src/run/plain.c
libuv|echo '#include <uv.h>' >>src/fleet/plain.c
c-ares|echo '#include <ares.h>' >>src/scan/plain.c
c-ares|echo '#include <ares_dns.h>' >>src/scan/plain.c
libcurl|echo '#include <curl/curl.h>' >>src/scan/plain.c
libpsl only|echo '#include <libpsl.h>' >>src/fleet/plain.c
cJSON|echo '#include <cjson/cJSON.h>' >>src/report/plain.c
cJSON|echo '#include "cJSON.h"' >>src/report/plain.c
GnuTLS|echo '#include <gnutls/x509.h>' >>src/scan/plain.c
GnuTLS|echo '#include <gnutls/gnutls.h>' >>cmd/main.c
threads|echo '#include <pthread.h>' >>src/fleet/plain.c
src/audit includes no|echo '#include <sys/socket.h>' >>src/audit/plain.c
src/audit includes no|echo '#include <arpa/inet.h>' >>src/audit/plain.c
src/audit asks no clock|echo 'long now(void) { return time(0); }' >>src/audit/plain.c
src/audit asks no clock|echo 'long now(void) { return clock_now(); }' >>src/audit/plain.c
src/audit asks no clock|echo 'void say(void) { printf("x"); }' >>src/audit/plain.c
the top level|mkdir lib; echo x >lib/x
the top level|echo x >NOTES.txt
no file has|yes '' | head -n 1001 >>src/base/plain.c
no function has|{ echo 'void'; echo 'f(void)'; echo '{'; yes '' | head -n 101; echo '}'; } >>cmd/main.c
each file opens|echo 'int x;' >src/base/bare.c
nothing is marked|echo "/* ${word}DO: later */" >>src/base/plain.c
nothing is marked|echo "# FIX""ME" >>README.md
no call|echo 'void f(char *a) { strcpy(a, a); }' >>src/base/plain.c
no call|echo 'int f(char *a) { return sprintf (a, "x"); }' >>src/base/plain.c
no call|echo 'int f(char *a) { return /* why */ atoi(a); }' >>cmd/main.c
no path of one|echo "see /ho""me/someone/x" >>README.md
every test|echo '#!/bin/sh' >tests/e2e/scan.sh
END
exit $status
