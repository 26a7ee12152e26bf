/* SPDX-License-Identifier: Apache-2.0 */
/* author.c - see author.h. */
#include "pkg/policy/author.h"

#include <errno.h>
#include <seccomp.h>

#include "lib/auto.h"
#include "pkg/policy/capabilities.h"
#include "pkg/seccomp/pseudo.h"
#include "pkg/seccomp/superset.h"

#define CAPS_MAX 64

/* The names in the bounding set that are capabilities. */
static size_t caps_of(const json_t *document, const char *names[CAPS_MAX])
{
	const json_t *array = json_object_get(
		json_object_get(document, "capabilities"), "bounding");
	size_t count = 0, i;
	json_t *name;

	json_array_foreach(array, i, name)
		if (json_is_string(name) && count < CAPS_MAX &&
		    capability_find(json_string_value(name)) >= 0)
			names[count++] = json_string_value(name);
	return count;
}

static void host_make(const json_t *document, uint32_t token,
		      const char *names[CAPS_MAX], struct superset_host *ret)
{
	const json_t *kernel =
		json_object_get(json_object_get(document, "require"), "kernel");

	*ret = (struct superset_host){
		.token = token != 0 ? token : seccomp_arch_native(),
		.caps = names,
		.cap_count = caps_of(document, names),
		.major = AUTHOR_KERNEL_MAJOR,
		.minor = AUTHOR_KERNEL_MINOR,
	};
	(void)kernel_parse(json_span(kernel), &ret->major, &ret->minor);
}

static void host_print(struct buf *out, const struct superset_host *host)
{
	arch_print(out, host->token);
	buf_printf(out, ", kernel %u.%u, %s", host->major, host->minor,
		   host->cap_count != 0 ? "" : "no capability");
	for (size_t i = 0; i < host->cap_count; i++)
		buf_printf(out, "%s%s", i != 0 ? " " : "", host->caps[i]);
}

int author_resolve(json_t *document, uint32_t token, struct buf *ret_what,
		   struct err *e)
{
	json_t *seccomp = json_object_get(document, "seccomp");
	const char *names[CAPS_MAX];
	struct superset_host host;
	AUTO_DONE(profile_done) struct profile profile = { 0 };
	AUTO_JSON *plain = NULL;
	int r;

	/* What is plain already stays as it was written. */
	if (!json_is_object(seccomp) ||
	    profile_parse(seccomp, &profile, NULL) == 0)
		return 0;
	host_make(document, token, names, &host);
	r = superset_resolve(seccomp, &host, &plain, e);
	if (r < 0)
		return err_wrap(e, "seccomp");
	if (json_equal(seccomp, plain))
		return 0;
	host_print(ret_what, &host);
	if (buf_error(ret_what) < 0 ||
	    json_object_set(document, "seccomp", plain) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return 0;
}
