#include "calls.h"

#include <assert.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

// The jump target of a failed assertion while this thread is in libssh2; NULL otherwise.
static _Thread_local jmp_buf *landing;

// A program's definition takes precedence over glibc's. Only libssh2's frames lie between here and the jump target,
// because it asserts nothing while one of our callbacks runs.
void __assert_fail(const char *assertion, const char *file, unsigned line, const char *function) {
  if (landing) longjmp(*landing, 1);
  fprintf(stderr, "%s:%u: %s: Assertion `%s' failed.\n", file, line, function, assertion);
  abort();
}

// Evaluates `result = call`, or sets the code if an assertion fails in the call.
#define RESCUED(result, call, code)  \
  do {                               \
    jmp_buf here;                    \
    jmp_buf *const before = landing; \
    if (setjmp(here) == 0) {         \
      landing = &here;               \
      result = call;                 \
    } else {                         \
      result = code;                 \
    }                                \
    landing = before;                \
  } while (0)

#define RETURN_RESCUED(type, call)                \
  type result;                                    \
  RESCUED(result, call, OCEANID_SSH2_ASSERTION);  \
  return result

int oceanid_ssh2_handshake(LIBSSH2_SESSION *session, libssh2_socket_t socket) {
  RETURN_RESCUED(int, libssh2_session_handshake(session, socket));
}

char *oceanid_ssh2_userauth_list(
    LIBSSH2_SESSION *session, const char *user, unsigned user_length, int *code) {
  char *list;
  *code = OCEANID_SSH2_ASSERTION;
  RESCUED(
      list, libssh2_userauth_list(session, user, user_length);
      *code = libssh2_session_last_errno(session), NULL);
  return list;
}

int oceanid_ssh2_userauth_memory(
    LIBSSH2_SESSION *session, const char *user, size_t user_length, const char *key, size_t key_length,
    const char *passphrase) {
  RETURN_RESCUED(
      int, libssh2_userauth_publickey_frommemory(
               session, user, user_length, NULL, 0, key, key_length, passphrase));
}

int oceanid_ssh2_userauth_signed(
    LIBSSH2_SESSION *session, const char *user, const unsigned char *public_key, size_t length,
    LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC((*sign)), void **context) {
  RETURN_RESCUED(int, libssh2_userauth_publickey(session, user, public_key, length, sign, context));
}

int oceanid_ssh2_keepalive_send(LIBSSH2_SESSION *session, int *seconds_to_next) {
  RETURN_RESCUED(int, libssh2_keepalive_send(session, seconds_to_next));
}

int oceanid_ssh2_session_disconnect(LIBSSH2_SESSION *session, int reason, const char *description) {
  RETURN_RESCUED(int, libssh2_session_disconnect_ex(session, reason, description, ""));
}

int oceanid_ssh2_session_free(LIBSSH2_SESSION *session) {
  RETURN_RESCUED(int, libssh2_session_free(session));
}

LIBSSH2_CHANNEL *oceanid_ssh2_channel_open(
    LIBSSH2_SESSION *session, const char *type, unsigned type_length, unsigned window, unsigned packet_size,
    const char *message, unsigned message_length, int *code) {
  LIBSSH2_CHANNEL *channel;
  *code = OCEANID_SSH2_ASSERTION;
  RESCUED(
      channel,
      libssh2_channel_open_ex(session, type, type_length, window, packet_size, message, message_length);
      *code = libssh2_session_last_errno(session), NULL);
  return channel;
}

int oceanid_ssh2_channel_exec(LIBSSH2_CHANNEL *channel, const char *command, unsigned length) {
  RETURN_RESCUED(int, libssh2_channel_process_startup(channel, "exec", sizeof "exec" - 1, command, length));
}

ssize_t oceanid_ssh2_channel_read(LIBSSH2_CHANNEL *channel, char *buffer, size_t length) {
  RETURN_RESCUED(ssize_t, libssh2_channel_read_ex(channel, 0, buffer, length));
}

ssize_t oceanid_ssh2_channel_write(LIBSSH2_CHANNEL *channel, const char *bytes, size_t length) {
  RETURN_RESCUED(ssize_t, libssh2_channel_write_ex(channel, 0, bytes, length));
}

int oceanid_ssh2_channel_adjust(LIBSSH2_CHANNEL *channel, unsigned long more) {
  RETURN_RESCUED(int, libssh2_channel_receive_window_adjust2(channel, more, 1, NULL));
}

int oceanid_ssh2_channel_send_eof(LIBSSH2_CHANNEL *channel) {
  RETURN_RESCUED(int, libssh2_channel_send_eof(channel));
}

int oceanid_ssh2_channel_free(LIBSSH2_CHANNEL *channel) {
  RETURN_RESCUED(int, libssh2_channel_free(channel));
}
