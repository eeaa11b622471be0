#pragma once

#include <libssh2.h>
#include <sys/types.h>

// Wrappers for the libssh2 functions that parse data of a peer.
//
// libssh2 is built with assertions, and one of them depends on the peer: the length of an encrypted packet must be a
// multiple of the cipher block size (transport.c, decrypt()). That length is read before the packet's MAC is
// verified, so one modified bit on the network would abort the process. These wrappers return OCEANID_SSH2_ASSERTION
// instead. After that, only oceanid_ssh2_session_free() may be called for the session.

// Not a code of libssh2.h.
#define OCEANID_SSH2_ASSERTION (-4096)

int oceanid_ssh2_handshake(LIBSSH2_SESSION *session, libssh2_socket_t socket);
// Returns NULL if it has to wait, fails, or no authentication is required (libssh2_userauth_authenticated()); see
// `code`.
char *oceanid_ssh2_userauth_list(
    LIBSSH2_SESSION *session, const char *user, unsigned user_length, int *code);
int oceanid_ssh2_userauth_memory(
    LIBSSH2_SESSION *session, const char *user, size_t user_length, const char *key, size_t key_length,
    const char *passphrase);
int oceanid_ssh2_userauth_signed(
    LIBSSH2_SESSION *session, const char *user, const unsigned char *public_key, size_t length,
    LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC((*sign)), void **context);
int oceanid_ssh2_keepalive_send(LIBSSH2_SESSION *session, int *seconds_to_next);
int oceanid_ssh2_session_disconnect(LIBSSH2_SESSION *session, int reason, const char *description);
int oceanid_ssh2_session_free(LIBSSH2_SESSION *session);

// Returns NULL if it fails or has to wait; see `code`.
LIBSSH2_CHANNEL *oceanid_ssh2_channel_open(
    LIBSSH2_SESSION *session, const char *type, unsigned type_length, unsigned window, unsigned packet_size,
    const char *message, unsigned message_length, int *code);
int oceanid_ssh2_channel_exec(LIBSSH2_CHANNEL *channel, const char *command, unsigned length);
ssize_t oceanid_ssh2_channel_read(LIBSSH2_CHANNEL *channel, char *buffer, size_t length);
ssize_t oceanid_ssh2_channel_write(LIBSSH2_CHANNEL *channel, const char *bytes, size_t length);
int oceanid_ssh2_channel_adjust(LIBSSH2_CHANNEL *channel, unsigned long more);
int oceanid_ssh2_channel_send_eof(LIBSSH2_CHANNEL *channel);
int oceanid_ssh2_channel_free(LIBSSH2_CHANNEL *channel);
