#pragma once

// A program that is linked with this module overwrites each block of memory when it is freed, so that keys, tokens and
// passphrases are gone from every place that held a copy for a while: Swift's arrays and strings, libyaml, libcurl,
// OpenSSL, libssh2. No call is needed.

// The largest block that is overwritten: a key file of 256 KiB, with what malloc(3) adds to it, and every buffer that
// files are read through. What is larger goes back to the kernel, or is a cluster's answer and no key.
#define OCEANID_WIPED_BYTES ((256 << 10) + 4096)
