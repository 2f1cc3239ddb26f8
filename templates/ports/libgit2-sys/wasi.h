#ifndef INCLUDE_wasi_h__
#define INCLUDE_wasi_h__

/*
 * What a Unix has and WASI doesn't, for files that were written for one. It comes before everything else,
 * and the C library's own headers before its macros.
 */
#ifdef __wasi__

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* There is one user, who owns every file. */
#define getuid() ((uid_t)0)
#define geteuid() ((uid_t)0)
#define getgid() ((gid_t)0)
#define getpwuid_r(uid, entry, buffer, length, found) (*(found) = NULL, 0)

/* There is one process. */
#define getpid() ((pid_t)1)
#define getppid() ((pid_t)0)
#define getpgid(pid) ((pid_t)0)
#define getsid(pid) ((pid_t)0)

/* Files have no permissions. */
#define umask(mask) ((mode_t)0)
#define chmod(path, mode) 0

#endif
#endif
