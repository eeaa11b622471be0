#pragma once

#include <libssh2.h>
#include <sys/types.h>

// libssh2_session_callback_set() takes a data pointer, which Swift can't make of a function:
// these give the callbacks their real types (libssh2.h, LIBSSH2_SEND_FUNC and LIBSSH2_RECV_FUNC).
typedef ssize_t (*oceanid_ssh2_send)(libssh2_socket_t, const void *, size_t, int, void **);
typedef ssize_t (*oceanid_ssh2_receive)(libssh2_socket_t, void *, size_t, int, void **);

static inline void oceanid_ssh2_set_send(LIBSSH2_SESSION *session, oceanid_ssh2_send send) {
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, (void *)send);
}

static inline void oceanid_ssh2_set_receive(LIBSSH2_SESSION *session, oceanid_ssh2_receive receive) {
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, (void *)receive);
}

// The third of them, LIBSSH2_DISCONNECT_FUNC.
typedef void (*oceanid_ssh2_disconnect)(LIBSSH2_SESSION *, int, const char *, int, const char *, int, void **);

static inline void oceanid_ssh2_set_disconnect(LIBSSH2_SESSION *session, oceanid_ssh2_disconnect disconnect) {
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_DISCONNECT, (void *)disconnect);
}

// malloc.h is not part of Swift's Glibc.
extern size_t malloc_usable_size(void *);
static inline size_t oceanid_usable_size(void *block) { return malloc_usable_size(block); }
