/* SPDX-License-Identifier: Apache-2.0 */
/* sealed.c - see sealed.h. */
#include "pkg/trust/sealed.h"

#include <errno.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

/* Return: the value; 0 for one that is negative or too large, so no value. */
static uint64_t integer_value(const ASN1_INTEGER *number)
{
	uint64_t value;

	return ASN1_INTEGER_get_uint64(&value, number) == 1 ? value : 0;
}

/* A parameter above its limit is refused by the caller before it is read. */
static int scrypt_check(const ASN1_TYPE *parameter, struct err *e)
{
	SCRYPT_PARAMS *p = ASN1_TYPE_unpack_sequence(
		ASN1_ITEM_rptr(SCRYPT_PARAMS), parameter);
	uint64_t n, r, parallel;

	if (p == NULL)
		return err_set(e, EBADMSG, "its scrypt parameters are damaged");
	n = integer_value(p->costParameter);
	r = integer_value(p->blockSize);
	parallel = integer_value(p->parallelizationParameter);
	SCRYPT_PARAMS_free(p);
	/* Divided, since a product could wrap. */
	if (n == 0 || r == 0 || parallel == 0 || n > TRUST_SCRYPT_NR_MAX / r ||
	    parallel > TRUST_SCRYPT_NRP_MAX / (n * r))
		return err_set(e, EOPNOTSUPP,
			       "its passphrase is under scrypt with N=%llu, "
			       "r=%llu, p=%llu: N*r must be at most %d, N*r*p "
			       "at most %d",
			       (unsigned long long)n, (unsigned long long)r,
			       (unsigned long long)parallel,
			       TRUST_SCRYPT_NR_MAX, TRUST_SCRYPT_NRP_MAX);
	return 0;
}

static int pbkdf2_check(const ASN1_TYPE *parameter, struct err *e)
{
	PBKDF2PARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM),
						   parameter);
	uint64_t count;

	if (p == NULL)
		return err_set(e, EBADMSG, "its PBKDF2 parameters are damaged");
	count = integer_value(p->iter);
	PBKDF2PARAM_free(p);
	if (count == 0 || count > TRUST_PBKDF2_MAX)
		return err_set(e, EOPNOTSUPP,
			       "its passphrase is under PBKDF2 with %llu "
			       "rounds: must be 1 to %d",
			       (unsigned long long)count, TRUST_PBKDF2_MAX);
	return 0;
}

static int pbes2_check(const X509_ALGOR *how, struct err *e)
{
	PBE2PARAM *p = NULL;
	int r;

	if (OBJ_obj2nid(how->algorithm) != NID_pbes2)
		return err_set(e, EOPNOTSUPP,
			       "it is not encrypted by PBES2 with scrypt or "
			       "PBKDF2");
	p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM),
				      how->parameter);
	if (p == NULL)
		return err_set(e, EBADMSG, "its PBES2 parameters are damaged");
	switch (OBJ_obj2nid(p->keyfunc->algorithm)) {
	case NID_id_scrypt:
		r = scrypt_check(p->keyfunc->parameter, e);
		break;
	case NID_id_pbkdf2:
		r = pbkdf2_check(p->keyfunc->parameter, e);
		break;
	default:
		r = err_set(e, EOPNOTSUPP,
			    "its passphrase is under neither scrypt nor "
			    "PBKDF2");
	}
	PBE2PARAM_free(p);
	return r;
}

int trust_sealed_check(struct span der, struct err *e)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509_SIG *sealed = d2i_X509_SIG(NULL, &p, (long)der.len);
	const X509_ALGOR *how;
	int r;

	if (sealed == NULL || (const char *)p != der.p + der.len) {
		X509_SIG_free(sealed);
		return err_set(e, EBADMSG, "what the PEM holds is damaged");
	}
	X509_SIG_get0(sealed, &how, NULL);
	r = pbes2_check(how, e);
	X509_SIG_free(sealed);
	return r;
}
