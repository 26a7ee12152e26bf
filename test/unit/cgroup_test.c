/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_test.c - finding cgroup v2 and a process's place in it. */
#include "test/unit/harness.h"

#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "pkg/identity/cgroup.h"
#include "pkg/identity/probe.h"

#define CGROUP2_MAGIC 0x63677270

TEST(the_cgroup2_mount_is_found_among_others_and_its_name_unescaped)
{
	char point[64];
	const struct span text = span_of(
		"24 1 0:22 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
		"31 24 0:27 / /sys/fs/cgroup ro shared:9 - tmpfs cgroup2 ro\n"
		"33 31 0:29 / /sys/fs/c\\040g\\134 rw shared:10 master:3 - "
		"cgroup2 none rw\n"
		"34 31 0:29 / /other rw - cgroup2 none rw\n");

	CHECK_INT(cgroup_mount_parse(text, point, sizeof(point)), 0);
	CHECK_STR(point, "/sys/fs/c g\\");
	CHECK_INT(cgroup_mount_parse(text, point, 8), -ENAMETOOLONG);
}

TEST(without_a_cgroup2_mount_there_is_none)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		"24 1 0:22 / /cgroup2 rw - sysfs cgroup2 rw\n",
		"24 1 0:22 / /x rw cgroup2\n",
		"33 31 0:29 / /x rw - cgroup none rw,cgroup2\n",
	};
	char point[64];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK_INT(cgroup_mount_parse(span_of(texts[i]), point,
					     sizeof(point)),
			  -ENOENT);
}

TEST(the_v2_path_is_taken_from_among_v1_lines)
{
	char path[64];

	CHECK_INT(cgroup_path_parse(
			  span_of("3:cpu:/a\n1:name=systemd:/b\n0::/web/x\n"),
			  path, sizeof(path)),
		  0);
	CHECK_STR(path, "/web/x");
	CHECK_INT(cgroup_path_parse(span_of("0::/"), path, sizeof(path)), 0);
	CHECK_STR(path, "/");
	CHECK_INT(cgroup_path_parse(span_of("3:cpu:/a\n10::/b\n"), path,
				    sizeof(path)),
		  -ENOENT);
	CHECK_INT(cgroup_path_parse(span_of("0::/0123456"), path, 8),
		  -ENAMETOOLONG);
	CHECK_INT(cgroup_path_parse(span_of("0::/012345"), path, 8), 0);
}

TEST(this_machine_says_where_this_process_is)
{
	char point[256], path[512];
	struct err e = { 0 };
	struct statfs fs;

	CHECK_INT(cgroup_of_pid(getpid(), path, sizeof(path)), 0);
	CHECK(path[0] == '/');
	CHECK_INT(cgroup_of_pid(0x3fffffff, path, sizeof(path)), -ENOENT);
	if (cgroup_mount_find(point, sizeof(point), &e) == -ENOENT)
		test_skip("no cgroup v2 is mounted");
	CHECK_INT(statfs(point, &fs), 0);
	CHECK_INT(fs.f_type, CGROUP2_MAGIC);
}

TEST(the_id_of_a_cgroup_is_that_of_its_directory)
{
	char mount[512], path[512], longer[5000];
	uint64_t id = 0, root = 0;

	if (cgroup_mount_find(mount, sizeof(mount), NULL) < 0)
		test_skip("no cgroup v2 is mounted");
	CHECK_INT(cgroup_of_pid(0, path, sizeof(path)), 0);
	CHECK_INT(cgroup_id(mount, path, &id), 0);
	CHECK(id != 0);
	CHECK_INT(cgroup_id(mount, "/", &root), 0);
	CHECK(root == id || strcmp(path, "/") != 0);
	CHECK_INT(cgroup_id(mount, "/no/such", &id), -ENOENT);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	CHECK_INT(cgroup_id(mount, longer, &id), -ENAMETOOLONG);
}

TEST(a_probe_tells_the_cgroup_and_every_namespace)
{
	struct session self = { 0 }, again = { 0 };
	struct stat st;

	session_probe(&self, 0);
	session_probe(&again, getpid());
	CHECK_INT(memcmp(&self, &again, sizeof(self)), 0);
	CHECK_INT(stat("/proc/self/ns/net", &st), 0);
	CHECK(self.net_ns == st.st_ino);
	CHECK(self.pid_ns != 0 && self.mnt_ns != 0 && self.user_ns != 0 &&
	      self.cgroup_ns != 0);
	CHECK((self.cgroup_id != 0) == (self.cgroup[0] != '\0'));
}
