#include "openssl_exit.h"

#include <openssl/crypto.h>
#include <stddef.h>

// By default, OpenSSL frees its memory at exit(3), while other threads still use it (OPENSSL_init_crypto(3)): of 120
// processes with three such threads, 25 died by a segmentation fault. The first call decides, so it must precede any use.
__attribute__((constructor)) static void disable_cleanup(void) {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}
