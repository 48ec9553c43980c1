/*
 * crashpoint: a library for LD_PRELOAD that stops a whole tree of processes, or lets one call fail, at the N-th call
 * that changes something below a folder. Linux with glibc only; built by the tests themselves.
 *
 * Every call that changes files is a function here that asks point() first and then makes the bare system call. The
 * count is kept in a small file that all processes of the tree have mapped, so that call N is call N of the tree. The
 * orchestrator gives its children environments made from nothing, so each exec puts our variables back in.
 *
 *   CRASHPOINT_FILE   the mapped file, made by the test: struct shared, then a record for each call
 *   CRASHPOINT_ROOT   only paths below this folder count
 *   CRASHPOINT_MATCH  if set, only paths that contain this text count
 *   CRASHPOINT_AT     N
 *   CRASHPOINT_MODE   count           only count
 *                     kill            at call N, instead of it: the first process of the tree and this one die at
 *                                     once, each other one at its next call that counts, like a power cut of processes
 *                     torn            likewise, but a write puts half of its bytes down first
 *                     enospc          call N fails: disk full
 *                     enospc-forever  call N and all later ones that take room fail so
 *                     eio             call N fails: input/output error
 *
 * Not seen: what the C library writes for itself (stdio, mkstemp), mapped memory (SQLite's -shm), and who calls the
 * kernel without the library.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define RECORDS 40000

struct record { char call[16]; char program[16]; char path[224]; };
struct shared { int count; int fired; int first; int spare; struct record records[RECORDS]; };
enum mode { COUNT, KILL, TORN, ENOSPC_ONCE, ENOSPC_FOREVER, EIO_ONCE };
enum verdict { GO, FAIL, HALF };

static struct shared *shared;
static enum mode mode;
static int at;
static char root[PATH_MAX], match[128];
static size_t root_length;
static char settings[6][PATH_MAX + 32]; /* our variables, as an environment holds them */
static int settings_count;

/* The bare system call; the C library's own function for it is one of those that we stand in for. */
static long (*bare(void))(long, ...)
{
    static long (*found)(long, ...);
    if (!found) found = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    return found;
}
#define kernel bare()
/* ---- Paths ---- */

/* Cuts out '.', '..' and '//' by the letter; links are not followed. */
static void tidy(char *path)
{
    char *out = path;
    for (const char *in = path; *in;) {
        while (*in == '/') in++;
        size_t length = strcspn(in, "/");
        if (length == 2 && in[0] == '.' && in[1] == '.') {
            while (out > path && *--out != '/') { }
        } else if (length > 0 && !(length == 1 && in[0] == '.')) {
            *out++ = '/';
            memmove(out, in, length);
            out += length;
        }
        in += length;
    }
    *out = 0;
}

static int is_ours(const char *path)
{
    return strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0)
        && (!match[0] || strstr(path, match));
}

static int fd_path(int fd, char *to)
{
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, to, PATH_MAX - 1);
    to[length < 0 ? 0 : length] = 0;
    return length > 0 && is_ours(to);
}

static int named_path(int folder, const char *name, char *to)
{
    size_t used = 0;
    if (!name) return 0;
    if (name[0] != '/') {
        char link[32];
        if (folder == AT_FDCWD) strcpy(link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, to, PATH_MAX / 2);
        if (length <= 0) return 0;
        used = length;
        to[used++] = '/';
    }
    snprintf(to + used, PATH_MAX - used, "%s", name);
    tidy(to);
    return is_ours(to);
}

/* ---- The point ---- */

static void die(void)
{
    int first = __atomic_load_n(&shared->first, __ATOMIC_SEQ_CST);
    if (first > 1) kill(first, SIGKILL);
    for (;;) kill(getpid(), SIGKILL);
}

/* Counts a call that matters and says what becomes of it. */
static enum verdict point(const char *call, const char *path, int takes_room)
{
    if ((mode == KILL || mode == TORN) && __atomic_load_n(&shared->fired, __ATOMIC_SEQ_CST)) die();
    int number = __atomic_add_fetch(&shared->count, 1, __ATOMIC_SEQ_CST);
    if (number <= RECORDS) {
        struct record *record = &shared->records[number - 1];
        size_t length = strlen(path + root_length), most = sizeof record->path - 1;
        strncpy(record->call, call, sizeof record->call - 1);
        strncpy(record->program, program_invocation_short_name, sizeof record->program - 1);
        strcpy(record->path, path + root_length + (length > most ? length - most : 0));
    }
    if (mode == COUNT || number < at) return GO;
    if (number > at && mode != ENOSPC_FOREVER) {
        if (mode == KILL || mode == TORN) die(); /* between the two lines above somebody else got to N */
        return GO;
    }
    if (mode == ENOSPC_FOREVER && !takes_room) return GO;
    __atomic_store_n(&shared->fired, number, __ATOMIC_SEQ_CST);
    if (mode == KILL) die();
    if (mode == TORN) return HALF;
    errno = mode == EIO_ONCE ? EIO : ENOSPC;
    return FAIL;
}

/* For all calls but writes: half of it is nothing. */
static int refused(const char *call, const char *path, int takes_room)
{
    enum verdict verdict = point(call, path, takes_room);
    if (verdict == HALF) die();
    return verdict == FAIL;
}

#define GUARD_FD(call, fd, room) do { char p_[PATH_MAX]; if (shared && fd_path(fd, p_) && refused(call, p_, room)) return -1; } while (0)
#define GUARD_AT(call, folder, name, room) do { char p_[PATH_MAX]; if (shared && named_path(folder, name, p_) && refused(call, p_, room)) return -1; } while (0)

/* ---- Opening ---- */

static int opened(const char *call, int folder, const char *name, int flags, mode_t permissions)
{
    if (shared && (flags & (O_CREAT | O_TRUNC)) && (flags & O_TMPFILE) != O_TMPFILE) {
        char path[PATH_MAX];
        if (named_path(folder, name, path)) {
            int there = kernel(SYS_faccessat, folder, name, F_OK) == 0;
            int changes = there ? (flags & O_TRUNC) != 0 && !(flags & O_EXCL) : (flags & O_CREAT) != 0;
            if (changes && refused(call, path, !there)) return -1;
        }
    }
    return kernel(SYS_openat, folder, name, flags | O_LARGEFILE, permissions);
}

#define PERMISSIONS mode_t m_ = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list v_; va_start(v_, flags); m_ = va_arg(v_, mode_t); va_end(v_); }
EXPORT int open(const char *name, int flags, ...) { PERMISSIONS return opened("open", AT_FDCWD, name, flags, m_); }
EXPORT int open64(const char *name, int flags, ...) { PERMISSIONS return opened("open", AT_FDCWD, name, flags, m_); }
EXPORT int openat(int folder, const char *name, int flags, ...) { PERMISSIONS return opened("openat", folder, name, flags, m_); }
EXPORT int openat64(int folder, const char *name, int flags, ...) { PERMISSIONS return opened("openat", folder, name, flags, m_); }
EXPORT int creat(const char *name, mode_t m) { return opened("creat", AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, m); }
EXPORT int creat64(const char *name, mode_t m) { return opened("creat", AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, m); }
EXPORT int __open_2(const char *name, int flags) { return opened("open", AT_FDCWD, name, flags, 0); }
EXPORT int __open64_2(const char *name, int flags) { return opened("open", AT_FDCWD, name, flags, 0); }
EXPORT int __openat_2(int folder, const char *name, int flags) { return opened("openat", folder, name, flags, 0); }
EXPORT int __openat64_2(int folder, const char *name, int flags) { return opened("openat", folder, name, flags, 0); }

static FILE *opened_stream(const char *symbol, const char *name, const char *how)
{
    char path[PATH_MAX];
    if (shared && strpbrk(how, "wa") && named_path(AT_FDCWD, name, path) && refused("fopen", path, 1)) return NULL;
    FILE *(*real)(const char *, const char *) = (FILE *(*)(const char *, const char *))dlsym(RTLD_NEXT, symbol);
    return real(name, how);
}
EXPORT FILE *fopen(const char *name, const char *how) { return opened_stream("fopen", name, how); }
EXPORT FILE *fopen64(const char *name, const char *how) { return opened_stream("fopen64", name, how); }

/* ---- Writing ---- */

static enum verdict writing(const char *call, int fd)
{
    char path[PATH_MAX];
    return shared && fd_path(fd, path) ? point(call, path, 1) : GO;
}

EXPORT ssize_t write(int fd, const void *bytes, size_t count)
{
    enum verdict verdict = writing("write", fd);
    if (verdict == FAIL) return -1;
    ssize_t written = kernel(SYS_write, fd, bytes, verdict == HALF ? count / 2 : count);
    if (verdict == HALF) die();
    return written;
}

static ssize_t written_at(int fd, const void *bytes, size_t count, off_t offset)
{
    enum verdict verdict = writing("pwrite", fd);
    if (verdict == FAIL) return -1;
    ssize_t written = kernel(SYS_pwrite64, fd, bytes, verdict == HALF ? count / 2 : count, offset);
    if (verdict == HALF) die();
    return written;
}
EXPORT ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return written_at(fd, bytes, count, offset); }
EXPORT ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) { return written_at(fd, bytes, count, offset); }

EXPORT ssize_t writev(int fd, const struct iovec *parts, int count)
{
    enum verdict verdict = writing("writev", fd);
    if (verdict == FAIL) return -1;
    ssize_t written = verdict == HALF
        ? kernel(SYS_write, fd, parts[0].iov_base, parts[0].iov_len / 2)
        : kernel(SYS_writev, fd, parts, count);
    if (verdict == HALF) die();
    return written;
}

static ssize_t written_parts(int fd, const struct iovec *parts, int count, off_t offset)
{
    enum verdict verdict = writing("pwritev", fd);
    if (verdict == FAIL) return -1;
    ssize_t written = verdict == HALF
        ? kernel(SYS_pwrite64, fd, parts[0].iov_base, parts[0].iov_len / 2, offset)
        : kernel(SYS_pwritev, fd, parts, count, (long)offset, 0L);
    if (verdict == HALF) die();
    return written;
}
EXPORT ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return written_parts(fd, parts, count, offset); }
EXPORT ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) { return written_parts(fd, parts, count, offset); }

EXPORT ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t count, unsigned flags)
{
    enum verdict verdict = writing("copy_file_range", out);
    if (verdict == FAIL) return -1;
    ssize_t written = kernel(SYS_copy_file_range, in, in_at, out, out_at, verdict == HALF ? count / 2 : count, flags);
    if (verdict == HALF) die();
    return written;
}

/* .NET copies files by number. */
EXPORT long syscall(long number, ...)
{
    long a[6];
    va_list rest;
    va_start(rest, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
    va_end(rest);
    if (number == SYS_copy_file_range) return copy_file_range(a[0], (off64_t *)a[1], a[2], (off64_t *)a[3], a[4], a[5]);
    return kernel(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static ssize_t sent(int out, int in, off_t *offset, size_t count)
{
    enum verdict verdict = writing("sendfile", out);
    if (verdict == FAIL) return -1;
    ssize_t written = kernel(SYS_sendfile, out, in, offset, verdict == HALF ? count / 2 : count);
    if (verdict == HALF) die();
    return written;
}
EXPORT ssize_t sendfile(int out, int in, off_t *offset, size_t count) { return sent(out, in, offset, count); }
EXPORT ssize_t sendfile64(int out, int in, off_t *offset, size_t count) { return sent(out, in, offset, count); }

static int sized(int fd, off_t length)
{
    struct stat now;
    GUARD_FD("ftruncate", fd, fstat(fd, &now) == 0 && now.st_size < length);
    return kernel(SYS_ftruncate, fd, length);
}
EXPORT int ftruncate(int fd, off_t length) { return sized(fd, length); }
EXPORT int ftruncate64(int fd, off_t length) { return sized(fd, length); }
EXPORT int truncate(const char *name, off_t length) { GUARD_AT("truncate", AT_FDCWD, name, 0); return kernel(SYS_truncate, name, length); }
EXPORT int truncate64(const char *name, off_t length) { GUARD_AT("truncate", AT_FDCWD, name, 0); return kernel(SYS_truncate, name, length); }
EXPORT int fallocate(int fd, int how, off_t from, off_t length) { GUARD_FD("fallocate", fd, 1); return kernel(SYS_fallocate, fd, how, from, length); }
EXPORT int fallocate64(int fd, int how, off_t from, off_t length) { GUARD_FD("fallocate", fd, 1); return kernel(SYS_fallocate, fd, how, from, length); }
EXPORT int fsync(int fd) { GUARD_FD("fsync", fd, 0); return kernel(SYS_fsync, fd); }
EXPORT int fdatasync(int fd) { GUARD_FD("fdatasync", fd, 0); return kernel(SYS_fdatasync, fd); }
EXPORT int fchmod(int fd, mode_t m) { GUARD_FD("fchmod", fd, 0); return kernel(SYS_fchmod, fd, m); }

/* ---- Names ---- */

static int renamed(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    char path[PATH_MAX];
    if (shared && (named_path(to_folder, to, path) || named_path(from_folder, from, path)) && refused("rename", path, 0)) return -1;
    return kernel(SYS_renameat2, from_folder, from, to_folder, to, flags);
}
EXPORT int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to, 0); }
EXPORT int renameat(int f, const char *from, int t, const char *to) { return renamed(f, from, t, to, 0); }
EXPORT int renameat2(int f, const char *from, int t, const char *to, unsigned flags) { return renamed(f, from, t, to, flags); }

EXPORT int unlink(const char *name) { GUARD_AT("unlink", AT_FDCWD, name, 0); return kernel(SYS_unlinkat, AT_FDCWD, name, 0); }
EXPORT int unlinkat(int folder, const char *name, int flags) { GUARD_AT("unlink", folder, name, 0); return kernel(SYS_unlinkat, folder, name, flags); }
EXPORT int rmdir(const char *name) { GUARD_AT("rmdir", AT_FDCWD, name, 0); return kernel(SYS_unlinkat, AT_FDCWD, name, AT_REMOVEDIR); }
EXPORT int mkdir(const char *name, mode_t m) { GUARD_AT("mkdir", AT_FDCWD, name, 1); return kernel(SYS_mkdirat, AT_FDCWD, name, m); }
EXPORT int mkdirat(int folder, const char *name, mode_t m) { GUARD_AT("mkdir", folder, name, 1); return kernel(SYS_mkdirat, folder, name, m); }
EXPORT int link(const char *from, const char *to) { GUARD_AT("link", AT_FDCWD, to, 1); return kernel(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0); }
EXPORT int linkat(int f, const char *from, int t, const char *to, int flags) { GUARD_AT("link", t, to, 1); return kernel(SYS_linkat, f, from, t, to, flags); }
EXPORT int symlink(const char *text, const char *name) { GUARD_AT("symlink", AT_FDCWD, name, 1); return kernel(SYS_symlinkat, text, AT_FDCWD, name); }
EXPORT int symlinkat(const char *text, int folder, const char *name) { GUARD_AT("symlink", folder, name, 1); return kernel(SYS_symlinkat, text, folder, name); }
EXPORT int chmod(const char *name, mode_t m) { GUARD_AT("chmod", AT_FDCWD, name, 0); return kernel(SYS_fchmodat, AT_FDCWD, name, m); }

/* ---- Children: our variables go into every environment, built on the stack, for the caller may be a vfork ---- */

static int is_setting(const char *entry) { return strncmp(entry, "LD_PRELOAD=", 11) == 0 || strncmp(entry, "CRASHPOINT_", 11) == 0; }

static size_t environment_size(char *const given[])
{
    size_t count = 0;
    while (given && given[count]) count++;
    return count + settings_count + 1;
}

static char **with_settings(char *const given[], char **to)
{
    size_t count = 0;
    for (size_t i = 0; given && given[i]; i++) {
        if (!settings_count || !is_setting(given[i])) to[count++] = given[i];
    }
    for (int i = 0; i < settings_count; i++) to[count++] = settings[i];
    to[count] = NULL;
    return to;
}

#define ENVIRONMENT(given) char *e_[environment_size(given)]; with_settings(given, e_)
typedef int spawning(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[], char *const[]);
static int (*real_execvpe)(const char *, char *const[], char *const[]);

EXPORT int execve(const char *file, char *const arguments[], char *const given[]) { ENVIRONMENT(given); return kernel(SYS_execve, file, arguments, e_); }
EXPORT int execv(const char *file, char *const arguments[]) { return execve(file, arguments, environ); }
EXPORT int execvpe(const char *file, char *const arguments[], char *const given[]) { ENVIRONMENT(given); return real_execvpe(file, arguments, e_); }
EXPORT int execvp(const char *file, char *const arguments[]) { return execvpe(file, arguments, environ); }
EXPORT int posix_spawn(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const arguments[], char *const given[])
{
    ENVIRONMENT(given);
    return ((spawning *)dlsym(RTLD_NEXT, "posix_spawn"))(pid, file, actions, attributes, arguments, e_);
}
EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const arguments[], char *const given[])
{
    ENVIRONMENT(given);
    return ((spawning *)dlsym(RTLD_NEXT, "posix_spawnp"))(pid, file, actions, attributes, arguments, e_);
}

/* ---- Beginning and end of a process ---- */
static const char *setting(const char *name)
{
    const char *value = getenv(name);
    if (value) snprintf(settings[settings_count++], sizeof settings[0], "%s=%s", name, value);
    return value ? value : "";
}

static void __attribute__((constructor)) begin(void)
{
    static const char *const modes[] = { "count", "kill", "torn", "enospc", "enospc-forever", "eio" };
    real_execvpe = (int (*)(const char *, char *const[], char *const[]))dlsym(RTLD_NEXT, "execvpe");
    setting("LD_PRELOAD");
    const char *file = setting("CRASHPOINT_FILE"), *word = setting("CRASHPOINT_MODE");
    snprintf(root, sizeof root, "%s", setting("CRASHPOINT_ROOT"));
    snprintf(match, sizeof match, "%s", setting("CRASHPOINT_MATCH"));
    at = atoi(setting("CRASHPOINT_AT"));
    root_length = strlen(root);
    for (int i = 0; i < 6; i++) if (strcmp(word, modes[i]) == 0) mode = i;
    int fd = kernel(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0);
    if (fd < 0 || root_length == 0) return;
    void *map = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED) return;
    int nobody = 0;
    __atomic_compare_exchange_n(&((struct shared *)map)->first, &nobody, getpid(), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    shared = map;
}

/* Nobody may kill a number that belongs to somebody else by then. */
static void __attribute__((destructor)) end(void)
{
    int me = getpid();
    if (shared) __atomic_compare_exchange_n(&shared->first, &me, -1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
