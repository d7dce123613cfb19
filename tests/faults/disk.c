/* A disk that fails when told to: preloaded into a host (LD_PRELOAD).
 *
 * While the file `full` is in the folder $TAKT_FAULTS, nothing more can be written to files; while `slow` is there, each
 * fsync takes a fifth of a second more. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int told(const char *what) {
  char path[4096];
  const char *folder = getenv("TAKT_FAULTS");
  if (!folder) return 0;
  snprintf(path, sizeof path, "%s/%s", folder, what);
  return access(path, F_OK) == 0;
}

static int refused(int fd) {
  struct stat file;
  if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) || !told("full")) return 0;
  errno = ENOSPC;
  return 1;
}

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t count) {
  REAL(write);
  return refused(fd) ? -1 : real(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  REAL(pwrite);
  return refused(fd) ? -1 : real(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  REAL(pwrite64);
  return refused(fd) ? -1 : real(fd, bytes, count, at);
}

int fsync(int fd) {
  REAL(fsync);
  if (told("slow")) usleep(200000);
  return real(fd);
}

int fdatasync(int fd) {
  REAL(fdatasync);
  if (told("slow")) usleep(200000);
  return real(fd);
}
