#pragma once
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

// HMAC(3) takes its key's length as an int and answers with a pointer. 1 when all 32 bytes are there.
static inline int oceanid_hmac_sha256(const void *key, int key_count, const void *message, size_t count,
                                      unsigned char code[32]) {
  unsigned int length = 0;
  return HMAC(EVP_sha256(), key, key_count, message, count, code, &length) != NULL && length == 32;
}
