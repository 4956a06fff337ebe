#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

// Only what is not deprecated in OpenSSL 3.0, so that later releases stay open.
#define OPENSSL_NO_DEPRECATED

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

// One function for each macro that Swift cannot see.

/// BN_num_bytes
static inline int lk_bn_num_bytes(const BIGNUM *number) {
    return BN_num_bytes(number);
}

/// BIO_get_mem_data
static inline long lk_bio_mem_data(BIO *bio, const char **data) {
    char *start = NULL;
    long count = BIO_get_mem_data(bio, &start);
    *data = start;
    return count;
}

/// A passphrase callback that never has one: the default callback would ask on the terminal and wait for ever.
static inline int lk_no_passphrase(char *buffer, int size, int writing, void *data) {
    (void)buffer;
    (void)size;
    (void)writing;
    (void)data;
    return -1;
}

/// PEM_read_bio_PKCS8_PRIV_KEY_INFO with lk_no_passphrase, then the key itself. NULL when it is not an unencrypted
/// PKCS #8 key.
static inline EVP_PKEY *lk_read_pkcs8(BIO *bio) {
    PKCS8_PRIV_KEY_INFO *info = PEM_read_bio_PKCS8_PRIV_KEY_INFO(bio, NULL, lk_no_passphrase, NULL);
    if (info == NULL) return NULL;
    EVP_PKEY *key = EVP_PKCS82PKEY(info);
    PKCS8_PRIV_KEY_INFO_free(info);
    return key;
}

// OSSL_PARAM keeps pointers to its names and values, which only C string literals can promise to outlive the call.
// The functions below hold such parameters together; each returns NULL or 0 on failure.

/// Makes a key from parameters and releases them.
static inline EVP_PKEY *lk_key_from_parameters(const char *type, OSSL_PARAM_BLD *builder) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (parameters != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1) {
        if (EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    return key;
}

/// An RSA public key from big-endian integers.
static inline EVP_PKEY *lk_rsa_public_key(const unsigned char *modulus, int modulus_count,
                                          const unsigned char *exponent, int exponent_count) {
    EVP_PKEY *key = NULL;
    BIGNUM *n = BN_bin2bn(modulus, modulus_count, NULL);
    BIGNUM *e = BN_bin2bn(exponent, exponent_count, NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (n != NULL && e != NULL && builder != NULL && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1) {
        key = lk_key_from_parameters("RSA", builder);
    }
    OSSL_PARAM_BLD_free(builder);
    BN_free(n);
    BN_free(e);
    return key;
}

/// An elliptic-curve public key from an uncompressed point (0x04, x, y).
static inline EVP_PKEY *lk_ec_public_key(const char *group, const unsigned char *point, size_t count) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (builder != NULL && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, count) == 1) {
        key = lk_key_from_parameters("EC", builder);
    }
    OSSL_PARAM_BLD_free(builder);
    return key;
}

/// A context for HMAC-SHA-256 without a key, to be duplicated for each use.
static inline EVP_MAC_CTX *lk_hmac_sha256(void) {
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
    if (context != NULL && EVP_MAC_CTX_set_params(context, parameters) != 1) {
        EVP_MAC_CTX_free(context);
        return NULL;
    }
    return context;
}

#endif
