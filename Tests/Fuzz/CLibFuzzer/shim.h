// libFuzzer as a library (llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library"): no header of LLVM's names it.
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*one)(const uint8_t *data, size_t size));
