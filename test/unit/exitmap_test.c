/* SPDX-License-Identifier: Apache-2.0 */
/* exitmap_test.c - where processes were when they ended. */
#include "test/unit/harness.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pkg/identity/exitmap.h"

#define SLOTS 8U
#define WORDS 6U

/* A map that no program fills: memory of the test's own. */
static uint64_t *fake_map(struct exitmap **ret)
{
	const size_t size = SLOTS * WORDS * sizeof(uint64_t);
	const int fd = memfd_create("exits", MFD_CLOEXEC);
	void *at;

	CHECK(fd >= 0);
	CHECK_INT(ftruncate(fd, (off_t)size), 0);
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(at != MAP_FAILED);
	CHECK_INT(exitmap_open(fd, SLOTS, ret, NULL), 0);
	(void)close(fd);
	return at;
}

/* As the program does it. */
static void entry_write(uint64_t *map, uint32_t pid, uint64_t boot_ns,
			uint64_t cgroup)
{
	uint64_t *slot = map + (size_t)(pid % SLOTS) * WORDS;
	uint64_t all = 0;

	slot[1] = boot_ns;
	slot[2] = cgroup;
	slot[3] = 1;
	slot[4] = cgroup;
	slot[5] = 0;
	for (size_t i = 1; i < WORDS; i++)
		all ^= slot[i];
	all ^= all >> 32;
	all = (uint32_t)all ^ pid;
	slot[0] = all << 32 | pid;
}

TEST(an_entry_is_found_by_its_process_only)
{
	struct exit_entry entry = { 0 };
	struct exitmap *m;
	uint64_t *map = fake_map(&m);

	entry_write(map, 5, 1000000007, 0x100000042);
	CHECK(exitmap_find(m, 5, &entry));
	CHECK_INT(entry.boot_ns, 1000000007);
	CHECK_INT(entry.cgroups[0], 0x100000042);
	CHECK_INT(entry.cgroups[1], 1);
	CHECK_INT(entry.cgroups[2], 0x100000042);
	CHECK_INT(entry.cgroups[3], 0);
	CHECK(!exitmap_find(m, 13, &entry)); /* the same slot */
	CHECK(!exitmap_find(m, 4, &entry));
	CHECK(!exitmap_find(m, 0, &entry));
	CHECK(!exitmap_find(m, -3, &entry));
	entry_write(map, 13, 2000000007, 0x100000043);
	CHECK(!exitmap_find(m, 5, &entry));
	CHECK(exitmap_find(m, 13, &entry));
	exitmap_close(m);
}

TEST(an_entry_that_two_processes_wrote_at_once_is_none)
{
	struct exit_entry entry;
	struct exitmap *m;
	uint64_t *map = fake_map(&m);

	for (size_t word = 0; word < WORDS; word++) {
		entry_write(map, 5, 1000000007, 0x100000042);
		CHECK(exitmap_find(m, 5, &entry));
		map[5 * WORDS + word] ^= word == 0 ? 1ULL << 40 : 64;
		CHECK(!exitmap_find(m, 5, &entry));
	}
	exitmap_close(m);
}

TEST(a_map_of_a_wrong_size_is_refused)
{
	static const uint32_t sizes[] = { 0, 3, 1U << 20 };
	struct exitmap *m;
	struct err e = { 0 };

	for (size_t i = 0; i < 3; i++)
		CHECK_INT(exitmap_open(-1, sizes[i], &m, &e), -EINVAL);
	CHECK_INT(exitmap_open(-1, 8, &m, &e), -EBADF);
}

/* Ends when the parent closed its end. */
static pid_t child_start(int ends[2])
{
	pid_t pid;
	char byte;

	CHECK_INT(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		(void)close(ends[1]);
		_exit((int)read(ends[0], &byte, 1));
	}
	return pid;
}

TEST(the_kernel_says_of_each_process_where_and_when_it_ended)
{
	struct exit_program p = EXIT_PROGRAM_NONE;
	struct exit_entry entry = { 0 };
	struct timespec before, after;
	struct exitmap *m = NULL;
	struct err e = { 0 };
	int ends[2];
	pid_t pid;

	if (geteuid() != 0)
		test_skip("needs root");
	CHECK_INT(exit_program_load(&p, &e), 0);
	CHECK(p.slots >= 32768 && (p.slots & (p.slots - 1)) == 0);
	CHECK_INT(exitmap_open(p.map_fd, p.slots, &m, &e), 0);
	/* Nobody but the program writes there. */
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, p.map_fd,
		   0) == MAP_FAILED);
	pid = child_start(ends);
	CHECK(pid > 0);
	CHECK(!exitmap_find(m, pid, &entry));
	(void)clock_gettime(CLOCK_BOOTTIME, &before);
	(void)close(ends[1]);
	CHECK_INT(waitpid(pid, NULL, 0), pid);
	(void)clock_gettime(CLOCK_BOOTTIME, &after);
	CHECK(exitmap_find(m, pid, &entry));
	CHECK(entry.cgroups[0] != 0);
	CHECK(entry.boot_ns >= (uint64_t)before.tv_sec * 1000000000ULL +
				       (uint64_t)before.tv_nsec);
	CHECK(entry.boot_ns <=
	      (uint64_t)after.tv_sec * 1000000000ULL + (uint64_t)after.tv_nsec);
	/* The last descriptor takes the program away; what it left can still
	 * be read. */
	exit_program_close(&p);
	pid = child_start(ends);
	(void)close(ends[1]);
	CHECK_INT(waitpid(pid, NULL, 0), pid);
	usleep(50000); /* the kernel takes it away when it has the time */
	pid = child_start(ends);
	(void)close(ends[1]);
	CHECK_INT(waitpid(pid, NULL, 0), pid);
	CHECK(!exitmap_find(m, pid, &entry));
	exitmap_close(m);
}
