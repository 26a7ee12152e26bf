/* SPDX-License-Identifier: Apache-2.0 */
/* exitmap.c - see exitmap.h. */
#include "pkg/identity/exitmap.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/file.h"
#include "lib/num.h"

#define SLOTS_PER_CPU 16384U
#define SLOTS_MIN     32768U
#define SLOTS_MAX     262144U
#define PID_MAX_LIMIT 4194304U /* of 64-bit kernels */

/* A slot as the program writes it: the process in the low half of the first
 * word; in its high half the exclusive or of all else, with which a torn or
 * mixed entry does not agree; then the time and the cgroups. */
enum word {
	WORD_PID,
	WORD_TIME,
	WORD_CGROUPS,
	WORD_COUNT = WORD_CGROUPS + 1 + EXITMAP_LEVELS
};
#define SLOT_BYTES (WORD_COUNT * sizeof(uint64_t))

struct exitmap {
	const volatile uint64_t *words; /* WORD_COUNT for each slot */
	uint32_t slots;			/* a power of two */
};

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static uint64_t pointer(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

/* ---- the program ----------------------------------------------------------
 */

#define INSN(op, to, from, offset, value)                         \
	{                                                         \
		.code = (op), .dst_reg = (to), .src_reg = (from), \
		.off = (offset), .imm = (value)                   \
	}
#define MOVE(to, from)	   INSN(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0)
#define MOVE_K(to, k)	   INSN(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, k)
#define ALU(op, to, from)  INSN(BPF_ALU64 | (op) | BPF_X, to, from, 0, 0)
#define ALU_K(op, to, k)   INSN(BPF_ALU64 | (op) | BPF_K, to, 0, 0, k)
#define CALL(helper)	   INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_##helper)
#define EXIT		   INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define SKIP_UNLESS_0(reg) INSN(BPF_JMP | BPF_JNE | BPF_K, reg, 0, 1, 0)
#define STORE(word, from) \
	INSN(BPF_STX | BPF_MEM | BPF_DW, SLOT, from, 8 * (word), 0)
#define KEEP(word) STORE(word, BPF_REG_0), ALU(BPF_XOR, CHECK, BPF_REG_0)
#define KEEP_LEVEL(k)                                               \
	MOVE_K(BPF_REG_1, k), CALL(get_current_ancestor_cgroup_id), \
		KEEP(WORD_CGROUPS + (k))

/* Registers that calls leave alone. */
#define PID   BPF_REG_6
#define SLOT  BPF_REG_7
#define CHECK BPF_REG_8

static int program_make(int map_fd, uint32_t slots)
{
	/* clang-format off */
	const struct bpf_insn insns[] = {
		CALL(get_current_pid_tgid),
		MOVE(PID, BPF_REG_0),
		ALU_K(BPF_RSH, PID, 32),

		/* SLOT = lookup(map, &(pid & mask)), or the end */
		MOVE(BPF_REG_1, PID),
		ALU_K(BPF_AND, BPF_REG_1, (int32_t)(slots - 1)),
		INSN(BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, BPF_REG_1, -4, 0),
		MOVE(BPF_REG_2, BPF_REG_10),
		ALU_K(BPF_ADD, BPF_REG_2, -4),
		INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD,
		     0, map_fd),
		INSN(0, 0, 0, 0, 0),
		CALL(map_lookup_elem),
		SKIP_UNLESS_0(BPF_REG_0),
		EXIT,
		MOVE(SLOT, BPF_REG_0),

		/* nobody's while it is written */
		MOVE_K(CHECK, 0),
		STORE(WORD_PID, CHECK),
		CALL(ktime_get_boot_ns),
		KEEP(WORD_TIME),
		CALL(get_current_cgroup_id),
		KEEP(WORD_CGROUPS),
		KEEP_LEVEL(1),
		KEEP_LEVEL(2),
		KEEP_LEVEL(3),

		/* check_of() */
		MOVE(BPF_REG_1, CHECK),
		ALU_K(BPF_RSH, BPF_REG_1, 32),
		ALU(BPF_XOR, CHECK, BPF_REG_1),
		ALU(BPF_XOR, CHECK, PID),
		ALU_K(BPF_LSH, CHECK, 32),
		ALU(BPF_OR, CHECK, PID),
		STORE(WORD_PID, CHECK),
		MOVE_K(BPF_REG_0, 0),
		EXIT,
	};
	/* clang-format on */
	static_assert(EXITMAP_LEVELS == 3, "one KEEP_LEVEL() for each");
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = pointer(insns),
		.insn_cnt = sizeof(insns) / sizeof(insns[0]),
		.license = pointer("Apache-2.0"),
		.prog_name = "bailiff_exit",
	};
	const long fd = bpf(BPF_PROG_LOAD, &attr);

	return fd < 0 ? -errno : (int)fd;
}

static uint64_t check_of(const uint64_t words[WORD_COUNT])
{
	uint64_t all = 0;

	for (size_t i = WORD_TIME; i < WORD_COUNT; i++)
		all ^= words[i];
	return (uint32_t)(all ^ all >> 32 ^ words[WORD_PID]);
}

/* ---- the supervisor's side ------------------------------------------------
 */

/* So many that a busy machine ends no more processes in the time in which a
 * record is read; never more than there are numbers. */
static uint32_t slots_choose(void)
{
	const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t pid_max = PID_MAX_LIMIT, slots = SLOTS_MIN;
	struct buf text;

	buf_init(&text, 32);
	if (file_read(AT_FDCWD, "/proc/sys/kernel/pid_max", 31, &text, NULL) ==
		    0 &&
	    text.len != 0)
		(void)num_parse_u32((struct span){ text.p, text.len - 1 }, 1,
				    PID_MAX_LIMIT, &pid_max);
	buf_done(&text);
	while (slots < SLOTS_MAX && slots < pid_max &&
	       slots < (uint32_t)cpus * SLOTS_PER_CPU)
		slots *= 2;
	return slots;
}

static int map_make(uint32_t slots)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(uint32_t),
		.value_size = SLOT_BYTES,
		.max_entries = slots,
		.map_flags = BPF_F_MMAPABLE,
		.map_name = "bailiff_exit",
	};
	AUTO_FD fd = (int)bpf(BPF_MAP_CREATE, &attr);

	if (fd < 0)
		return -errno;
	/* From here on only the program writes. A descriptor opened read-only
	 * would not do: the kernel refuses to map it. */
	attr = (union bpf_attr){ .map_fd = (uint32_t)fd };
	if (bpf(BPF_MAP_FREEZE, &attr) < 0)
		return -errno;
	return fd_steal(&fd);
}

static int program_attach(int program_fd)
{
	union bpf_attr attr = {
		.raw_tracepoint = { .name = pointer("sched_process_exit"),
				    .prog_fd = (uint32_t)program_fd },
	};
	const long fd = bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);

	return fd < 0 ? -errno : (int)fd;
}

int exit_program_load(struct exit_program *ret, struct err *e)
{
	const uint32_t slots = slots_choose();
	AUTO_FD map_fd = map_make(slots), program_fd = -1;
	int link_fd;

	if (map_fd < 0)
		return err_set(e, -map_fd, "make the map of exits: %s",
			       strerror(-map_fd));
	program_fd = program_make(map_fd, slots);
	if (program_fd < 0)
		return err_set(e, -program_fd, "load the exit program: %s",
			       strerror(-program_fd));
	link_fd = program_attach(program_fd);
	if (link_fd < 0)
		return err_set(e, -link_fd, "attach the exit program: %s",
			       strerror(-link_fd));
	*ret = (struct exit_program){ .map_fd = fd_steal(&map_fd),
				      .link_fd = link_fd,
				      .slots = slots };
	return 0;
}

void exit_program_close(struct exit_program *p)
{
	fd_drop(&p->link_fd);
	fd_drop(&p->map_fd);
}

/* ---- the reader's side ----------------------------------------------------
 */

int exitmap_open(int map_fd, uint32_t slots, struct exitmap **ret,
		 struct err *e)
{
	struct exitmap *m = NULL;
	void *at;

	if (slots == 0 || slots > SLOTS_MAX || (slots & (slots - 1)) != 0)
		return err_set(e, EINVAL, "a map of %u exits is none", slots);
	at = mmap(NULL, slots * SLOT_BYTES, PROT_READ, MAP_SHARED, map_fd, 0);
	if (at == MAP_FAILED)
		return err_errno(e, "map the exits");
	m = malloc(sizeof(*m));
	if (m == NULL) {
		(void)munmap(at, slots * SLOT_BYTES);
		return err_set(e, ENOMEM, "out of memory");
	}
	*m = (struct exitmap){ .words = at, .slots = slots };
	*ret = m;
	return 0;
}

void exitmap_close(struct exitmap *m)
{
	if (m == NULL)
		return;
	(void)munmap((void *)(uintptr_t)m->words, m->slots * SLOT_BYTES);
	free(m);
}

bool exitmap_find(const struct exitmap *m, int32_t pid, struct exit_entry *ret)
{
	const size_t slot = (uint32_t)pid & (m->slots - 1);
	const volatile uint64_t *from = m->words + slot * WORD_COUNT;
	uint64_t words[WORD_COUNT];
	uint64_t check;

	for (size_t i = 0; i < WORD_COUNT; i++)
		words[i] = from[i];
	check = words[WORD_PID] >> 32;
	words[WORD_PID] = (uint32_t)words[WORD_PID];
	if (pid <= 0 || words[WORD_PID] != (uint32_t)pid ||
	    check != check_of(words))
		return false;
	ret->boot_ns = words[WORD_TIME];
	memcpy(ret->cgroups, words + WORD_CGROUPS, sizeof(ret->cgroups));
	return true;
}
