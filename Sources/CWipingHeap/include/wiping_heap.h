#pragma once

// A program that links this module overwrites each memory block when it is freed. So keys, tokens and passphrases do
// not remain in freed copies of Swift arrays and strings, libyaml, libcurl, OpenSSL or libssh2. No call is needed.

// The largest block that is overwritten: a key file of 256 KiB plus malloc(3)'s overhead, and all buffers for reading
// files. Larger blocks are returned to the kernel, or contain cluster data and no keys.
#define OCEANID_WIPED_BYTES ((256 << 10) + 4096)
