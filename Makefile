# fleetscan: `make` builds, `make demo` shows, `make test` checks.
# DEVELOPER=1 turns warnings into errors; SANITIZE=address,undefined or
# SANITIZE=thread builds everything with that sanitizer, beside the rest.

CC ?= cc
PREFIX ?= /usr/local
OPTIMIZE ?= -O2 -g
B := build$(if $(SANITIZE),/sanitize-$(subst $(comma),-,$(SANITIZE)))
comma := ,

LIBRARIES := gnutls libuv libcjson libcares libcurl libpsl libidn2
CFLAGS_ALL = -std=gnu11 -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes \
	$(if $(DEVELOPER),-Werror) $(OPTIMIZE) -pthread -Isrc -I. -D_GNU_SOURCE \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer) \
	$(shell pkg-config --cflags $(LIBRARIES)) $(CFLAGS)
LDLIBS_ALL = $(shell pkg-config --libs $(LIBRARIES)) -pthread -lm $(LDLIBS)
LDFLAGS_ALL = $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)

SRC := $(wildcard src/*/*.c)
CMD := $(wildcard cmd/*.c)
LAB := $(wildcard tests/lab/*.c)
UNIT := $(wildcard tests/unit/*/*.c)
OBJ = $(1:%.c=$(B)/%.o)

.PHONY: all
all: $(B)/fleetscan

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(B)/libfleetscan.a: $(SRC:%.c=$(B)/%.o)
	rm -f $@ && $(AR) rcs $@ $^
$(B)/liblab.a: $(LAB:%.c=$(B)/%.o)
	rm -f $@ && $(AR) rcs $@ $^

$(B)/fleetscan: $(CMD:%.c=$(B)/%.o) $(B)/liblab.a $(B)/libfleetscan.a
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS_ALL)

# tests/unit/FLOOR/test_X.c is a cmocka program of its own.
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/liblab.a $(B)/libfleetscan.a
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS_ALL) -lcmocka

.PHONY: clean
clean:
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)
