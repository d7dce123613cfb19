/* A disk that fails when told to: preloaded into a host (LD_PRELOAD). It is told by files in the folder $TAKT_FAULTS.
 *
 * `full`: nothing more can be written to files. `slow`: each fsync takes a fifth of a second more.
 *
 * `power`, which holds "STEP SEED": the power fails at that step, where each write to a file and each fsync is one,
 * counted from when the file is there. What was not synced by then may be lost: of the writes since a file's last
 * fsync some reach the disk, some do not, and some do in part, as the seed says. Then the process is gone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define SECTOR 512

/* A write that is not synced: what it wrote, and what stood there before. */
struct unsynced {
  dev_t dev;
  ino_t ino;
  int fd;
  off64_t at;
  size_t count, stood;
  char *bytes, *before;
  struct unsynced *earlier, *later;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct unsynced *first, *last;
static long steps;

static int told(const char *what, char *text, size_t most) {
  char path[4096];
  const char *folder = getenv("TAKT_FAULTS");
  if (!folder) return 0;
  snprintf(path, sizeof path, "%s/%s", folder, what);
  if (access(path, F_OK) != 0) return 0;
  if (!text) return 1;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? -1 : read(fd, text, most - 1);
  if (fd >= 0) close(fd);
  text[got > 0 ? got : 0] = 0;
  return got > 0;
}

static int is_file(int fd, struct stat *file) { return fstat(fd, file) == 0 && S_ISREG(file->st_mode); }

static int full(int fd) {
  struct stat file;
  if (!is_file(fd, &file) || !told("full", NULL, 0)) return 0;
  errno = ENOSPC;
  return 1;
}

static unsigned long random_of(unsigned long *seed) {
  /* splitmix64 */
  unsigned long z = (*seed += 0x9e3779b97f4a7c15ul);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ul;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebul;
  return z ^ (z >> 31);
}

static void put(int fd, const char *bytes, size_t count, off64_t at) {
  REAL(pwrite64);
  while (count > 0) {
    ssize_t done = real(fd, bytes, count, at);
    if (done <= 0) _exit(99);
    bytes += done, count -= done, at += done;
  }
}

/* A descriptor may be another file's by now: what is closed with writes that were not synced is left as it is. */
static int is_its(const struct unsynced *write) {
  struct stat file;
  return is_file(write->fd, &file) && file.st_dev == write->dev && file.st_ino == write->ino;
}

/* Each file as it was synced last, and over that the writes that came through. */
static void fail_power(unsigned long seed) {
  for (struct unsynced *write = last; write; write = write->earlier) {
    if (!is_its(write)) continue;
    put(write->fd, write->before, write->stood, write->at);
    if (write->stood < write->count && ftruncate64(write->fd, write->at + write->stood) != 0) _exit(99);
  }
  for (struct unsynced *write = first; write; write = write->later) {
    if (!is_its(write)) continue;
    unsigned long fate = random_of(&seed) % 3;
    size_t sectors = write->count / SECTOR;
    size_t count = fate == 0 ? 0 : fate == 1 ? write->count : sectors ? random_of(&seed) % sectors * SECTOR : 0;
    put(write->fd, write->bytes, count, write->at);
  }
  _exit(137);
}

/* One step; the power may fail before it is done. */
static void step(void) {
  char text[64];
  unsigned long seed;
  long at;
  if (!told("power", text, sizeof text) || sscanf(text, "%ld %lu", &at, &seed) != 2) {
    steps = 0;
    return;
  }
  if (++steps >= at) fail_power(seed);
}

static void note(int fd, const struct stat *file, const char *bytes, size_t count, off64_t at) {
  struct unsynced *write = calloc(1, sizeof *write);
  char *all = malloc(2 * count);
  if (!write || !all) _exit(99);
  /* No descriptor of our own is made for it: to close one would end SQLite's locks. */
  ssize_t stood = pread64(fd, all + count, count, at);
  if (stood < 0) _exit(99);
  memcpy(all, bytes, count);
  *write = (struct unsynced){
      .dev = file->st_dev, .ino = file->st_ino, .fd = fd, .at = at, .count = count,
      .stood = stood, .bytes = all, .before = all + count, .earlier = last};
  if (last) last->later = write;
  else first = write;
  last = write;
}

static void forget(const struct stat *file) {
  struct unsynced *later;
  for (struct unsynced *write = first; write; write = later) {
    later = write->later;
    if (write->dev != file->st_dev || write->ino != file->st_ino) continue;
    if (write->earlier) write->earlier->later = later;
    else first = later;
    if (later) later->earlier = write->earlier;
    else last = write->earlier;
    free(write->bytes);
    free(write);
  }
}

/* Whether this write is to be a step: to the database or its log. What its processes share in memory is made anew. */
static int counts(int fd, struct stat *file) {
  char link[64], path[4096];
  if (!getenv("TAKT_POWER") || !is_file(fd, file)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = 0;
  const char *name = strrchr(path, '/');
  return name && (strcmp(name, "/takt.db") == 0 || strcmp(name, "/takt.db-wal") == 0);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  REAL(write);
  struct stat file;
  if (full(fd)) return -1;
  if (!counts(fd, &file)) return real(fd, bytes, count);
  pthread_mutex_lock(&lock);
  step();
  note(fd, &file, bytes, count, lseek64(fd, 0, SEEK_CUR));
  ssize_t done = real(fd, bytes, count);
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  REAL(pwrite64);
  struct stat file;
  if (full(fd)) return -1;
  if (!counts(fd, &file)) return real(fd, bytes, count, at);
  pthread_mutex_lock(&lock);
  step();
  note(fd, &file, bytes, count, at);
  ssize_t done = real(fd, bytes, count, at);
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return pwrite64(fd, bytes, count, at); }

static int sync_by(int (*real)(int), int fd) {
  struct stat file;
  if (told("slow", NULL, 0)) usleep(200000);
  if (!counts(fd, &file)) return real(fd);
  pthread_mutex_lock(&lock);
  step();
  int done = real(fd);
  if (done == 0) forget(&file);
  pthread_mutex_unlock(&lock);
  return done;
}

int fsync(int fd) {
  REAL(fsync);
  return sync_by(real, fd);
}

int fdatasync(int fd) {
  REAL(fdatasync);
  return sync_by(real, fd);
}
