#pragma once

// Linux functions that Swift's Glibc module does not include.
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

// accept4(2) requires _GNU_SOURCE; its flags are those of socket(2).
extern int accept4(int, struct sockaddr *, socklen_t *, int);

// pipe2(2) requires _GNU_SOURCE.
extern int pipe2(int[2], int);

// F_SETPIPE_SZ requires _GNU_SOURCE. Returns the size, or -1 (fcntl(2)). <fcntl.h> would take struct stat from the Glibc
// module.
extern int fcntl(int, int, ...);
static inline int oceanid_set_pipe_size(int pipe, int bytes) { return fcntl(pipe, 1031, bytes); }

// pthread_setname_np(3) requires _GNU_SOURCE.
extern int pthread_setname_np(pthread_t, const char *);
static inline int oceanid_name_thread(pthread_t thread, const char *name) {
  return pthread_setname_np(thread, name);
}

// struct ucred requires _GNU_SOURCE, which cannot be set for a module; these are its three members (unix(7)).
struct oceanid_peer {
  int pid;
  unsigned int uid;
  unsigned int gid;
};

static inline int oceanid_peer_of(int socket, struct oceanid_peer *peer) {
  socklen_t length = sizeof *peer;
  return getsockopt(socket, SOL_SOCKET, 17 /* SO_PEERCRED */, peer, &length);
}

// Returns the number of groups, or -1. SO_PEERGROUPS is 59 on all architectures but alpha, parisc and sparc.
static inline int oceanid_peer_groups(int socket, unsigned int *groups, int capacity) {
  socklen_t length = (socklen_t)(capacity * sizeof *groups);
  return getsockopt(socket, SOL_SOCKET, 59, groups, &length) == 0 ? (int)(length / sizeof *groups) : -1;
}

// Requires Linux 5.3; glibc has a wrapper since 2.36. The descriptor is close-on-exec (pidfd_open(2)).
static inline int oceanid_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// memfd_create(2) requires _GNU_SOURCE. The descriptor is close-on-exec.
extern int memfd_create(const char *, unsigned int);
static inline int oceanid_memory_file(const char *name) { return memfd_create(name, 1 /* MFD_CLOEXEC */); }

// prctl(2) is variadic, and Swift does not import variadic functions.
static inline int oceanid_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
