# SPDX-License-Identifier: Apache-2.0
# Makefile - one file, no configure. "make help" lists the targets.
#
# Every combination of compiler and sanitizer has its own objects under
# build/VARIANT/, so variants never mix. The launcher is always a static binary
# against musl: it is mapped into every service. STATIC=1, which "make static"
# sets, builds everything so, against a musl and libraries of its own.

.DEFAULT_GOAL := all
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
VARIANT := $(notdir $(CC))$(if $(SAN),-san)$(if $(FUZZ),-fuzz)
O := build/$(VARIANT)
BIN := $(if $(filter gcc,$(VARIANT)),build/bin,$(O)/bin)
# What static programs are made of, below $(SYSROOT); the longest first.
SYSROOT := build/musl-sysroot
LIBRARIES := $(addprefix $(SYSROOT)/stamps/,linux-libc-dev musl openssl \
	libmicrohttpd libseccomp elfutils libbpf audit libcap-ng zlib jansson)
ifdef STATIC
override SAN :=
override FUZZ :=
override CC := $(SYSROOT)/bin/musl-cc
VARIANT := static
O := build/static/obj
BIN := build/static/bin
endif
# Where programs are linked; static ones are then stripped into $(BIN).
LINKED_BIN := $(if $(STATIC),build/static/debug,$(BIN))
VERSION := $(shell cat VERSION)
prefix ?= /usr
V ?= 0
Q := $(if $(filter 0,$(V)),@)
IS_QUIET = $(findstring s,$(firstword -$(MAKEFLAGS)))
say = $(if $(filter 0,$(V)$(IS_QUIET)),@printf '  %-7s %s\n' '$(1)' '$(2)')

# ---- flags -----------------------------------------------------------------
STD := -std=gnu17 -D_GNU_SOURCE -DBAILIFF_VERSION='"$(VERSION)"' -I.
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wundef -Wvla -Wformat=2 -Wcast-qual -Wcast-align=strict \
	-Wpointer-arith -Wwrite-strings -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition \
	-Wmissing-variable-declarations -Wredundant-decls -Wnull-dereference \
	-Wswitch-enum -Wimplicit-fallthrough -Wlogical-op -Wduplicated-cond \
	-Wduplicated-branches -Wunused-result
HARDEN := -fstack-protector-strong -fstack-clash-protection \
	-ftrivial-auto-var-init=zero -fno-strict-aliasing -fno-common \
	-fcf-protection=full
WERROR ?= -Werror
OPT := $(if $(SAN)$(FUZZ),-O1 -g -fno-omit-frame-pointer,-O2 -g \
	-U_FORTIFY_SOURCE $(if $(STATIC),,-D_FORTIFY_SOURCE=2))
comma := ,
SANFLAGS := $(if $(SAN)$(FUZZ),-fsanitize=address$(comma)undefined \
	-fno-sanitize-recover=all)
FUZZFLAGS := $(if $(FUZZ),-fsanitize=fuzzer-no-link)
# An input turns these a thousand times, and a fuzzer learns nothing from it.
$(addprefix $(O)/pkg/seccomp/,run.o verdict.o visit.o): FUZZFLAGS :=

# Flags this compiler does not know are dropped, once per variant; probed with
# a declaration, since an empty file is itself pedantically wrong.
$(O)/flags.mk: Makefile $(if $(STATIC),$(LIBRARIES))
	@command -v $(CC) >/dev/null || { \
		echo 'no $(CC) here: run "sudo make deps" first'; exit 1; }
	@mkdir -p $(@D)
	@for f in $(WARN) $(HARDEN); do \
		echo 'extern int probe;' | $(CC) $$f -Werror -xc -c -o /dev/null - \
			2>/dev/null && printf '%s ' "$$f"; done \
		| sed 's/^/KNOWN := /' >$@
# Goals that must work where only make exists; they run make again for the rest.
BARE := help deps check demo lint analyze fuzz clean image
ifeq ($(filter $(BARE),$(MAKECMDGOALS)),)
include $(O)/flags.mk
endif

CFLAGS_ALL = $(STD) $(OPT) $(KNOWN) $(WERROR) $(SANFLAGS) $(FUZZFLAGS) \
	-fPIE $(CFLAGS)
LDFLAGS_ALL = -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed \
	$(SANFLAGS) $(LDFLAGS)
LIBS := -laudit -lbpf -lseccomp -lcap-ng -ljansson -lmicrohttpd -lssl -lcrypto
# A static program has in it what it uses of a library, and nothing says where
# it was built.
ifdef STATIC
OPT += -ffunction-sections -fdata-sections -fno-unwind-tables \
	-fno-asynchronous-unwind-tables -ffile-prefix-map=$(CURDIR)=.
LDFLAGS_ALL = -static-pie -Wl,-z,relro,-z,now,-z,noexecstack \
	-Wl,-z,separate-code,--gc-sections,--build-id=none $(RELR) $(LDFLAGS)
# A tenth of a program is addresses to add its place to; musl 1.2.3 cannot read
# them packed.
RELR := $(if $(filter 1.2.3%,$(shell head -n 1 $(SYSROOT)/stamps/musl)),,\
	-Wl$(comma)-z$(comma)pack-relative-relocs)
LIBS += -lelf -lz
endif

# ---- what is built ---------------------------------------------------------
PROGRAMS := $(notdir $(patsubst %/,%,$(dir $(wildcard cmd/*/main.c))))
COMMANDS := $(if $(STATIC),$(PROGRAMS),$(filter-out bailiff-exec,$(PROGRAMS)))
CORE_SRC := $(wildcard lib/*.c pkg/*/*.c)
CORE_OBJ := $(CORE_SRC:%.c=$(O)/%.o)
UNIT_SRC := $(wildcard test/unit/*_test.c)
UNITS := $(UNIT_SRC:test/unit/%.c=$(O)/unit/%)
# The TUF client for conformance runs: bailiff's own, with libcurl.
TUF_CLIENT := $(O)/peers/tuf-client
FUZZ_SRC := $(wildcard test/fuzz/*_fuzz.c)
FUZZERS := $(FUZZ_SRC:test/fuzz/%.c=$(O)/fuzz/%)
# Tools that are made of bailiff's own code; the others are one file each.
LINKED_SRC := $(wildcard test/bench/audit_*.c) \
	test/bench/trust_load.c test/bench/policy_load.c \
	test/bench/seccomp_load.c \
	test/attacks/confined.c test/streams/replay.c $(wildcard test/diff/*_diff.c)
LINKED := $(LINKED_SRC:test/%.c=build/test/%)
TOOL_SRC := $(filter-out $(LINKED_SRC) test/attacks/false_clock.c,\
	$(wildcard test/attacks/*.c test/bench/*.c test/streams/*.c \
	test/vm/*.c))
TOOLS := $(TOOL_SRC:test/%.c=build/test/%) $(LINKED) \
	build/test/attacks/false_clock.so

.PHONY: all programs
all: programs $(TUF_CLIENT) ## the programs, in build/bin
programs: $(PROGRAMS:%=$(BIN)/%)

define command_rules
$(LINKED_BIN)/$(1): $(patsubst %.c,$(O)/%.o,$(wildcard cmd/$(1)/*.c)) $(O)/core.a
	$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$(Q)$(CC) $$(LDFLAGS_ALL) -o $$@ $$^ $(LIBS)
endef
$(foreach c,$(COMMANDS),$(eval $(call command_rules,$(c))))

$(O)/core.a: $(CORE_OBJ)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)ar rcD $@ $^

$(TUF_CLIENT): $(patsubst %.c,$(O)/%.o,$(wildcard test/peers/*.c)) $(O)/core.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS) -lcurl

$(O)/%.o: %.c $(O)/flags.mk
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# The launcher: musl, static, no library but libc. Kernel headers come from a
# directory that holds nothing of glibc's.
EXEC_SRC := $(wildcard cmd/bailiff-exec/*.c) lib/err.c lib/span.c lib/cur.c \
	lib/buf.c lib/num.c lib/hex.c lib/file.c pkg/policy/artefact.c \
	$(addprefix pkg/identity/,registry.c loginuid.c probe.c cgroup.c) \
	$(wildcard pkg/enforce/*.c)
EXEC_OBJ := $(EXEC_SRC:%.c=build/musl/%.o)
MUSL_CFLAGS := $(STD) -Os -g -Wall -Wextra -Werror \
	-fstack-protector-strong -fno-strict-aliasing \
	-ffunction-sections -fdata-sections -isystem build/uapi
build/uapi:
	@mkdir -p $@
	@for d in linux asm-generic mtd; do \
		[ -e /usr/include/$$d ] && ln -sfn /usr/include/$$d $@/$$d; done; \
	ln -sfn /usr/include/$$(gcc -print-multiarch)/asm $@/asm
build/musl/%.o: %.c | build/uapi
	$(call say,MUSL,$<)
	@mkdir -p $(@D)
	$(Q)musl-gcc $(MUSL_CFLAGS) -MMD -MP -c -o $@ $<
ifndef STATIC
build/bin/bailiff-exec: $(EXEC_OBJ)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)musl-gcc -static -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack \
		-o $@.full $^
	$(Q)strip -o $@ $@.full && rm -f $@.full
	@! readelf -l $@ | grep -q INTERP || { echo "$@ is not static"; exit 1; }
ifneq ($(BIN),build/bin)
$(BIN)/bailiff-exec: build/bin/bailiff-exec
	@mkdir -p $(@D)
	@cp $< $@
endif
endif

# Everything static: the libraries first, each by its recipe, then the programs.
.PHONY: sysroot static size
sysroot: $(LIBRARIES)
static: ## static programs of musl and its own libraries, in build/static/bin
	@$(AGAIN) sysroot
	@$(AGAIN) STATIC=1 programs
size: static ## the size of each static program, and whether it is in its limit
	@tools/size.sh build/static/bin
ifdef STATIC
$(BIN)/%: $(LINKED_BIN)/% tools/check-static.sh
	$(call say,STRIP,$@)
	@mkdir -p $(@D)
	$(Q)tools/check-static.sh $<
	$(Q)strip -o $@ $<
else
# Always asked, since a recipe depends on more than the times of files.
$(LIBRARIES): $(SYSROOT)/stamps/%: FORCE
	+@tools/sysroot/library.sh $(SYSROOT) $* $(filter-out FORCE,$^)
$(filter-out %/linux-libc-dev,$(LIBRARIES)): $(SYSROOT)/stamps/linux-libc-dev
$(filter-out %/linux-libc-dev %/musl,$(LIBRARIES)): $(SYSROOT)/stamps/musl
$(SYSROOT)/stamps/audit: $(SYSROOT)/stamps/libcap-ng
$(SYSROOT)/stamps/elfutils: $(SYSROOT)/stamps/zlib
$(SYSROOT)/stamps/libbpf: $(SYSROOT)/stamps/zlib $(SYSROOT)/stamps/elfutils
endif

# These play against one simulator of a hostile repository.
$(filter $(O)/unit/trust_attack_%,$(UNITS)): $(O)/test/unit/trust_sim.o \
	$(O)/test/unit/trust_sim_client.o
$(O)/unit/%: $(O)/test/unit/%.o $(O)/test/unit/harness.o $(O)/core.a
	$(call say,UNIT,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS)
.SECONDARY: $(UNIT_SRC:%.c=$(O)/%.o) $(O)/test/unit/harness.o
$(O)/fuzz/bailiffd_wire_fuzz: $(addprefix $(O)/cmd/bailiffd/,publication.o \
	info.o stats.o restart.o settings.o)
$(O)/fuzz/%: test/fuzz/%.c $(O)/core.a
	$(call say,FUZZ,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -fsanitize=fuzzer -MMD -MP -o $@ \
		$(filter %.c,$^) $(filter %.o,$^) $(filter %.a,$^) $(LIBS)
build/test/attacks/confined: $(O)/cmd/bailiffd/confine.o
build/test/bench/audit_owners: $(addprefix $(O)/cmd/bailiffd/,sessions.o \
	places.o)
build/test/diff/seccomp_diff: $(addprefix $(O)/test/diff/,run.o \
	seccomp_draft.o seccomp_live.o seccomp_peer.o)
build/test/diff/landlock_diff: $(addprefix $(O)/test/diff/,run.o \
	landlock_probe.o)
# One place for all variants: made anew when the last was another's.
build/test/variant: FORCE
	@mkdir -p $(@D)
	@echo '$(VARIANT)' | cmp -s - $@ || echo '$(VARIANT)' >$@
.PHONY: FORCE
FORCE:
$(LINKED): build/test/%: $(O)/test/%.o $(O)/core.a build/test/variant
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS)
# Small programs that tests run: one file each, static, so that they also run
# in containers and guests.
build/test/%: test/%.c
	$(call say,TOOL,$@)
	@mkdir -p $(@D)
	$(Q)gcc $(STD) -O2 -Wall -Wextra -Werror -static -o $@ $<
# This one is preloaded: a wrong clock for a program under test.
build/test/attacks/%.so: test/attacks/%.c
	$(call say,TOOL,$@)
	@mkdir -p $(@D)
	$(Q)gcc $(STD) -O2 -Wall -Wextra -Werror -shared -fPIC -o $@ $<
# This one writes what the launcher reads, with the launcher's own objects.
build/test/attacks/mkartefact: test/attacks/mkartefact.c \
		$(filter-out build/musl/cmd/%,$(EXEC_OBJ))
	$(call say,TOOL,$@)
	@mkdir -p $(@D)
	$(Q)musl-gcc $(MUSL_CFLAGS) -static -Wl,--gc-sections -o $@ $^

# ---- checks ----------------------------------------------------------------
# One test runner for all of them: it reads TAP and prints one line a file.
INTEGRATION := $(sort $(wildcard test/integration/*.sh))
PEERS := $(sort $(wildcard test/peers/*.sh))
VM := $(filter-out test/vm/kernel.sh,$(sort $(wildcard test/vm/*.sh)))
AGAIN = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,\
	-j$(shell nproc))
RUN = BIN=$(abspath $(BIN)) $(if $(SAN),BAILIFF_SAN=1) test/run.sh
FUZZ_SECONDS ?= 60

.PHONY: units fuzzers tools
units: $(UNITS)
fuzzers: $(FUZZERS)
tools: $(TOOLS)

.PHONY: check
check: deps ## everything below but fuzz and bench; SAN=1: with ASan and UBSan
	@$(AGAIN) all static units tools
	@$(MAKE) --no-print-directory static
	@$(MAKE) --no-print-directory image-root lint
	@$(RUN) $(sort $(UNITS)) $(INTEGRATION) \
		$(if $(SAN),,$(PEERS) $(VM) test/mutation.sh)

.PHONY: check-unit check-integration check-peers check-vm check-mutation
check-unit: programs units ## the unit tests
	@$(RUN) $(sort $(UNITS))
check-integration: all tools static ## real programs on this kernel; as root
	@$(RUN) $(INTEGRATION)
check-peers: all tools ## against python-tuf, auparse, ausearch, laurel
	@$(if $(PEERS),$(RUN) $(PEERS),echo 'no peer is tested yet')
check-vm: all tools static ## other kernels, and LinuxKit's boot imitated, in QEMU
	@$(MAKE) --no-print-directory image-root
	@$(RUN) $(VM)
check-mutation: all tools ## with an allow-all policy every denial must vanish
	@$(RUN) test/mutation.sh

.PHONY: lint
lint: ## includes, comments, format, man pages
	@bad=0; for check in test/lint/*.sh; do $$check || bad=1; done; \
		[ $$bad -eq 0 ] && echo '  lint: clean'

ANALYZED := $(CORE_SRC:%.c=build/analyze/%.log) \
	$(patsubst %.c,build/analyze/%.log,$(wildcard cmd/*/*.c))
.PHONY: analyze
analyze: $(ANALYZED) ## gcc -fanalyzer over every source file
	@echo '  analyze: clean'
build/analyze/%.log: %.c test/analyze.sh test/analyze.accepted
	$(call say,ANALYZE,$<)
	@mkdir -p $(@D)
	$(Q)test/analyze.sh $< $@ $(STD) -MMD -MP -MT $@ -MF $(@:.log=.d)

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZ_SECONDS (60)
	@$(AGAIN) CC=clang FUZZ=1 fuzzers
	@FUZZ_SECONDS=$(FUZZ_SECONDS) test/fuzz/run.sh

SECONDS ?= 600
.PHONY: differential
differential: all tools ## random policies, decided by all that can; SECONDS (600)
	@BIN=$(abspath $(BIN)) test/diff/run.sh $(SECONDS)

.PHONY: attribution
attribution: all tools ## 100,000 processes in eight services: whose was each?
	@PROCESSES=100000 $(RUN) test/integration/73-attribution.sh

ROUNDS ?= 1000
.PHONY: chaos
chaos: all tools ## kill -9 of audit or everything under load; ROUNDS (1000)
	@BIN=$(abspath $(BIN)) ROUNDS=$(ROUNDS) test/chaos.sh

.PHONY: bench bench-boot
bench: all tools image-root ## the figures of the README, measured here
	@for b in launcher gate audit stall memory decode trust seccomp policy \
		reload; do BIN=$(abspath $(BIN)) test/bench/$$b.sh || exit; done
bench-boot: all tools image-root ## what bailiff adds to a node's boot, in QEMU
	@BIN=$(abspath $(BIN)) test/bench/boot.sh

.PHONY: deps
deps: ## install what is missing, through apt
	@test/deps.sh

.PHONY: demo
demo: deps ## two minutes: the whole story, on real programs
	@$(AGAIN) -s all tools
	@BIN=$(abspath $(BIN)) test/demo.sh

# ---- the LinuxKit image ------------------------------------------------------
.PHONY: image-root image
image-root: static
	@mkdir -p build/image
	@tools/image-root.sh build/static/bin build/image/root
	@tools/image-label build.yml >build/image/label.json
image: deps ## the LinuxKit image, in build/image/oci, as REFERENCE: built and run
	@$(AGAIN) all static
	@REFERENCE=$(REFERENCE) tools/image.sh
	@$(RUN) test/integration/91-image.sh

# ---- installing ------------------------------------------------------------
sbindir ?= $(prefix)/sbin
bindir ?= $(prefix)/bin
libexecdir ?= $(prefix)/libexec
mandir ?= $(prefix)/share/man
MAN := $(wildcard cmd/*/*.[18] pkg/*/*.5)

.PHONY: install
install: programs ## DESTDIR=, prefix=/usr; the gate goes under libexec
	install -d $(DESTDIR)$(sbindir) $(DESTDIR)$(bindir) \
		$(DESTDIR)$(libexecdir)/bailiff
	install $(BIN)/bailiffd $(DESTDIR)$(sbindir)
	install $(BIN)/bailiffctl $(BIN)/bailiff-bundle $(DESTDIR)$(bindir)
	install $(BIN)/bailiff-gate $(BIN)/bailiff-exec \
		$(DESTDIR)$(libexecdir)/bailiff
	for page in $(MAN); do install -D -m 644 $$page \
		$(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/} || exit; done

.PHONY: clean
clean: ## remove build/
	rm -rf build

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / \
		{ printf "  make %-18s %s\n", $$1, $$2 }' Makefile

-include $(shell find build -path build/cache -prune -o \
	-path $(SYSROOT) -prune -o -type f -name '*.d' \
	-print 2>/dev/null)
