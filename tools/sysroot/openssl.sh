# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
# openssl: hashes, signatures, keys, and TLS for collectors; nothing else of it.

without='shared dso module engine dynamic-engine legacy fips tests docs apps
	zlib comp async autoload-config quic http cmp cms ts ct srp srtp dtls
	dgram nextprotoneg ssl3 tls1 tls1_1 aria bf blake2 camellia cast cmac
	des dh dsa ec2m gost idea md4 mdc2 ml-dsa ml-kem slh-dsa ocb rc2 rc4
	rc5 rmd160 seed siphash siv sm2 sm3 sm4 whirlpool argon2 rfc3779 ktls
	afalgeng padlockeng capieng static-engine loadereng default-thread-pool
	thread-pool tls-deprecated-ec ssl-trace multiblock ocsp psk filenames
	err deprecated'
# What this version does not know it would refuse to be configured with.
known=$(sed -n -e '/^my @disablables = /,/^ *);/p' -e '/^my @d\?tls = /p' \
	Configure | tr -c 'a-z0-9_-' '\n')
options=()
for feature in $without; do
	! grep -qx "$feature" <<<"$known" || options+=("no-$feature")
done
# AES-GCM once more for AVX-512, unrolled to 675 KB: more than all other
# assembler together, for a collector's TLS.
gcm=crypto/modes/asm/aes-gcm-avx512.pl
[ ! -e $gcm ] || sed -i 's/^if (\$avx512vaes *> *0)/if (0)/' $gcm
CC=$CC CFLAGS=$CFLAGS ./Configure linux-x86_64 --prefix=/usr --libdir=lib \
	--openssldir=/etc/ssl "${options[@]}"
make build_generated
make libcrypto.a libssl.a
make DESTDIR="$SYSROOT" install_dev
