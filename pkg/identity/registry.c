/* SPDX-License-Identifier: Apache-2.0 */
/* registry.c - see registry.h. */
#include "pkg/identity/registry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/file.h"
#include "lib/num.h"
#include "pkg/identity/paths.h"

enum kind {
	KIND_U32,
	KIND_I32,
	KIND_U64,
	KIND_TEXT
};

/* One line of the file; the order here is the order in the file. */
struct field {
	const char *key;
	enum kind kind;
	size_t offset;
	uint64_t max; /* a number's; a text's length */
};

/* clang-format off */
static const struct field fields[] = {
	{ "ses",	    KIND_U32,  offsetof(struct session, ses),
	  UINT32_MAX - 1 },
	{ "number",	    KIND_U32,  offsetof(struct session, number),
	  SERVICE_NUMBER_SELF },
	{ "service",	    KIND_TEXT, offsetof(struct session, service),
	  SERVICE_NAME_MAX },
	{ "instance",	    KIND_TEXT, offsetof(struct session, instance),
	  INSTANCE_MAX },
	{ "generation",	    KIND_U64,  offsetof(struct session, generation),
	  UINT64_MAX },
	{ "bundle_version", KIND_U64,  offsetof(struct session, bundle_version),
	  UINT64_MAX },
	{ "pid",	    KIND_I32,  offsetof(struct session, pid),
	  INT32_MAX },
	{ "started_ms",	    KIND_U64,  offsetof(struct session, started_ms),
	  UINT64_MAX },
	{ "cgroup",	    KIND_TEXT, offsetof(struct session, cgroup),
	  CGROUP_PATH_MAX },
	{ "cgroup_id",	    KIND_U64,  offsetof(struct session, cgroup_id),
	  UINT64_MAX },
	{ "pid_ns",	    KIND_U64,  offsetof(struct session, pid_ns),
	  UINT64_MAX },
	{ "mnt_ns",	    KIND_U64,  offsetof(struct session, mnt_ns),
	  UINT64_MAX },
	{ "net_ns",	    KIND_U64,  offsetof(struct session, net_ns),
	  UINT64_MAX },
	{ "user_ns",	    KIND_U64,  offsetof(struct session, user_ns),
	  UINT64_MAX },
	{ "cgroup_ns",	    KIND_U64,  offsetof(struct session, cgroup_ns),
	  UINT64_MAX },
};
/* clang-format on */
#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

static bool name_char(char c, bool is_first)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return true;
	return !is_first && (c == '.' || c == '_' || c == '-');
}

int service_name_check(struct span name, struct err *e)
{
	if (name.len == 0 || name.len > SERVICE_NAME_MAX)
		return err_set(e, EINVAL,
			       "a service name has 1 to %d characters",
			       SERVICE_NAME_MAX);
	for (size_t i = 0; i < name.len; i++)
		if (!name_char(name.p[i], i == 0))
			return err_set(e, EINVAL,
				       "service name \"%.*s\": only a-z, 0-9 "
				       "and, not first, '.', '_', '-'",
				       SPAN_FMT(name));
	return 0;
}

/* Text that can break neither a line nor a terminal. */
static int text_check(struct span text, const char *key, struct err *e)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
			return err_set(e, EINVAL,
				       "%s holds a control character", key);
	return 0;
}

/* Service number 0 stands for what no policy names, and has no name. */
static int session_check(const struct session *s, struct err *e)
{
	struct err inner = { 0 };

	if (s->ses == UINT32_MAX)
		return err_set(e, EINVAL, "ses: that number means none");
	if (s->number > SERVICE_NUMBER_SELF)
		return err_set(e, EINVAL, "number: above %d",
			       SERVICE_NUMBER_SELF);
	if (s->number == 0 && s->service[0] != '\0')
		return err_set(e, EINVAL, "service: number 0 has no name");
	if (s->number != 0 &&
	    service_name_check(span_of(s->service), &inner) < 0)
		return err_set(e, EINVAL, "service: %s", inner.text);
	if (s->pid < 0)
		return err_set(e, EINVAL, "pid: below 0");
	if (text_check(span_of(s->instance), "instance", e) < 0 ||
	    text_check(span_of(s->cgroup), "cgroup", e) < 0)
		return -EINVAL;
	return 0;
}

void session_encode(const struct session *s, struct buf *out)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const void *at = (const char *)s + fields[i].offset;

		buf_printf(out, "%s=", fields[i].key);
		switch (fields[i].kind) {
		case KIND_U32:
			buf_printf(out, "%" PRIu32, *(const uint32_t *)at);
			break;
		case KIND_I32:
			buf_printf(out, "%" PRId32, *(const int32_t *)at);
			break;
		case KIND_U64:
			buf_printf(out, "%" PRIu64, *(const uint64_t *)at);
			break;
		case KIND_TEXT:
			buf_puts(out, at);
			break;
		}
		buf_puts(out, "\n");
	}
}

/* Store one value. Every number's range begins at 0, so one parse serves. */
static int field_set(const struct field *f, struct span value,
		     struct session *s, struct err *e)
{
	void *at = (char *)s + f->offset;
	uint64_t number = 0;

	if (f->kind == KIND_TEXT) {
		if (value.len > f->max || memchr(value.p, '\0', value.len))
			return err_set(e, EBADMSG, "%s: too long or not text",
				       f->key);
		memcpy(at, value.p, value.len);
		((char *)at)[value.len] = '\0';
		return 0;
	}
	if (num_parse_u64(value, 0, f->max, &number) < 0)
		return err_set(e, EBADMSG, "%s: not a number in its range",
			       f->key);
	if (f->kind == KIND_U64)
		*(uint64_t *)at = number;
	else if (f->kind == KIND_U32)
		*(uint32_t *)at = (uint32_t)number;
	else
		*(int32_t *)at = (int32_t)number;
	return 0;
}

static const struct field *field_find(struct span key)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (span_eq_str(key, fields[i].key))
			return &fields[i];
	return NULL;
}

int session_decode(struct span text, struct session *ret, struct err *e)
{
	struct session s = { 0 };
	unsigned seen = 0;

	if (text.len == 0 || text.len > SESSION_FILE_MAX ||
	    text.p[text.len - 1] != '\n')
		return err_set(e, EBADMSG, "empty, cut short or over %d bytes",
			       SESSION_FILE_MAX);
	text.len--;
	for (struct span rest = text; rest.p != NULL;) {
		struct span value = span_cut(&rest, '\n');
		const struct span key = span_cut(&value, '=');
		const struct field *f = field_find(key);

		if (f == NULL || value.p == NULL)
			return err_set(e, EBADMSG, "unknown line");
		if (seen & (1U << (f - fields)))
			return err_set(e, EBADMSG, "%s stands twice", f->key);
		seen |= 1U << (f - fields);
		if (field_set(f, value, &s, e) < 0)
			return -EBADMSG;
	}
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (!(seen & (1U << i)))
			return err_set(e, EBADMSG, "%s is missing",
				       fields[i].key);
	if (session_check(&s, e) < 0) {
		if (e != NULL)
			e->code = EBADMSG;
		return -EBADMSG;
	}
	*ret = s;
	return 0;
}

/* A whole file that already has its owner, under a name no reader looks at. */
static int temporary_write(int dirfd, const char *temp, struct span text,
			   struct err *e)
{
	AUTO_FD fd = file_open_beneath(dirfd, temp,
				       O_WRONLY | O_CREAT | O_TRUNC, 0600, e);
	int r;

	if (fd < 0)
		return fd;
	if (fchmod(fd, 0600) < 0)
		return err_errno(e, "chmod %s", temp);
	r = file_write_all(fd, text);
	if (r < 0)
		return err_set(e, -r, "write %s: %s", temp, strerror(-r));
	if (fchown(fd, BAILIFF_UID, BAILIFF_UID) < 0)
		return err_errno(e, "give %s to uid %u", temp, BAILIFF_UID);
	return 0;
}

int session_register(int dirfd, const struct session *s, struct err *e)
{
	char name[16], temp[40];
	struct buf text;
	int r = session_check(s, e);

	if (r < 0)
		return err_wrap(e, "register session %" PRIu32, s->ses);
	(void)snprintf(name, sizeof(name), "%" PRIu32, s->ses);
	/* With the pid, so that two writers never share a temporary. */
	(void)snprintf(temp, sizeof(temp), ".%s.%d", name, (int)getpid());
	buf_init(&text, SESSION_FILE_MAX);
	session_encode(s, &text);
	r = buf_error(&text);
	if (r < 0)
		(void)err_set(e, -r, "%s", strerror(-r));
	else
		r = temporary_write(dirfd, temp, buf_view(&text), e);
	buf_done(&text);
	if (r == 0 && renameat(dirfd, temp, dirfd, name) < 0)
		r = err_errno(e, "rename to %s", name);
	if (r < 0) {
		(void)unlinkat(dirfd, temp, 0);
		return err_wrap(e, "register session %s", name);
	}
	return 0;
}

/* Registered by bailiff: an ordinary file that its own uid or root owns and
 * nobody else may write. */
static int session_read(int dirfd, const char *name, struct buf *text,
			struct err *e)
{
	AUTO_FD fd =
		file_open_beneath(dirfd, name, O_RDONLY | O_NONBLOCK, 0, e);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat %s", name);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 022) != 0 ||
	    (st.st_uid != BAILIFF_UID && st.st_uid != 0))
		return err_set(e, EBADMSG, "not written by bailiff");
	return file_read_fd(fd, SESSION_FILE_MAX, text, e);
}

int session_lookup(int dirfd, uint32_t ses, struct session *ret, struct err *e)
{
	struct session s;
	struct buf text;
	char name[16];
	int r;

	(void)snprintf(name, sizeof(name), "%" PRIu32, ses);
	buf_init(&text, SESSION_FILE_MAX);
	r = session_read(dirfd, name, &text, e);
	if (r == -EFBIG)
		r = err_set(e, EBADMSG, "over %d bytes", SESSION_FILE_MAX);
	if (r == 0)
		r = session_decode(buf_view(&text), &s, e);
	buf_done(&text);
	if (r == 0 && s.ses != ses)
		r = err_set(e, EBADMSG, "the file tells of session %" PRIu32,
			    s.ses);
	if (r < 0)
		return err_wrap(e, "session %s", name);
	*ret = s;
	return 0;
}

static int number_order(const void *a, const void *b)
{
	const uint32_t m = *(const uint32_t *)a, n = *(const uint32_t *)b;

	return (m > n) - (m < n);
}

static int numbers_read(DIR *dir, uint32_t **list, size_t *count, struct err *e)
{
	const struct dirent *entry;
	size_t room = 0;

	while ((entry = readdir(dir)) != NULL) {
		uint32_t ses, *more;

		/* Temporaries and what is none of ours. */
		if (num_parse_u32(span_of(entry->d_name), 0, UINT32_MAX - 1,
				  &ses) < 0)
			continue;
		if (*count == room) {
			room = room == 0 ? 256 : room * 2;
			more = reallocarray(*list, room, sizeof(**list));
			if (more == NULL)
				return err_set(e, ENOMEM, "out of memory");
			*list = more;
		}
		(*list)[(*count)++] = ses;
	}
	return 0;
}

int session_numbers(int dirfd, uint32_t **ret, size_t *ret_count, struct err *e)
{
	AUTO_FD fd =
		file_open_beneath(dirfd, ".", O_RDONLY | O_DIRECTORY, 0, e);
	AUTO_MEM uint32_t *list = NULL;
	size_t count = 0;
	DIR *dir;
	int r;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (dir == NULL)
		return err_errno(e, "read the session directory");
	(void)fd_steal(&fd);
	r = numbers_read(dir, &list, &count, e);
	(void)closedir(dir);
	if (r < 0)
		return r;
	if (count != 0)
		qsort(list, count, sizeof(*list), number_order);
	*ret = list;
	*ret_count = count;
	list = NULL;
	return 0;
}

int session_each(int dirfd, void (*each)(void *ctx, const struct session *s),
		 void *ctx, struct err *e)
{
	AUTO_MEM uint32_t *numbers = NULL;
	size_t count;
	int found = 0;
	int r = session_numbers(dirfd, &numbers, &count, e);

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct session s;

		/* A damaged or vanished file registers nobody. */
		if (session_lookup(dirfd, numbers[i], &s, NULL) < 0)
			continue;
		each(ctx, &s);
		found++;
	}
	return r < 0 ? r : found;
}
