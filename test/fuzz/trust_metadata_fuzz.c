/* SPDX-License-Identifier: Apache-2.0 */
/* trust_metadata_fuzz.c - any bytes as any role's metadata, as a key file, as a
 * date.
 *
 * The first byte chooses the role; two lines are a pattern and a path as well.
 * What parses must have a canonical form that parses and is its own canonical
 * form, and verifying must not change it.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/when.h"
#include "pkg/trust/delegation.h"
#include "pkg/trust/metadata.h"
#include "pkg/trust/signer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void metadata_try(enum trust_role role, struct span bytes)
{
	struct trust_metadata m = { 0 };
	struct trust_signer_ids ids = { 0 };
	json_t *again = NULL;
	struct err e = { 0 };
	struct buf canonical;

	if (trust_metadata_parse(role, bytes, &m, &e) < 0) {
		if (e.code == 0 || e.text[0] == '\0')
			abort(); /* a refusal without a sentence */
		return;
	}
	buf_init(&canonical, SIZE_MAX);
	/* Raw control characters make a canonical form that is not JSON. */
	if (json_parse(buf_view(&m.canonical), SIZE_MAX, &again, NULL) == 0 &&
	    (json_canonical(again, &canonical) < 0 ||
	     !span_eq(buf_view(&canonical), buf_view(&m.canonical))))
		abort();
	if (role == TRUST_ROLE_ROOT &&
	    trust_metadata_verify(&m, &m.root.roles[TRUST_ROLE_ROOT], &ids,
				  &e) == 0 &&
	    ids.count < m.root.roles[TRUST_ROLE_ROOT].threshold)
		abort();
	trust_signer_ids_done(&ids);
	json_decref(again);
	buf_done(&canonical);
	trust_metadata_done(&m);
}

static void date_try(struct span text)
{
	char back[WHEN_TEXT];
	int64_t seconds;

	if (when_parse(text, &seconds) < 0)
		return;
	when_format(seconds, back);
	if (!span_eq_str(text, back))
		abort();
}

/* What a pattern means, without any thought of speed; ASCII only. */
static bool pattern_means(const char *pattern, const char *path)
{
	if (*pattern == '\0')
		return *path == '\0';
	if (*pattern == '*')
		return pattern_means(pattern + 1, path) ||
		       (*path != '\0' && *path != '/' &&
			pattern_means(pattern, path + 1));
	if (*path == '\0' ||
	    (*pattern == '?' ? *path == '/' : *pattern != *path))
		return false;
	return pattern_means(pattern + 1, path + 1);
}

/* Two short lines: a pattern and a path. */
static void pattern_try(struct span bytes)
{
	const struct span pattern = span_cut(&bytes, '\n');
	char *a = span_dup(pattern), *b = span_dup(bytes);
	bool is_plain =
		a != NULL && b != NULL && pattern.len <= 12 && bytes.len <= 16;

	for (size_t i = 0; is_plain && i < bytes.len; i++)
		is_plain = (unsigned char)bytes.p[i] < 0x80;
	if (is_plain && trust_pattern_matches(a, b) != pattern_means(a, b))
		abort();
	free(a);
	free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trust_signer signer = { 0 };
	json_t *object = NULL;
	struct span bytes;

	if (size == 0)
		return 0;
	bytes = (struct span){ (const char *)data + 1, size - 1 };
	metadata_try((enum trust_role)(data[0] % TRUST_ROLE_COUNT), bytes);
	date_try(bytes);
	pattern_try(bytes);
	if (trust_public_import(bytes, &object, NULL) == 0)
		json_decref(object);
	/* An encrypted key costs scrypt: only what is not one is tried. */
	if (bytes.len < 64 && trust_signer_import(bytes, span_of("passphrase"),
						  &signer, NULL) == 0)
		trust_signer_done(&signer);
	return 0;
}
