/* SPDX-License-Identifier: Apache-2.0 */
/* doctor.c - bailiffctl doctor: what this kernel and this boot can and cannot
 * enforce. It asks the kernel, not the daemon.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

#include "cmd/bailiffctl/ctl.h"
#include "lib/auto.h"
#include "pkg/enforce/published.h"
#include "pkg/posture/posture.h"

#define ARTEFACT_SUFFIX ".art"

struct doctor {
	struct posture posture;
	enum posture_tier tier;
	char node[65];
	/* Facts that the policy in force rests on; while none is, those without
	 * which none can be. */
	bool needs[FACT_COUNT];
};

/* ---- what the policy in force needs ---------------------------------------
 */

static void service_needs(struct doctor *d, const struct published *p,
			  const char *service)
{
	struct artefact a;
	struct buf raw;

	d->needs[FACT_GATE] = d->posture.facts[FACT_RUNTIME].state ==
			      POSTURE_YES; /* else nothing runs containers */
	buf_init(&raw, ARTEFACT_MAX);
	if (published_artefact(p, service, &raw, &a, NULL) == 0)
		d->needs[FACT_LANDLOCK] |= a.has_landlock;
	buf_done(&raw);
}

static void services_need(struct doctor *d, const struct published *p)
{
	AUTO_FD fd = openat(p->dirfd, "services",
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (dir == NULL)
		return;
	(void)fd_steal(&fd);
	while ((entry = readdir(dir)) != NULL) {
		struct span name = span_of(entry->d_name);
		AUTO_MEM char *service = NULL;

		if (name.len <= strlen(ARTEFACT_SUFFIX) ||
		    strcmp(name.p + name.len - strlen(ARTEFACT_SUFFIX),
			   ARTEFACT_SUFFIX) != 0)
			continue;
		name.len -= strlen(ARTEFACT_SUFFIX);
		service = span_dup(name);
		if (service != NULL)
			service_needs(d, p, service);
	}
	(void)closedir(dir);
}

static void needs_find(struct doctor *d)
{
	struct published p;
	struct err e = { 0 };

	d->needs[FACT_AUDIT] = true;
	d->needs[FACT_SECCOMP] = true;
	d->needs[FACT_ARMED] = true;
	if (published_open(&p, &e) < 0)
		return;
	services_need(d, &p);
	published_close(&p);
}

static bool is_missing(const struct doctor *d, size_t fact)
{
	return d->needs[fact] && d->posture.facts[fact].state != POSTURE_YES;
}

static bool is_anything_missing(const struct doctor *d)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (is_missing(d, i))
			return true;
	return false;
}

/* ---- for programs ---------------------------------------------------------
 */

static int json_print(const struct ctl *ctl, const struct doctor *d)
{
	AUTO_DONE(buf_done) struct buf out = { 0 };
	AUTO_JSON *json = NULL;
	struct err e = { 0 };
	const char *sep = "", *text;

	buf_init(&out, 1 << 20);
	buf_puts(&out, "{\"schema\":\"bailiff.doctor.v1\",\"version\":");
	json_quote(&out, span_of(BAILIFF_VERSION));
	buf_puts(&out, ",\"node\":");
	json_quote(&out, span_of(d->node));
	buf_printf(&out,
		   ",\"tier\":\"%s\",\"tier_sentence\":\"%s\","
		   "\"tier_certain\":%s,\"facts\":{",
		   posture_tier_word(d->tier), posture_tier_sentence(d->tier),
		   posture_tier_is_certain(&d->posture) ? "true" : "false");
	posture_write(&d->posture, FACT_COUNT, d->needs, &out);
	buf_puts(&out, "},\"not_denied\":[");
	for (size_t i = 0; (text = posture_not_denied(&d->posture, i)) != NULL;
	     i++) {
		buf_puts(&out, i != 0 ? "," : "");
		json_quote(&out, span_of(text));
	}
	buf_puts(&out, "],\"missing\":[");
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (is_missing(d, i)) {
			buf_printf(&out, "%s\"%s\"", sep, posture_rows[i].name);
			sep = ",";
		}
	buf_puts(&out, "]}");
	if (json_parse(buf_view(&out), out.max, &json, &e) < 0)
		return ctl_fail(ctl, &e);
	return ctl_print_json(ctl, json);
}

/* ---- for people -----------------------------------------------------------
 */

static void fact_print(const struct ctl *ctl, const struct doctor *d, size_t i)
{
	static const struct {
		const char *word;
		enum ctl_color color;
	} states[] = {
		[POSTURE_UNKNOWN] = { "?", COLOR_WARN },
		[POSTURE_YES] = { "yes", COLOR_GOOD },
		[POSTURE_NO] = { "no", COLOR_QUIET },
	};
	const struct posture_value *v = &d->posture.facts[i];

	(void)fputs("  ", stdout);
	ctl_color(ctl, is_missing(d, i) ? COLOR_BAD : states[v->state].color);
	(void)printf("%-4s", states[v->state].word);
	ctl_color(ctl, COLOR_PLAIN);
	(void)printf(" %-18s ", posture_rows[i].title);
	ctl_put(span_of(v->text));
	(void)fputs("\n", stdout);
}

/* An indented fact rests on the one above it. */
static size_t above_of(size_t i)
{
	while (i != 0 && posture_rows[i].title[0] == ' ')
		i--;
	return i;
}

static const char *title_of(size_t i)
{
	const char *title = posture_rows[i].title;

	return title + strspn(title, " ");
}

/* What it costs that a fact is not yes, and what mends it. */
static void advice_print(const struct doctor *d, size_t i)
{
	const struct posture_value *v = &d->posture.facts[i];

	(void)printf("  %s: ", title_of(i));
	ctl_put(span_of(v->text));
	if (posture_rows[i].costs != NULL)
		(void)printf("\n    costs  %s%s",
			     v->state == POSTURE_UNKNOWN ? "if it is not: "
							 : "",
			     posture_rows[i].costs);
	if (v->mend != NULL)
		(void)printf("\n    mend   %s", v->mend);
	(void)fputs("\n", stdout);
}

/* Was its reason spoken of with the fact above? */
static bool is_told_above(const struct doctor *d, size_t i)
{
	const struct posture_value *v = &d->posture.facts[above_of(i)];

	return above_of(i) != i && v->state != POSTURE_YES &&
	       d->posture.facts[i].mend == v->mend;
}

/* A heading, once. */
static void heading(const struct ctl *ctl, enum ctl_color color,
		    const char **title)
{
	if (*title == NULL)
		return;
	ctl_color(ctl, color);
	(void)printf("\n%s\n", *title);
	ctl_color(ctl, COLOR_PLAIN);
	*title = NULL;
}

static void missing_print(const struct ctl *ctl, const struct doctor *d)
{
	const char *title =
		d->posture.facts[FACT_ARMED].state == POSTURE_YES
			? "Needed by the policy in force, and missing or not to be seen:"
			: "Needed by any policy, and missing or not to be seen:";

	for (size_t i = 0; i < FACT_COUNT; i++) {
		if (!is_missing(d, i))
			continue;
		heading(ctl, COLOR_BAD, &title);
		advice_print(d, i);
	}
}

static void additions_print(const struct ctl *ctl, const struct doctor *d)
{
	const char *title = "Would add to it:";

	for (size_t i = 0; i < FACT_COUNT; i++) {
		if (d->posture.facts[i].state != POSTURE_NO ||
		    is_missing(d, i) || is_told_above(d, i) || i == FACT_PLACE)
			continue;
		heading(ctl, COLOR_PLAIN, &title);
		advice_print(d, i);
	}
}

/* What would show fact @i, if it cannot be seen and was not spoken of. */
static const char *unseen(const struct doctor *d, size_t i)
{
	const struct posture_value *v = &d->posture.facts[i];

	return v->state == POSTURE_UNKNOWN && !is_missing(d, i) ? v->mend
								: NULL;
}

/* By what would show it; facts with one remedy stand on one line. */
static void unseen_print(const struct ctl *ctl, const struct doctor *d)
{
	const char *title = "Not to be seen from here:";
	bool is_told[FACT_COUNT] = { false };

	for (size_t i = 0; i < FACT_COUNT; i++) {
		const char *const mend = unseen(d, i), *sep = "  ";

		if (mend == NULL || is_told[i])
			continue;
		heading(ctl, COLOR_PLAIN, &title);
		for (size_t k = i; k < FACT_COUNT; k++) {
			if (unseen(d, k) == NULL ||
			    strcmp(unseen(d, k), mend) != 0)
				continue;
			(void)printf("%s%s", sep, title_of(k));
			is_told[k] = true;
			sep = ", ";
		}
		(void)printf(": %s\n", mend);
	}
}

static int text_print(const struct ctl *ctl, const struct doctor *d)
{
	const char *text;

	(void)fputs("bailiff ", stdout);
	ctl_put(span_of(BAILIFF_VERSION " on "));
	ctl_put(span_of(d->node));
	(void)printf(": tier %s%s\n  %s\n\n", posture_tier_word(d->tier),
		     posture_tier_is_certain(&d->posture)
			     ? ""
			     : ", or better: not all of it can be seen here",
		     posture_tier_sentence(d->tier));
	for (size_t i = 0; i < FACT_COUNT; i++)
		fact_print(ctl, d, i);
	missing_print(ctl, d);
	additions_print(ctl, d);
	unseen_print(ctl, d);
	(void)fputs("\nNo policy can make this kernel deny:\n", stdout);
	for (size_t i = 0; (text = posture_not_denied(&d->posture, i)) != NULL;
	     i++)
		(void)printf("  - %s\n", text);
	return CTL_DONE;
}

int verb_doctor(struct ctl *ctl, int argc, char **argv)
{
	struct posture_look look;
	struct doctor d = { 0 };
	struct err e = { 0 };
	struct utsname uts;
	int r = ctl_options(ctl, NULL, argc, argv, NULL);

	if (r != CTL_DONE)
		return r;
	if (posture_look_open(&look, &e) < 0)
		return ctl_fail(ctl, &e);
	posture_find(&look, FACT_COUNT, &d.posture);
	posture_look_close(&look);
	if (uname(&uts) == 0)
		(void)snprintf(d.node, sizeof(d.node), "%.64s", uts.nodename);
	d.tier = posture_tier(&d.posture);
	needs_find(&d);
	r = ctl->wants_json ? json_print(ctl, &d) : text_print(ctl, &d);
	return r != CTL_DONE ? r : is_anything_missing(&d) ? CTL_NO : CTL_DONE;
}
