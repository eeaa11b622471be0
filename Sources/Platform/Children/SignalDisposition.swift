internal import Glibc

/// Disables a signal's default action, for SIGPIPE or for a signal that a `SignalWatch` handles.
package func ignoreSignal(_ number: Int32) { signal(number, SIG_IGN) }
