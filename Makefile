# fleetscan: `make` builds, `make demo` shows, `make test` checks.
#
# demo and test install on Debian what is missing; the other targets only
# build.  DEVELOPER=1 makes warnings errors; SANITIZE=address,undefined or
# SANITIZE=thread builds everything with that sanitizer, in a directory of its
# own.  V=1 shows the commands and all output of the tests.

CC ?= cc
PREFIX ?= /usr/local
DESTDIR ?=
OPTIMIZE ?= -O2 -g
comma := ,
B := build$(if $(SANITIZE),/sanitize-$(subst $(comma),-,$(SANITIZE)))

SRC := $(wildcard src/*/*.c)
CMD := $(wildcard cmd/*.c)
LAB := $(wildcard tests/lab/*.c)
UNIT := $(wildcard tests/unit/*/*.c)
TESTS := $(wildcard tests/*_test.sh tests/chains/*.sh tests/chains/*.py \
	tests/e2e/*.sh tests/e2e/*.py)
CLIENT_TESTS := tests/clients/agreement.py

# pkg-config is asked when the first command needs the answer, and once: by
# then `deps` may have installed it.
LIBRARIES := gnutls libuv libcjson libcares libcurl libpsl libidn2 yaml-0.1 \
	sqlite3
packages = $(eval $1 := $(shell pkg-config $2 $(LIBRARIES)))$(if \
	$(filter-out 0,$(.SHELLSTATUS)),$(error Libraries are missing: \
	`make deps` installs them or names them))$($1)
PACKAGE_CFLAGS = $(call packages,PACKAGE_CFLAGS,--cflags)
PACKAGE_LIBS = $(call packages,PACKAGE_LIBS,--libs)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes \
	$(if $(DEVELOPER),-Werror -Wstrict-prototypes -Wold-style-definition \
	-Wwrite-strings -Wpointer-arith -Wundef -Wvla -Wformat-security)
SANITIZER := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer \
	$(if $(findstring undefined,$(SANITIZE)),-fno-sanitize-recover=undefined))

# Hardening, of which only what the compiler takes together with the flags of
# the environment is used.  It is asked when the first command needs the
# answer, and once.  FORTIFY does not go with -O0, nor with sanitizers, which
# replace the same functions; dpkg-buildpackage brings its own.
HARDENING := -fstack-protector-strong -fPIE -fcf-protection
LINK_HARDENING := -pie -Wl,-z,relro,-z,now
FORTIFY := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=
# try FLAGS, PROGRAM: the flags if the program builds with them.
try = $(shell printf '%b\n' '$2' | $(CC) $(OPTIMIZE) $1 $(CPPFLAGS) $(CFLAGS) \
	$(LDFLAGS) -Werror -x c -o /dev/null - 2>/dev/null && echo '$1')
main := int main(void) { return 0; }
takes = $(foreach flag,$1,$(call try,$(flag),$(main)))
hash := \#
fortified = $(call try,$(FORTIFY)$1,$(hash)include <string.h>\n$(hash)if \
	__USE_FORTIFY_LEVEL < $1\n$(hash)error\n$(hash)endif\n$(main))
once = $(eval $1 := $2)$($1)
HARDENED_CFLAGS = $(call once,HARDENED_CFLAGS,$(call takes,$(HARDENING)) \
	$(if $(SANITIZE),,$(or $(call fortified,3),$(call fortified,2))))
HARDENED_LDFLAGS = $(call once,HARDENED_LDFLAGS,$(call takes,$(LINK_HARDENING)))

CFLAGS_ALL = -std=gnu11 $(WARNINGS) $(OPTIMIZE) -pthread -Isrc -I. \
	-D_GNU_SOURCE $(HARDENED_CFLAGS) $(SANITIZER) $(PACKAGE_CFLAGS) \
	$(CPPFLAGS) $(CFLAGS)
LDFLAGS_ALL = $(HARDENED_LDFLAGS) $(SANITIZER) $(LDFLAGS)
LDLIBS_ALL = $(PACKAGE_LIBS) -pthread -lm $(LDLIBS)

# What the goals need installed: nothing is looked for unless one of them
# asks.  Objects wait for it, so `make test` is one command on a bare machine.
NEEDS := $(if $(filter deps check test test-clients,$(MAKECMDGOALS)),test,build)
DEPS := $(if $(filter demo check test test-clients deps,$(MAKECMDGOALS)),deps)
MAKEFLAGS += -r
ifneq ($(filter demo check test,$(MAKECMDGOALS)),)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
ifneq ($(filter clean,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

# A command is shown as `CC FILE`, with V=1 as it is, with -s not at all.
silent = $(findstring s,$(firstword $(MAKEFLAGS)))
say = $(if $(V),,@$(if $(silent),,echo '$1';))

.PHONY: all
.SECONDARY:
all: $(B)/fleetscan

.PHONY: deps
deps:
	@CC='$(CC)' sh tests/deps.sh $(NEEDS)

# Other flags or another compiler are another build.
QUOTED_FLAGS = $(subst ','\'',$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL))
.PHONY: always
$(B)/flags: always | $(DEPS)
	@mkdir -p $(@D)
	@echo '$(QUOTED_FLAGS)' | cmp -s - $@ || echo '$(QUOTED_FLAGS)' >$@

$(B)/%.o: %.c $(B)/flags | $(DEPS)
	@mkdir -p $(@D)
	$(call say,CC $<)$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# The assembler embeds these, which no compiler notes as a dependency.
$(B)/src/report/assets.o: src/report/page.css src/report/page.js

$(B)/libfleetscan.a: $(SRC:%.c=$(B)/%.o)
	$(call say,AR $@)rm -f $@ && $(AR) rcs $@ $^
$(B)/liblab.a: $(LAB:%.c=$(B)/%.o)
	$(call say,AR $@)rm -f $@ && $(AR) rcs $@ $^

$(B)/fleetscan: $(CMD:%.c=$(B)/%.o) $(B)/liblab.a $(B)/libfleetscan.a
	$(call say,LD $@)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS_ALL)

# tests/unit/FLOOR/test_X.c is a cmocka program of its own; so is, without
# cmocka, tests/lab/program/X.c, which becomes the program X.
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/liblab.a $(B)/libfleetscan.a
	$(call say,LD $@)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS_ALL) -lcmocka
PROGRAMS := $(patsubst tests/lab/program/%.c,$(B)/%,\
	$(wildcard tests/lab/program/*.c))
$(PROGRAMS): $(B)/%: $(B)/tests/lab/program/%.o $(B)/liblab.a \
		$(B)/libfleetscan.a
	$(call say,LD $@)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS_ALL)

# Its output is for people who see the program for the first time: a line for
# the build, not one for each file.
.PHONY: demo build-quietly
build-quietly: $(DEPS)
	@echo 'Building fleetscan...'
	@$(MAKE) -s all
demo: build-quietly
	$(B)/fleetscan demo

# The committed run of the demo's fleet: again when what is written changes.
.PHONY: sample
sample: all
	rm -rf reports/sample
	$(B)/fleetscan demo --quiet --out reports/sample

# Preloaded by tests/e2e/memory.py; a sanitizer has an allocator of its own.
FAILING := $(if $(SANITIZE),,$(B)/failing_memory.so)
$(B)/failing_memory.so: tests/attack/failing_memory.c $(B)/flags
	$(call say,LD $@)$(CC) -std=gnu11 $(WARNINGS) -O1 -fPIC -shared -o $@ $<

UNIT_PROGRAMS := $(UNIT:%.c=$(B)/%)
.PHONY: check test test-clients
check: test
test: $(B)/fleetscan $(PROGRAMS) $(UNIT_PROGRAMS) $(B)/saved_fleet $(FAILING) \
		test-replays
	@B='$(B)' sh tests/run.sh tests/floors.sh tests/figures.py \
		$(UNIT_PROGRAMS) $(TESTS)
# Which lines of src the tests run, with gcc's gcov; some minutes.
COVERED ?= src=96 src/audit=98
.PHONY: coverage
coverage:
	find build/coverage -name '*.gcda' -delete 2>/dev/null || :
	-TEST_TIMEOUT=$${TEST_TIMEOUT:-600} $(MAKE) CC=gcc B=build/coverage \
		OPTIMIZE='-O0 -g' test \
		SANITIZER='--coverage -fprofile-update=atomic'
	python3 tests/coverage.py build/coverage $(COVERED)
# The long forms of some tests: tests/README.md.
ATTACKS ?= descriptors fetching memory signals dns_breaks hostile
.PHONY: attack
attack: $(B)/fleetscan $(PROGRAMS) $(FAILING)
	@B='$(B)' V=1 ATTACK=$${ATTACK:-1} TEST_TIMEOUT=$${TEST_TIMEOUT:-36000} \
		TEST_JOBS=1 sh tests/run.sh $(ATTACKS:%=tests/e2e/%.py)
# The rows that disagree go to $(B)/clients-disagree.tsv; tests/clients/README.md
# says how clients are had.  CLIENTS_DIR= is a directory of them.
test-clients: $(B)/fleetscan $(PROGRAMS)
	@B='$(B)' V=$${V:-1} CLIENTS_DIR='$(CLIENTS_DIR)' \
		TEST_TIMEOUT=$${TEST_TIMEOUT:-3600} sh tests/run.sh $(CLIENT_TESTS)

# CASES=, HOSTS=, ROUNDS=, BASE=, README= and more, see bench.py; as root.  The goal
# bench-peers builds with Go, into build/peers, what else is compared.
BENCH := $(patsubst tests/bench/%.c,$(B)/%,$(wildcard tests/bench/*.c))
BENCH_PLAIN := $(B)/measure $(B)/delay_line
.PHONY: bench bench-peers
bench: all $(BENCH)
	@B='$(B)' python3 tests/bench/bench.py
bench-peers:
	@sh tests/bench/peers.sh
$(BENCH_PLAIN): $(B)/%: $(B)/tests/bench/%.o
	$(call say,LD $@)$(CC) $(LDFLAGS_ALL) -o $@ $^
$(filter-out $(BENCH_PLAIN),$(BENCH)): $(B)/%: $(B)/tests/bench/%.o \
		$(B)/liblab.a $(B)/libfleetscan.a
	$(call say,LD $@)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS_ALL)

# libFuzzer comes with clang; TIME=60 also runs each fuzzer so many seconds.
# Without it a target is a program that reads its seeds: `make test` replays
# them with the sanitizers on, unoptimized, which is built in seconds.
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAYS := $(FUZZERS:%=$(B)/replay_%)
.PHONY: fuzz fuzzers replays
fuzz:
	$(MAKE) CC=clang B=build/fuzz SANITIZE=fuzzer-no-link,address,undefined \
		fuzzers
	@$(foreach fuzzer,$(if $(TIME),$(FUZZERS)),mkdir -p \
		build/fuzz/corpus/$(fuzzer) && build/fuzz/$(fuzzer) \
		-max_total_time=$(TIME) -max_len=65536 \
		-artifact_prefix=build/fuzz/ build/fuzz/corpus/$(fuzzer) \
		$(wildcard tests/fuzz/corpus/$(fuzzer)) &&) :
fuzzers: $(FUZZERS:%=$(B)/%)
$(FUZZERS:%=$(B)/%): $(B)/%: $(B)/tests/fuzz/%.o $(B)/libfleetscan.a
	$(call say,LD $@)$(CC) -fsanitize=fuzzer,address,undefined $(LDFLAGS) -o $@ $^ $(LDLIBS_ALL)
replays: $(REPLAYS)
$(REPLAYS): $(B)/replay_%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/replay.o \
		$(B)/libfleetscan.a
	$(call say,LD $@)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS_ALL)
# Some distributions have the sanitizers' libraries in packages of their own.
.PHONY: test-replays
test-replays: | $(DEPS)
	@mkdir -p '$(B)/replay'
	@if echo 'int main(void) { return 0; }' | $(CC) -x c -o '$(B)/replay/try' \
		-fsanitize=address,undefined - 2>/dev/null; then \
		$(MAKE) -s B='$(B)/replay' SANITIZE=address,undefined \
			OPTIMIZE='-O0 -g' replays; \
	else echo 'no sanitizers: seeds of fuzz targets are not replayed'; fi

# The manual page takes its options from the program's help.
$(B)/fleetscan.1: data/man/fleetscan.1 data/man/page.sh data/man/options.awk \
		$(B)/fleetscan
	$(call say,MAN $@)sh data/man/page.sh $(B)/fleetscan >$@.new && mv $@.new $@

SYSCONFDIR ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
UNITDIR ?= $(PREFIX)/lib/systemd/system
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
DOCDIR ?= $(PREFIX)/share/doc/fleetscan
SHARED := $(PREFIX)/share/fleetscan
MANDIR ?= $(PREFIX)/share/man
PLACES = sed 's|@PREFIX@|$(PREFIX)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g'

# A configuration that is there is the administrator's, and stays.
.PHONY: install uninstall
install: all $(B)/fleetscan.1
	install -D $(B)/fleetscan '$(DESTDIR)$(PREFIX)/bin/fleetscan'
	install -D -m 644 -t '$(DESTDIR)$(SHARED)' \
		$(filter-out %.md %.sh,$(wildcard data/*.*))
	install -D -m 755 -t '$(DESTDIR)$(SHARED)' $(wildcard data/*.sh)
	install -D -m 644 -t '$(DESTDIR)$(SHARED)/schema' \
		$(wildcard reports/schema/*.json)
	install -D -m 644 -t '$(DESTDIR)$(MANDIR)/man1' $(B)/fleetscan.1
	install -D -m 644 data/completions/fleetscan.bash \
		'$(DESTDIR)$(BASHDIR)/fleetscan'
	install -D -m 644 -t '$(DESTDIR)$(ZSHDIR)' data/completions/_fleetscan
	install -D -m 644 -t '$(DESTDIR)$(DOCDIR)' README.md LICENSE
	install -D -m 644 -t '$(DESTDIR)$(DOCDIR)/data' data/README.md \
		data/SOURCES.md
	install -D -m 644 -t '$(DESTDIR)$(DOCDIR)/reports' reports/README.md
	install -D -m 644 -t '$(DESTDIR)$(UNITDIR)' data/system/fleetscan.timer
	install -d '$(DESTDIR)$(SYSCONFDIR)/fleetscan'
	$(PLACES) data/system/fleetscan.cron \
		>'$(DESTDIR)$(DOCDIR)/fleetscan.cron'
	$(PLACES) data/system/fleetscan.service \
		>'$(DESTDIR)$(UNITDIR)/fleetscan.service'
	[ -e '$(DESTDIR)$(SYSCONFDIR)/fleetscan/nightly.conf' ] || \
		$(PLACES) data/system/nightly.conf \
		>'$(DESTDIR)$(SYSCONFDIR)/fleetscan/nightly.conf'

# Unless it is as it was installed.
uninstall:
	rm -f '$(DESTDIR)$(PREFIX)/bin/fleetscan' \
		'$(DESTDIR)$(MANDIR)/man1/fleetscan.1' \
		'$(DESTDIR)$(BASHDIR)/fleetscan' \
		'$(DESTDIR)$(ZSHDIR)/_fleetscan' \
		'$(DESTDIR)$(UNITDIR)/fleetscan.service' \
		'$(DESTDIR)$(UNITDIR)/fleetscan.timer'
	rm -rf '$(DESTDIR)$(SHARED)' '$(DESTDIR)$(DOCDIR)'
	@cd '$(DESTDIR)$(SYSCONFDIR)/fleetscan' 2>/dev/null || exit 0; \
	$(PLACES) '$(CURDIR)/data/system/nightly.conf' | \
		cmp -s - nightly.conf && rm nightly.conf; \
	[ ! -e nightly.conf ] || echo "$$PWD stays, it was changed"; \
	cd .. && rmdir fleetscan 2>/dev/null || :

# A Debian package, in build/deb: dpkg wants a tree with debian/ on top.
DEB := build/deb/tree
.PHONY: deb test-deb
deb:
	@sh tests/deps.sh deb
	rm -rf build/deb && mkdir -p $(DEB)
	cp -a cmd src data tests reports Makefile README.md LICENSE $(DEB)
	find $(DEB)/reports -mindepth 1 -maxdepth 1 ! -name schema \
		! -name sample ! -name README.md -exec rm -rf {} +
	mv $(DEB)/data/debian $(DEB)/debian
	cd $(DEB) && env -u MAKEFLAGS -u MAKELEVEL dpkg-buildpackage -b -us -uc
	rm -rf $(DEB)
	@ls build/deb/*.deb
test-deb: deb $(B)/fleetlab
	@ROOT='$(ROOT)' sh tests/run.sh tests/deb/package.sh tests/deb/booted.sh

.PHONY: clean
clean:
	rm -rf build

C_FILES = $(wildcard $(addsuffix /*.[ch],cmd src/* tests/* tests/unit/* \
	tests/lab/program))
# Both tools as Debian 12 has them: other versions format and warn otherwise,
# so they are said and not run.
LLVM := 14
# tool NAME: its command of that version, or nothing.
tool = $(firstword $(shell for tool in $1-$(LLVM) $1; do \
	$$tool --version 2>/dev/null | grep -q ' version $(LLVM)\.' && \
	echo $$tool; done))
no_tool = echo '$1 $(LLVM) is not installed: not run'
.PHONY: format format-check lint
format format-check: FORMAT := $(call tool,clang-format)
format:
	@$(if $(FORMAT),$(FORMAT) -i $(C_FILES),$(call no_tool,clang-format))
format-check:
	@$(if $(FORMAT),$(FORMAT) --dry-run -Werror $(C_FILES),\
		$(call no_tool,clang-format))
# FILES= names the files; all of them otherwise.
lint: TIDY := $(call tool,clang-tidy)
lint:
	@$(if $(TIDY),printf '%s\n' $(or $(FILES),$(CMD) $(SRC) $(LAB)) | xargs -r -n 1 -P "$$(nproc)" \
		sh -c '$(TIDY) --quiet "$$@" -- $(CFLAGS_ALL)' lint,\
		$(call no_tool,clang-tidy))

-include $(patsubst %.c,$(B)/%.d,$(SRC) $(CMD) $(LAB) $(UNIT) \
	$(wildcard tests/lab/program/*.c tests/fuzz/*.c tests/bench/*.c))
