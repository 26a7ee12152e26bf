/* SPDX-License-Identifier: Apache-2.0 */
/* dirs.c - bailiff's own directories and sockets; see supervisor.h. */
#include "cmd/bailiffd/supervisor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cmd/bailiffd/bound.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"
#include "pkg/identity/paths.h"

/* Leaves room to count on from. */
#define GENERATION_MAX (INT64_MAX / 2)
/* Published before the one in force; each is memory, maybe tens of MiB. */
#define PREVIOUS_KEPT 2

static const struct dir_row {
	const char *path;
	size_t offset; /* of the descriptor in struct dirs */
} rows[] = {
	{ PATH_PRIVATE, offsetof(struct dirs, private_fd) },
	{ PATH_POLICY, offsetof(struct dirs, policy) },
	{ PATH_SESSIONS, offsetof(struct dirs, sessions) },
	{ PATH_RECEIPTS, offsetof(struct dirs, receipts) },
	{ PATH_STATE, offsetof(struct dirs, state) },
	{ PATH_STATE_TRUST, offsetof(struct dirs, trust) },
	{ PATH_STATE_BUNDLE, offsetof(struct dirs, bundle) },
	{ PATH_STATE_SHIP, offsetof(struct dirs, ship) },
	{ PATH_TRAIL, offsetof(struct dirs, trail) },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static int *dir_fd(struct dirs *d, const struct dir_row *row)
{
	return (int *)(void *)((char *)d + row->offset);
}

/* A new disk has lost+found. */
static bool is_empty(int fd)
{
	const int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *entry;
	bool empty = dir != NULL;

	while (empty && (entry = readdir(dir)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0 ||
			strcmp(entry->d_name, "lost+found") == 0;
	if (dir != NULL)
		(void)closedir(dir);
	return empty;
}

/* The key of the trail is for the audit process: its group may enter, and the
 * other processes, which have the same uid, are not in it. */
static int key_dir_open(struct err *e)
{
	AUTO_FD fd = -1;
	struct stat st;

	if (mkdir(PATH_TRAIL_KEY, 0) < 0 && errno != EEXIST)
		return err_errno(e, "mkdir " PATH_TRAIL_KEY);
	fd = file_open(AT_FDCWD, PATH_TRAIL_KEY, O_RDONLY | O_DIRECTORY, 0, e);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat " PATH_TRAIL_KEY);
	if (st.st_uid != 0) {
		(void)err_set(e, EPERM,
			      PATH_TRAIL_KEY ": owner %u, must be root",
			      st.st_uid);
		return err_hint(e, "somebody changed it: find out who, remove "
				   "it and start bailiffd again");
	}
	if (fchown(fd, 0, BAILIFF_KEY_GID) < 0 || fchmod(fd, 0770) < 0)
		return err_errno(e, "take over " PATH_TRAIL_KEY);
	return fd_steal(&fd);
}

/* A directory that was just made, or that a package or linuxkit.yml made for
 * us and nobody has used, becomes bailiff's own; any other must be already. */
static int dir_adopt(const char *path, struct err *e)
{
	AUTO_FD fd = -1;
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_errno(e, "mkdir %s", path);
	fd = file_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0, e);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat %s", path);
	if (st.st_uid == 0 && is_empty(fd) &&
	    (fchown(fd, BAILIFF_UID, BAILIFF_UID) < 0 || fchmod(fd, 0700) < 0))
		return err_errno(e, "take over %s", path);
	return file_private_dir(AT_FDCWD, path, BAILIFF_UID, e);
}

int dirs_open(struct dirs *d, struct err *e)
{
	for (size_t i = 0; i < ROWS; i++)
		*dir_fd(d, &rows[i]) = -1;
	d->trail_key = -1;
	if (mkdir(PATH_RUN, 0711) < 0 && errno != EEXIST)
		return err_errno(e, "mkdir " PATH_RUN);
	for (size_t i = 0; i < ROWS; i++) {
		const int fd = dir_adopt(rows[i].path, e);

		if (fd < 0)
			return fd;
		*dir_fd(d, &rows[i]) = fd;
		if (i == 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
			(void)err_set(e, EBUSY,
				      "another bailiffd is running here");
			return err_hint(e, "bailiffctl status says which");
		}
	}
	d->trail_key = key_dir_open(e);
	return d->trail_key < 0 ? d->trail_key : 0;
}

void dirs_close(struct dirs *d)
{
	for (size_t i = 0; i < ROWS; i++)
		fd_drop(dir_fd(d, &rows[i]));
	fd_drop(&d->trail_key);
}

bool dirs_are_persistent(const struct dirs *d)
{
	return posture_persists(d->state);
}

const char *dirs_rollback(const struct dirs *d)
{
	return dirs_are_persistent(d) ? "persistent" : "image-floor";
}

static int socket_open(const char *path, mode_t mode, struct err *e)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO_FD fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return err_errno(e, "socket");
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	/* The lock is ours, so what lies there is a dead daemon's. */
	if (unlink(path) < 0 && errno != ENOENT)
		return err_errno(e, "remove the old %s", path);
	const mode_t mask = umask(0777 & ~mode);
	const int r =
		bind(fd, (const struct sockaddr *)&address, sizeof(address));

	(void)umask(mask);
	if (r < 0 || listen(fd, 64) < 0)
		return err_errno(e, "listen on %s", path);
	return fd_steal(&fd);
}

int sockets_open(int ret[2], struct err *e)
{
	static const struct {
		const char *path;
		mode_t mode;
	} sockets[2] = {
		[SOCKET_CONTROL] = { PATH_CONTROL_SOCK, 0600 },
		[SOCKET_EVENTS] = { PATH_EVENTS_SOCK, 0660 },
	};

	for (size_t i = 0; i < 2; i++) {
		ret[i] = socket_open(sockets[i].path, sockets[i].mode, e);
		if (ret[i] < 0)
			return ret[i];
	}
	return 0;
}

int current_read(const struct dirs *d, uint64_t *ret, struct err *e)
{
	struct span text;
	struct buf b;
	int r;

	buf_init(&b, 32);
	r = file_read(d->policy, "current", 32, &b, e);
	if (r == -ENOENT) {
		*ret = 0;
		r = 0;
	} else if (r == 0) {
		text = buf_view(&b);
		if (text.len != 0 && text.p[text.len - 1] == '\n')
			text.len--;
		if (num_parse_u64(text, 1, GENERATION_MAX, ret) < 0)
			r = err_set(e, EBADMSG,
				    PATH_POLICY
				    "/current is not a generation number");
	}
	buf_done(&b);
	return r;
}

int generation_open(const struct dirs *d, uint64_t generation, struct err *e)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%llu",
		       (unsigned long long)generation);
	return file_private_dir(d->policy, name, BAILIFF_UID, e);
}

/* Remove a directory of at most three levels of plain files. */
static void tree_remove(int dirfd, const char *name, unsigned depth)
{
	const int fd = openat(dirfd, name,
			      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, entry->d_name, 0) < 0 && errno == EISDIR &&
		    depth > 0)
			tree_remove(fd, entry->d_name, depth - 1);
	}
	if (dir != NULL)
		(void)closedir(dir);
	(void)unlinkat(dirfd, name, AT_REMOVEDIR);
}

void entry_remove(int dirfd, const char *name)
{
	if (unlinkat(dirfd, name, 0) < 0 && errno == EISDIR)
		tree_remove(dirfd, name, 3);
}

uint64_t generations_highest(const struct dirs *d)
{
	const int fd =
		openat(d->policy, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	uint64_t highest = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		uint64_t generation;

		if (num_parse_u64(span_of(entry->d_name), 1, GENERATION_MAX,
				  &generation) == 0 &&
		    generation > highest)
			highest = generation;
	}
	if (dir != NULL)
		(void)closedir(dir);
	return highest;
}

/* What a launcher that has just read "current" may still open, and what binds
 * something that runs: a policy process that starts reads it back. */
static bool is_kept(const struct supervisor *s, uint64_t generation,
		    const uint64_t *in_use, size_t count)
{
	bool is_used = generation + PREVIOUS_KEPT >= s->info.generation;

	for (size_t i = 0; !is_used && i < count; i++)
		is_used = in_use[i] == generation;
	return is_used;
}

void generations_prune(const struct supervisor *s)
{
	const int fd =
		openat(s->dirs.policy, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	uint64_t in_use[GENERATIONS_KEPT];
	const size_t count =
		bounds_generations(s, in_use, GENERATIONS_KEPT - 1);

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		uint64_t generation;

		if (num_parse_u64(span_of(entry->d_name), 1, INT64_MAX,
				  &generation) == 0 &&
		    !is_kept(s, generation, in_use, count))
			tree_remove(s->dirs.policy, entry->d_name, 3);
	}
	if (dir != NULL)
		(void)closedir(dir);
}
