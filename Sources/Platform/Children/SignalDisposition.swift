internal import Glibc

/// Disables the default action of a signal, for SIGPIPE.
package func ignoreSignal(_ number: Int32) { signal(number, SIG_IGN) }
