/*
 * Notes what is made durable: loaded before the server (LD_PRELOAD), it writes a line for each file that was synced, and for each write
 * to one that was opened to sync what is written (O_DSYNC),
 *
 *   <inode> <seconds>.<nanoseconds of its birth> <bytes it had when the sync began> <nanoseconds of the clock, then>
 *   <inode> <seconds>.<nanoseconds of its birth> <where what was written ends> <nanoseconds of the clock> <where it begins>
 *
 * to the file that NOTE_SYNCS names. An inode's number is used again after its file is gone; its birth is not. Two threads may
 * sync one file at a time, and the one that began first may end last: what is durable is what the one that began last saw.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int notes = -1;
/* Sizes are looked at in the order of their times. */
static pthread_mutex_t looking = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void open_notes(void) {
  const char *path = getenv("NOTE_SYNCS");
  if (path != NULL) notes = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int sync_noted(const char *name, int fd) {
  struct statx before;
  struct timespec now = {0, 0};
  pthread_mutex_lock(&looking);
  clock_gettime(CLOCK_MONOTONIC, &now);
  int seen = notes >= 0 && statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_SIZE | STATX_BTIME, &before) == 0;
  pthread_mutex_unlock(&looking);
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  int result = real(fd);
  if (seen && result == 0) {
    dprintf(notes, "%llu %lld.%09u %llu %lld%09ld\n", (unsigned long long)before.stx_ino,
            (long long)before.stx_btime.tv_sec, before.stx_btime.tv_nsec, (unsigned long long)before.stx_size,
            (long long)now.tv_sec, now.tv_nsec);
  }
  return result;
}

/* Of what was written alone: what stands before it may still be on its way. */
static ssize_t write_noted(const char *name, int fd, const void *bytes, size_t count, off_t offset) {
  ssize_t (*real)(int, const void *, size_t, off_t) = (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, name);
  ssize_t result = real(fd, bytes, count, offset);
  struct statx about;
  struct timespec now = {0, 0};
  if (notes < 0 || result <= 0 || (fcntl(fd, F_GETFL) & O_DSYNC) == 0) return result;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &about) == 0) {
    dprintf(notes, "%llu %lld.%09u %llu %lld%09ld %llu\n", (unsigned long long)about.stx_ino,
            (long long)about.stx_btime.tv_sec, about.stx_btime.tv_nsec, (unsigned long long)(offset + result),
            (long long)now.tv_sec, now.tv_nsec, (unsigned long long)offset);
  }
  return result;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return write_noted("pwrite", fd, bytes, count, offset); }
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) { return write_noted("pwrite64", fd, bytes, count, offset); }
int fsync(int fd) { return sync_noted("fsync", fd); }
int fdatasync(int fd) { return sync_noted("fdatasync", fd); }
