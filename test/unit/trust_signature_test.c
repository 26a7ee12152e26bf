/* SPDX-License-Identifier: Apache-2.0 */
/* trust_signature_test.c - signatures are put where they belong. */
#include "test/unit/harness.h"

#include "lib/auto.h"
#include "pkg/trust/signer.h"

static json_t *document(void)
{
	return json_pack("{s:{}, s:[]}", "signed", "signatures");
}

static void put(json_t *doc, const char *id, const char *hex)
{
	struct err e = { 0 };

	CHECK(trust_signature_put(doc, id, span_of(hex), &e) == 0);
}

TEST(whoever_signs_first_the_file_is_the_same)
{
	AUTO_JSON *a = document();
	AUTO_JSON *b = document();

	put(a, "11", "aa");
	put(a, "33", "cc");
	put(a, "22", "bb");
	put(b, "33", "cc");
	put(b, "22", "bb");
	put(b, "11", "aa");
	CHECK(json_equal(a, b));
	CHECK(json_array_size(json_object_get(a, "signatures")) == 3);
}

TEST(a_key_signs_once)
{
	AUTO_JSON *doc = document();
	const json_t *list = json_object_get(doc, "signatures");

	put(doc, "11", "aa");
	put(doc, "11", "bb");
	CHECK(json_array_size(list) == 1);
	CHECK(span_eq_str(
		json_span(json_object_get(json_array_get(list, 0), "sig")),
		"bb"));
}

TEST(what_is_no_metadata_is_not_signed)
{
	AUTO_JSON *doc = json_pack("{s:{}}", "signed");
	struct err e = { 0 };

	CHECK(trust_signature_put(doc, "11", span_of("aa"), &e) == -EBADMSG);
	CHECK(json_object_get(doc, "signatures") == NULL);
}
