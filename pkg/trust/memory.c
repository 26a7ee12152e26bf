/* SPDX-License-Identifier: Apache-2.0 */
/* memory.c - a store in memory; see trust.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/trust/trust.h"

void trust_memory_init(struct trust_memory *m)
{
	*m = (struct trust_memory){ 0 };
}

void trust_memory_done(struct trust_memory *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->files[i].name);
		buf_done(&m->files[i].bytes);
	}
	free(m->files);
	trust_memory_init(m);
}

static struct trust_memory_file *file_find(const struct trust_memory *m,
					   const char *name)
{
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->files[i].name, name) == 0)
			return &m->files[i];
	return NULL;
}

/* The file of that name, made if there is none; NULL when out of memory. */
static struct trust_memory_file *file_at(struct trust_memory *m,
					 const char *name)
{
	struct trust_memory_file *f = file_find(m, name);
	AUTO_MEM char *copy = NULL;

	if (f != NULL)
		return f;
	copy = strdup(name);
	f = reallocarray(m->files, m->count + 1, sizeof(*f));
	if (f != NULL)
		m->files = f;
	if (f == NULL || copy == NULL)
		return NULL;
	f = &m->files[m->count++];
	*f = (struct trust_memory_file){ .name = ptr_steal(&copy) };
	buf_init(&f->bytes, SIZE_MAX);
	return f;
}

int trust_memory_put(struct trust_memory *m, const char *name,
		     struct span bytes)
{
	struct trust_memory_file *f = file_at(m, name);

	if (f == NULL)
		return -ENOMEM;
	buf_reset(&f->bytes);
	buf_span(&f->bytes, bytes);
	f->is_dropped = false;
	return buf_error(&f->bytes);
}

struct span trust_memory_get(const struct trust_memory *m, const char *name)
{
	const struct trust_memory_file *f = file_find(m, name);

	if (f == NULL || f->is_dropped)
		return (struct span){ 0 };
	return f->bytes.p != NULL ? buf_view(&f->bytes) : span_of("");
}

static int memory_load(void *ctx, const char *name, size_t max, struct buf *out,
		       struct err *e)
{
	const struct span bytes = trust_memory_get(ctx, name);

	if (bytes.p == NULL)
		return err_set(e, ENOENT, "%s: not stored", name);
	if (bytes.len > max)
		return err_set(e, EFBIG, "%s: more than %zu bytes", name, max);
	buf_span(out, bytes);
	return buf_error(out);
}

static int memory_save(void *ctx, const char *name, struct span bytes,
		       struct err *e)
{
	return trust_memory_put(ctx, name, bytes) < 0
		       ? err_set(e, ENOMEM, "out of memory")
		       : 0;
}

static int memory_drop(void *ctx, const char *name, struct err *e)
{
	struct trust_memory_file *f = file_at(ctx, name);

	if (f == NULL)
		return err_set(e, ENOMEM, "out of memory");
	buf_done(&f->bytes);
	f->is_dropped = true;
	return 0;
}

struct trust_store trust_memory_store(struct trust_memory *m)
{
	return (struct trust_store){
		.load = memory_load,
		.save = memory_save,
		.drop = memory_drop,
		.ctx = m,
	};
}
