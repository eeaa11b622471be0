internal import Glibc

/// Leaves a signal without effect of its own: SIGPIPE for good, others where a `SignalWatch` listens.
package func ignoreSignal(_ number: Int32) { signal(number, SIG_IGN) }
