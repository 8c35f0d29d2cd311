/*
 * baton-workload: what Baton's containers run. It boots, burns CPU, holds memory, answers HTTP requests that take a
 * given time, and ends as told: a program whose behaviour is known, so that what is measured is the engine's and not
 * its own.
 *
 * It is one static file without a C library: only the kernel's headers and raw system calls, for x86-64 and AArch64.
 * One process does all the talking, by epoll and one timer; what computes does so in child processes, so that
 * connections are accepted meanwhile. It never waits by looking again and again. It can be process 1 of a container.
 *
 * Its command line is a list of name=value; times are real ones:
 *
 *   boot-ms=N       before it says that it is ready (0)
 *   again-boot-ms=N the same when its container is started again, which it knows by a file in /tmp (as boot-ms)
 *   run-ms=N        it ends by itself so long after its boot (never)
 *   exit-code=N     with which it then ends, 0 to 255 (0)
 *   burn-milli=N    CPU that it burns all the time, in thousandths of a core; above 1000 by several processes (0)
 *   hold-bytes=N    memory that it holds and has touched before it is ready (0)
 *   port=N          answers HTTP here; 0: a port that is free (it does not listen)
 *   host=A.B.C.D    on this address (0.0.0.0)
 *   serve=HOW       answers work: `sleep` waits for the service time, `burn` computes for it (`none`: 404)
 *   concurrency=N   requests worked on at once (1)
 *   queue-limit=N   requests that may wait beyond those; more are refused (no limit)
 *   service-us=N    how long a request takes that does not say so itself (0)
 *   share-milli=N   of `burn`: thousandths of the time that it computes; the rest it waits (1000)
 *   error-ppm=N     of a million requests so many are worked on and then answered 500, evenly spread (0)
 *   linger-ms=N     after SIGTERM requests already here are finished, at most for so long; then exit code 0 (0)
 *
 * HTTP/1.1, keep-alive, one request of a connection at a time (pipelined ones wait in the connection):
 *
 *   /ready          200 once it has booted, 503 before
 *   /healthz        200
 *   /counts         numbers of this process, a name and a value a line
 *   /control?...    hang=0|1, slow=0.5 (share of its speed from now on), exit=N (at once), hold=BYTES; joined by &
 *   anything else   work. Its header x-baton-service-us says how long it takes; the answer says what was:
 *                   x-baton-queued-us, x-baton-worked-us, and x-baton-cpu-us where it computed. 503 with
 *                   x-baton-refused: booting, queue (full) or ending (after SIGTERM).
 *
 * Whoever closes its side while its request is queued is dropped; work that has begun goes on, as in any server. A head
 * has at most 3584 bytes (431); half a request is waited for 10 s (408). Ends: 0 after SIGTERM, 130 at SIGINT at once,
 * exit-code after run-ms, 1 when it cannot do as told, 2 when it does not understand its command line.
 */

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/in.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/signal.h>
#include <linux/signalfd.h>
#include <linux/tcp.h>
#include <linux/time.h>
#include <linux/timerfd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef SOURCE_SHA256
#define SOURCE_SHA256 "unknown"
#endif

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t i64;

/* Found again in the binary by those who want to know what it was built from. */
static const char SOURCE[] = "baton-workload source sha256:" SOURCE_SHA256 " gcc " __VERSION__;

/* ------------------------------------------------------------------------------------------------ system calls */

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall begin\n");

static inline long system6(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x30, #0\n\tmov x0, sp\n\tbl begin\n");

static inline long system6(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
#else
#error "written for x86-64 and AArch64"
#endif

/* call(write, fd, bytes, count): a negative result is an error's number. Arguments left out are 0. */
#define call(name, ...) call_(__NR_##name, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define call_(number, a, b, c, d, e, f, ...) \
  system6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

enum { SOCK_STREAM = 1, MSG_NOSIGNAL = 0x4000, SHUT_WR = 1, AF_INET = 2 };
enum { STDOUT = 1, STDERR = 2 };

/* ------------------------------------------------------------------------------- what a C library would have had */

/* The compiler calls these by itself, for assignments of structures and the like. */
void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  u8 *t = to;
  const u8 *f = from;
  while (count-- > 0) *t++ = *f++;
  return to;
}

void *memset(void *at, int byte, size_t count) {
  u8 *a = at;
  while (count-- > 0) *a++ = (u8)byte;
  return at;
}

void *memmove(void *to, const void *from, size_t count) {
  u8 *t = to;
  const u8 *f = from;
  if (t <= f) return memcpy(to, from, count); /* Upwards, byte by byte: safe when it moves down. */
  while (count-- > 0) t[count] = f[count];
  return to;
}

/* Part of a text, not ended by a zero. */
struct text {
  const char *at;
  size_t length;
};

static struct text text_of(const char *string) {
  size_t length = 0;
  while (string[length] != 0) length++;
  return (struct text){string, length};
}

static char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter; }

/* Whether the text is this word; capitals do not matter. */
static bool is(struct text text, const char *word) {
  size_t i = 0;
  for (; i < text.length; i++)
    if (word[i] == 0 || lower(text.at[i]) != word[i]) return false;
  return word[i] == 0;
}

/* Cuts off what stands before the separator and returns it; all of it where there is none. */
static struct text cut(struct text *rest, char separator) {
  size_t i = 0;
  while (i < rest->length && rest->at[i] != separator) i++;
  struct text before = {rest->at, i};
  size_t used = i < rest->length ? i + 1 : i;
  rest->at += used;
  rest->length -= used;
  return before;
}

static struct text trimmed(struct text text) {
  while (text.length > 0 && (text.at[0] == ' ' || text.at[0] == '\t')) text.at++, text.length--;
  while (text.length > 0 && (text.at[text.length - 1] == ' ' || text.at[text.length - 1] == '\t')) text.length--;
  return text;
}

/* A whole number of digits alone, not above the limit. */
static bool parse_number(struct text text, u64 limit, u64 *number) {
  if (text.length == 0 || text.length > 18) return false;
  u64 value = 0;
  for (size_t i = 0; i < text.length; i++) {
    if (text.at[i] < '0' || text.at[i] > '9') return false;
    value = value * 10 + (u64)(text.at[i] - '0');
  }
  if (value > limit) return false;
  *number = value;
  return true;
}

/* A text being written; what does not fit is left out. */
struct writer {
  char *at;
  size_t length, room;
};

static void put(struct writer *writer, const char *string) {
  for (; *string != 0; string++)
    if (writer->length < writer->room) writer->at[writer->length++] = *string;
}

static void put_number(struct writer *writer, u64 number) {
  char digits[21];
  int i = 20;
  digits[i] = 0;
  do digits[--i] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  put(writer, digits + i);
}

/* A format whose %s is a string and %u a u64. */
static void put_format(struct writer *writer, const char *format, va_list values) {
  for (; *format != 0; format++) {
    if (*format == '%' && *++format == 's') put(writer, va_arg(values, const char *));
    else if (*format == 'u' && format[-1] == '%') put_number(writer, va_arg(values, u64));
    else if (writer->length < writer->room) writer->at[writer->length++] = *format;
  }
}

static void print(struct writer *writer, const char *format, ...) {
  va_list values;
  va_start(values, format);
  put_format(writer, format, values);
  va_end(values);
}

static void say(int fd, const char *format, ...) {
  char line[512];
  struct writer writer = {line, 0, sizeof line - 1};
  va_list values;
  va_start(values, format);
  put_format(&writer, format, values);
  va_end(values);
  line[writer.length++] = '\n';
  call(write, fd, line, writer.length);
}

/* ------------------------------------------------------------------------------------------------------- time */

#define US_NS 1000ull
#define MS_NS 1000000ull
#define SECOND_NS 1000000000ull
#define NEVER UINT64_MAX

static u64 clock_ns(int clock) {
  struct __kernel_timespec time;
  call(clock_gettime, clock, &time);
  return (u64)time.tv_sec * SECOND_NS + (u64)time.tv_nsec;
}

static u64 now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

/* CPU time of this process, which has one thread. */
static u64 cpu_ns(void) { return clock_ns(CLOCK_PROCESS_CPUTIME_ID); }

static void sleep_until(u64 at_ns) {
  struct __kernel_timespec time = {(i64)(at_ns / SECOND_NS), (i64)(at_ns % SECOND_NS)};
  while (call(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &time, 0) == -EINTR) continue;
}

/* Computes for some microseconds: little enough to stop in time, much beside what asking for the time costs. */
static void compute_a_little(void) {
  for (int i = 0; i < 10000; i++) __asm__ volatile("");
}

/* ------------------------------------------------------------------------------------------------------- orders */

enum how { SERVE_NOTHING, SERVE_BY_SLEEP, SERVE_BY_BURNING };

static struct {
  u64 boot_ms, again_boot_ms, run_ms, exit_code, burn_milli, hold_bytes;
  u64 port, host, concurrency, queue_limit, service_us, share_milli, error_ppm, linger_ms;
  enum how how;
} orders = {.again_boot_ms = NEVER, .run_ms = NEVER, .port = NEVER, .concurrency = 1, .queue_limit = NEVER, .share_milli = 1000};

#define MAX_TIME_MS 100000000000ull /* Three years. */
#define MAX_CONNECTIONS 16384
#define MAX_BURNERS 32
#define MAX_BURNT_AT_ONCE 1024
#define MAX_BACKGROUND 64

static const struct {
  const char *name;
  u64 *value;
  u64 limit;
} NUMBERS[] = {
    {"boot-ms", &orders.boot_ms, MAX_TIME_MS},
    {"again-boot-ms", &orders.again_boot_ms, MAX_TIME_MS},
    {"run-ms", &orders.run_ms, MAX_TIME_MS},
    {"exit-code", &orders.exit_code, 255},
    {"burn-milli", &orders.burn_milli, MAX_BACKGROUND * 1000},
    {"hold-bytes", &orders.hold_bytes, 1ull << 40},
    {"port", &orders.port, 65535},
    {"concurrency", &orders.concurrency, 1000000000},
    {"queue-limit", &orders.queue_limit, 1000000000},
    {"service-us", &orders.service_us, MAX_TIME_MS * 1000},
    {"share-milli", &orders.share_milli, 1000},
    {"error-ppm", &orders.error_ppm, 1000000},
    {"linger-ms", &orders.linger_ms, MAX_TIME_MS},
};

__attribute__((noreturn)) static void end_process(int code) {
  for (;;) call(exit_group, code);
}

/* Four numbers with dots between them, as the kernel wants them: first number in the first byte. */
static bool parse_host(struct text text, u64 *host) {
  *host = 0;
  for (int i = 0; i < 4; i++) {
    u64 part;
    if (!parse_number(cut(&text, '.'), 255, &part)) return false;
    *host |= part << (8 * i);
  }
  return text.length == 0;
}

static bool parse_order(const char *argument) {
  struct text value = text_of(argument);
  struct text name = cut(&value, '=');
  if (is(name, "host")) return parse_host(value, &orders.host);
  if (is(name, "serve")) {
    orders.how = is(value, "sleep") ? SERVE_BY_SLEEP : is(value, "burn") ? SERVE_BY_BURNING : SERVE_NOTHING;
    return orders.how != SERVE_NOTHING || is(value, "none");
  }
  for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
    if (is(name, NUMBERS[i].name)) return parse_number(value, NUMBERS[i].limit, NUMBERS[i].value);
  return false;
}

#define STARTED_MARK "/tmp/baton-started"

/* A container keeps its files when its process is started again: the first one leaves a mark for those after it. */
static void notice_restart(void) {
  if (orders.again_boot_ms == NEVER) return;
  long mark = call(openat, AT_FDCWD, STARTED_MARK, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (mark == -EEXIST) orders.boot_ms = orders.again_boot_ms;
  if (mark >= 0) call(close, mark);
}

static void read_orders(char **arguments) {
  for (; *arguments != NULL; arguments++) {
    if (parse_order(*arguments)) continue;
    say(STDERR, "baton-workload: %s is not understood: write name=value, as in boot-ms=200, port=8080, serve=sleep, "
                "and whole numbers in their bounds",
        *arguments);
    end_process(2);
  }
  const char *fault = NULL;
  if (orders.concurrency == 0) fault = "concurrency=0 would never answer: write at least 1";
  if (orders.how != SERVE_NOTHING && orders.port == NEVER) fault = "serve needs a port: write port=8080";
  if (orders.how == SERVE_BY_BURNING && orders.concurrency > MAX_BURNT_AT_ONCE)
    fault = "serve=burn works on at most 1024 requests at once: write a smaller concurrency";
  if (fault == NULL) return;
  say(STDERR, "baton-workload: %s", fault);
  end_process(2);
}

/* ------------------------------------------------------------------------------------------------- connections */

enum state {
  /* Reads a request, or waits for one. */
  READING,
  /* Its request waits for a place. */
  QUEUED,
  /* Its request has a place. */
  WORKING,
  /* Part of its answer could not be sent yet. */
  ANSWERING,
  /* All is said, and the rest of what it sends is thrown away, lest the answer be lost with it. */
  CLOSING,
};

enum kind { WORK, READY, HEALTH, COUNTS, CONTROL };

#define HEAD_BYTES 3584
#define ANSWER_BYTES 512

/* Where half requests and half answers are kept; most connections need none. One page. */
struct block {
  char head[HEAD_BYTES];
  char answer[ANSWER_BYTES];
};

struct connection {
  /* -1: its client has gone while it was worked for. */
  int fd;
  u32 index;
  /* How often this place has been used, so that events of its last user are known as such. */
  u32 generation;
  u8 state, kind;
  /* Whether there may be something to read; whether its client has closed its side. */
  bool is_readable, is_gone;
  /* Of its request: the head has come; no other follows; only the head is wanted back; the order was obeyed. */
  bool has_head, closes, is_head, is_obeyed;
  bool is_in_turn, is_on_list;
  u16 head_length, answer_from, answer_length;
  /* Bytes of a body that are still to come. */
  u64 skip;
  struct block *block;
  /* What the request asks for, when it came, when its work began, when it is done if it sleeps, what it computed. */
  u64 service_ns, arrived_ns, began_ns, due_ns, cpu_ns;
  /* Neighbours in the queue or among the slow; the next free one. */
  struct connection *before, *after;
  struct connection *next_turn;
  /* When it became slow. */
  u64 since_ns;
};

struct list {
  struct connection *first, *last;
};

static void append(struct list *list, struct connection *c) {
  c->is_on_list = true;
  c->after = NULL;
  c->before = list->last;
  if (list->last == NULL) list->first = c;
  else list->last->after = c;
  list->last = c;
}

static void take_out(struct list *list, struct connection *c) {
  if (!c->is_on_list) return;
  c->is_on_list = false;
  if (c->before == NULL) list->first = c->after;
  else c->before->after = c->after;
  if (c->after == NULL) list->last = c->before;
  else c->after->before = c->before;
}

static struct {
  /* Requests served, answered 500 as told, refused with 503, left by their clients, and not understood. */
  u64 connections, served, failed, refused, dropped, errors;
} counts;

static struct {
  int epoll, timer, signals, listener, done;
  u64 began_ns, booted_ns, ending_ns;
  bool has_booted, is_ending, is_hanging, may_accept;
  /* When the timer rings. */
  u64 timer_ns;
  /* Thousandths of its speed. */
  u64 speed_milli;
  /* Millionths of an error that are due. */
  u64 error_debt;
  u64 open, waiting, working, answering, blocks;
  /* First come, first served; and those whose half requests or answers are waited for, longest first. */
  struct list queue, slow;
  struct connection *turn_first, *turn_last;
  /* Never used yet, and given back. */
  u32 fresh, fresh_blocks;
  struct connection *free;
  struct block *free_blocks;
  /* Requests that sleep: a heap by the end of their sleep. */
  u64 sleeping;
} self = {.listener = -1, .speed_milli = 1000, .timer_ns = NEVER};

static struct connection *connections;
static struct block *blocks;
static struct connection **sleepers;

/* Where heads are read that arrive whole, as nearly all do. */
static char scratch[HEAD_BYTES];

__attribute__((noreturn)) static void end_all(const char *why, u64 code);

/* Zeros, of which only what is touched becomes memory. */
static void *reserve(u64 bytes) {
  long at = call(mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at < 0 && at > -4096 ? NULL : (void *)at;
}

static struct block *take_block(void) {
  struct block *block = self.free_blocks;
  if (block == NULL) block = &blocks[self.fresh_blocks++];
  else self.free_blocks = *(struct block **)block;
  self.blocks++;
  return block;
}

static void drop_block(struct connection *c) {
  if (c->block == NULL) return;
  /* After a rush of slow clients its memory is given back; a few are kept. */
  if (c->block - blocks >= 64) call(madvise, c->block, sizeof(struct block), MADV_DONTNEED);
  *(struct block **)c->block = self.free_blocks;
  self.free_blocks = c->block;
  c->block = NULL;
  self.blocks--;
}

static void be_slow(struct connection *c, u64 now) {
  if (c->is_on_list) return;
  c->since_ns = now;
  append(&self.slow, c);
}

static void take_turn(struct connection *c) {
  if (c->is_in_turn) return;
  c->is_in_turn = true;
  c->next_turn = NULL;
  if (self.turn_first == NULL) self.turn_first = c;
  else self.turn_last->next_turn = c;
  self.turn_last = c;
}

/* Gives its place back, once nothing refers to it any more. */
static void forget(struct connection *c) {
  if (c->is_in_turn) return; /* The turn does it. */
  c->generation++;
  c->after = self.free;
  self.free = c;
}

/* Ends a connection in whatever state; one that is worked for keeps its place until the work is done. */
static void hang_up(struct connection *c) {
  if (c->fd < 0) return;
  call(close, c->fd);
  c->fd = -1;
  self.open--;
  drop_block(c);
  if (c->state == WORKING) return;
  if (c->state == QUEUED) {
    take_out(&self.queue, c);
    if (c->kind == WORK) self.waiting--, counts.dropped++;
  } else take_out(&self.slow, c);
  if (c->state == ANSWERING) self.answering--;
  forget(c);
}

/* ------------------------------------------------------------------------------------------------------ answers */

static void after_answer(struct connection *c) {
  if (c->closes) {
    c->state = CLOSING;
    call(shutdown, c->fd, SHUT_WR);
    drop_block(c);
    c->head_length = 0;
    be_slow(c, now_ns());
  } else c->state = READING;
  take_turn(c);
}

/* Sends what is left of the answer, as much as goes. */
static void send_rest(struct connection *c) {
  char *from = c->block->answer + c->answer_from;
  long sent = call(sendto, c->fd, from, c->answer_length - c->answer_from, MSG_NOSIGNAL, 0, 0);
  if (sent == -EAGAIN || sent == -EINTR) return;
  if (sent < 0) {
    hang_up(c);
    return;
  }
  c->answer_from = (u16)(c->answer_from + sent);
  if (c->answer_from < c->answer_length) return;
  take_out(&self.slow, c);
  self.answering--;
  if (c->head_length == 0) drop_block(c);
  after_answer(c);
}

/* Sends an answer: the status with its words, header lines that end with CR LF, and the body. */
static void answer(struct connection *c, const char *status, const char *headers, const char *body) {
  char bytes[ANSWER_BYTES];
  struct writer writer = {bytes, 0, sizeof bytes};
  u64 length = text_of(body).length;
  if (self.is_ending) c->closes = true;
  print(&writer, "HTTP/1.1 %s\r\ncontent-type: text/plain\r\ncontent-length: %u\r\nconnection: %s\r\n%s\r\n%s", status,
        length, c->closes ? "close" : "keep-alive", headers, c->is_head ? "" : body);
  long sent = call(sendto, c->fd, bytes, writer.length, MSG_NOSIGNAL, 0, 0);
  if (sent == (long)writer.length) {
    after_answer(c);
    return;
  }
  if (sent < 0 && sent != -EAGAIN && sent != -EINTR) {
    c->state = READING;
    hang_up(c);
    return;
  }
  /* The client does not read. */
  u64 done = sent < 0 ? 0 : (u64)sent;
  if (c->block == NULL) c->block = take_block();
  memcpy(c->block->answer, bytes + done, writer.length - done);
  c->answer_from = 0;
  c->answer_length = (u16)(writer.length - done);
  c->state = ANSWERING;
  self.answering++;
  be_slow(c, now_ns());
}

/* Answers what is no request that anything could be done with, and ends the connection. */
static void reject(struct connection *c, const char *status) {
  counts.errors++;
  c->closes = true;
  c->is_head = false;
  answer(c, status, "", "");
}

static void refuse(struct connection *c, const char *why) {
  char header[64];
  struct writer writer = {header, 0, sizeof header - 1};
  print(&writer, "x-baton-refused: %s\r\n", why);
  header[writer.length] = 0;
  counts.refused++;
  answer(c, "503 Service Unavailable", header, "refused\n");
}

/* --------------------------------------------------------------------------------------------------------- work */

/* What passes between the process that talks and those that compute. */
struct job {
  u32 connection;
  u32 burner;
  u64 cpu_ns;
};

static struct burner {
  int jobs;
  u64 busy;
} burners[MAX_BURNERS];

static u32 burner_count;

static void swap_sleepers(u64 i, u64 j) {
  struct connection *c = sleepers[i];
  sleepers[i] = sleepers[j];
  sleepers[j] = c;
}

static void push_sleeper(struct connection *c) {
  u64 i = self.sleeping++;
  sleepers[i] = c;
  for (; i > 0 && sleepers[i]->due_ns < sleepers[(i - 1) / 2]->due_ns; i = (i - 1) / 2) swap_sleepers(i, (i - 1) / 2);
}

static struct connection *pop_sleeper(void) {
  struct connection *first = sleepers[0];
  sleepers[0] = sleepers[--self.sleeping];
  for (u64 i = 0;;) {
    u64 least = i;
    for (u64 child = 2 * i + 1; child <= 2 * i + 2 && child < self.sleeping; child++)
      if (sleepers[child]->due_ns < sleepers[least]->due_ns) least = child;
    if (least == i) return first;
    swap_sleepers(i, least);
    i = least;
  }
}

/* Gives a request its place. `began` may lie a little back: see `work_done`. */
static void begin_work(struct connection *c, u64 began) {
  c->state = WORKING;
  c->began_ns = began;
  self.working++;
  u64 ns = c->service_ns * 1000 / self.speed_milli;
  c->due_ns = began + ns;
  c->cpu_ns = 0;
  if (orders.how == SERVE_BY_SLEEP) {
    push_sleeper(c);
    return;
  }
  u32 least = 0;
  for (u32 i = 1; i < burner_count; i++)
    if (burners[i].busy < burners[least].busy) least = i;
  burners[least].busy++;
  struct job job = {c->index, least, ns / 1000 * orders.share_milli};
  call(write, burners[least].jobs, &job, sizeof job);
}

static void answer_other(struct connection *c);

/* Fills free places from the queue. */
static void begin_queued(u64 freed) {
  while (!self.is_hanging && self.queue.first != NULL) {
    struct connection *c = self.queue.first;
    if (c->kind == WORK && self.working >= orders.concurrency) return;
    take_out(&self.queue, c);
    if (c->kind != WORK) {
      c->state = READING;
      answer_other(c);
      continue;
    }
    self.waiting--;
    begin_work(c, freed > c->arrived_ns ? freed : c->arrived_ns);
  }
}

/*
 * A place is free again. Timers come a little late; the next request then begins when this one should have ended, so
 * that a place does as much work as its service times say. Not after long, when the process was held up: that delays
 * for good.
 */
static void work_done(struct connection *c, u64 now) {
  self.working--;
  u64 freed = now >= c->due_ns && now - c->due_ns <= 20 * MS_NS ? c->due_ns : now;
  if (c->fd < 0) {
    counts.dropped++;
    c->state = READING;
    forget(c);
  } else {
    char header[160];
    struct writer writer = {header, 0, sizeof header - 1};
    print(&writer, "x-baton-queued-us: %u\r\nx-baton-worked-us: %u\r\n", (c->began_ns - c->arrived_ns + 500) / US_NS,
          (now - c->began_ns + 500) / US_NS);
    if (orders.how == SERVE_BY_BURNING) print(&writer, "x-baton-cpu-us: %u\r\n", (c->cpu_ns + 500) / US_NS);
    header[writer.length] = 0;
    self.error_debt += orders.error_ppm;
    bool fails = self.error_debt >= 1000000;
    if (fails) self.error_debt -= 1000000, counts.failed++;
    else counts.served++;
    answer(c, fails ? "500 Internal Server Error" : "200 OK", header, fails ? "failed\n" : "worked\n");
  }
  begin_queued(freed);
}

static void wake_sleepers(void) {
  for (u64 now = now_ns(); !self.is_hanging && self.sleeping > 0 && sleepers[0]->due_ns <= now; now = now_ns())
    work_done(pop_sleeper(), now);
}

/* Burners have done what they were told; a request may have some waiting to do yet. While it hangs, nobody looks. */
static void read_done(void) {
  struct job jobs[64];
  while (!self.is_hanging) {
    long count = call(read, self.done, jobs, sizeof jobs) / (long)sizeof(struct job);
    u64 now = now_ns();
    for (long i = 0; i < count; i++) {
      struct connection *c = &connections[jobs[i].connection];
      burners[jobs[i].burner].busy--;
      c->cpu_ns = jobs[i].cpu_ns;
      if (orders.share_milli < 1000 && c->due_ns > now) {
        push_sleeper(c);
        continue;
      }
      c->due_ns = now;
      work_done(c, now);
    }
    if (count < 64) return;
  }
}

/* ------------------------------------------------------------------------------------- children, which compute */

static long parent, children[MAX_BURNERS + MAX_BACKGROUND];
static u32 child_count;

/* A process like this one, without its signals and files in the way; ends with its parent. Returns 0 in the child. */
static long fork_child(void) {
  long pid = call(clone, SIGCHLD);
  if (pid < 0) end_all("no more processes can be made", 1);
  if (pid > 0) return children[child_count++] = pid;
  call(prctl, PR_SET_PDEATHSIG, SIGKILL);
  if (call(getppid) != parent) end_process(0);
  u64 none = 0;
  call(rt_sigprocmask, SIG_SETMASK, &none, 0, sizeof none);
  return 0;
}

/* Computes for its share of every 20 ms; what it was not given in time it does not make up for. */
__attribute__((noreturn)) static void burn_for_ever(u64 milli) {
  const u64 period = 20 * MS_NS, share = milli * (period / 1000);
  u64 until = now_ns(), target = cpu_ns();
  for (;;) {
    until += period;
    u64 cpu = cpu_ns();
    target = target + share > cpu ? target + share : cpu;
    while (cpu_ns() < target && (milli == 1000 || now_ns() < until)) compute_a_little();
    if (milli == 1000) continue;
    u64 now = now_ns();
    if (now >= until) until = now, target = cpu_ns();
    else sleep_until(until);
  }
}

/* Computes for the jobs it is sent, a millisecond for each by turns. */
__attribute__((noreturn)) static void burn_jobs(int from, int done) {
  static struct job jobs[MAX_BURNT_AT_ONCE];
  static u64 burnt[MAX_BURNT_AT_ONCE];
  u64 count = 0, turn = 0;
  for (;;) {
    /* Without a job it sleeps in `poll`; with one it only looks whether there is another. */
    struct {
      int fd;
      short events, seen;
    } wanted = {from, EPOLLIN, 0};
    struct __kernel_timespec at_once = {0, 0};
    while (call(ppoll, &wanted, 1, count == 0 ? NULL : &at_once, 0, 8) > 0) {
      long bytes = call(read, from, &jobs[count], sizeof(struct job));
      if (bytes != sizeof(struct job)) end_process(0);
      burnt[count++] = 0;
    }
    if (count == 0) continue;
    turn = turn < count ? turn : 0;
    u64 start = cpu_ns(), left = jobs[turn].cpu_ns - burnt[turn];
    u64 end = start + (left < MS_NS ? left : MS_NS), cpu = start;
    while (cpu < end) compute_a_little(), cpu = cpu_ns();
    burnt[turn] += cpu - start;
    if (burnt[turn] < jobs[turn].cpu_ns) {
      turn++;
      continue;
    }
    struct job told = {jobs[turn].connection, jobs[turn].burner, burnt[turn]};
    call(write, done, &told, sizeof told);
    count--;
    /* In order, so that those that wait longest are not passed over. */
    for (u64 i = turn; i < count; i++) jobs[i] = jobs[i + 1], burnt[i] = burnt[i + 1];
  }
}

/* One for each core that may be used, but no more than there are places. */
static void start_burners(void) {
  u64 mask[128] = {0}, cores = 0;
  call(sched_getaffinity, 0, sizeof mask, mask);
  for (int i = 0; i < 128; i++)
    for (u64 bits = mask[i]; bits != 0; bits &= bits - 1) cores++;
  if (cores > MAX_BURNERS) cores = MAX_BURNERS;
  if (cores > orders.concurrency) cores = orders.concurrency;
  int done[2];
  if (call(pipe2, done, O_CLOEXEC) < 0) end_all("no pipe can be made", 1);
  for (burner_count = 0; burner_count < (cores == 0 ? 1 : cores); burner_count++) {
    int jobs[2];
    if (call(pipe2, jobs, O_CLOEXEC) < 0) end_all("no pipe can be made", 1);
    if (fork_child() == 0) {
      call(close, jobs[1]);
      burn_jobs(jobs[0], done[1]);
    }
    call(close, jobs[0]);
    burners[burner_count].jobs = jobs[1];
  }
  self.done = done[0];
  call(fcntl, self.done, F_SETFL, O_NONBLOCK);
}

static void start_background(void) {
  for (u64 left = orders.burn_milli; left > 0;) {
    u64 share = left < 1000 ? left : 1000;
    if (fork_child() == 0) burn_for_ever(share);
    left -= share;
  }
}

/* ------------------------------------------------------------------------------------------------------- memory */

#define CHUNK_BYTES (4ull << 20)

static u8 *chunks[1 << 18];
static u64 held_bytes;

static bool holds_enough(void) { return held_bytes >= orders.hold_bytes; }

/* Takes one piece more, so that others have their turn between the pieces. */
static void hold_more(void) {
  u64 left = orders.hold_bytes - held_bytes, bytes = left < CHUNK_BYTES ? left : CHUNK_BYTES;
  u8 *chunk = reserve(CHUNK_BYTES);
  if (chunk == NULL) end_all("the system has not so much memory to hold", 1);
  for (u64 i = 0; i < bytes; i += 4096) chunk[i] = (u8)(i >> 12) | 1;
  chunks[held_bytes / CHUNK_BYTES] = chunk;
  held_bytes += bytes;
}

/* Lets go of what is too much; the last piece may be a part, which is taken anew when more is wanted. */
static void hold(u64 bytes) {
  orders.hold_bytes = bytes;
  u64 whole = (bytes < held_bytes ? bytes : held_bytes) / CHUNK_BYTES;
  for (u64 i = whole; i * CHUNK_BYTES < held_bytes; i++) call(munmap, chunks[i], CHUNK_BYTES);
  held_bytes = whole * CHUNK_BYTES;
}

/* ----------------------------------------------------------------------------------------------------- requests */

static void set_hanging(bool hangs) {
  self.is_hanging = hangs;
  if (hangs) return;
  wake_sleepers();
  read_done();
  begin_queued(now_ns());
}

/* A share of speed: 0.001 to 1000, with at most three digits after the point. */
static bool parse_speed(struct text text, u64 *milli) {
  struct text whole = cut(&text, '.');
  u64 fraction = 0;
  if (text.length > 3 || (text.length > 0 && !parse_number(text, 999, &fraction))) return false;
  for (size_t i = text.length; i < 3; i++) fraction *= 10;
  if (!parse_number(whole, 1000, milli)) return false;
  *milli = *milli * 1000 + fraction;
  return *milli > 0;
}

static bool obey(struct text query) {
  while (query.length > 0) {
    struct text value = cut(&query, '&');
    struct text name = cut(&value, '=');
    u64 number;
    if (is(name, "slow")) {
      if (!parse_speed(value, &self.speed_milli)) return false;
    } else if (!parse_number(value, 1ull << 40, &number)) return false;
    else if (is(name, "hang")) set_hanging(number != 0);
    else if (is(name, "hold")) hold(number);
    else if (is(name, "exit") && number < 256) end_all("told to", number);
    else return false;
  }
  return true;
}

static void answer_counts(struct connection *c) {
  char body[320];
  struct writer writer = {body, 0, sizeof body - 1};
  print(&writer, "served %u\nfailed %u\nrefused %u\ndropped %u\nerrors %u\nconnections %u\nopen %u\n"
                 "waiting %u\nworking %u\n",
        counts.served, counts.failed, counts.refused, counts.dropped, counts.errors, counts.connections, self.open,
        self.waiting, self.working);
  print(&writer, "kept-heads %u\nheld-bytes %u\nup-ms %u\n", self.blocks, held_bytes,
        (now_ns() - self.began_ns) / MS_NS);
  body[writer.length] = 0;
  answer(c, "200 OK", "", body);
}

/* Answers what is no work and takes no place. */
static void answer_other(struct connection *c) {
  if (c->kind == COUNTS) answer_counts(c);
  else if (c->kind == CONTROL && c->is_obeyed) answer(c, "200 OK", "", "done\n");
  else if (c->kind == CONTROL) answer(c, "400 Bad Request", "", "write hang=0|1, slow=0.5, exit=3 or hold=1048576\n");
  else if (c->kind == HEALTH) answer(c, "200 OK", "", "healthy\n");
  else if (self.is_ending) refuse(c, "ending");
  else if (self.has_booted) answer(c, "200 OK", "", "ready\n");
  else refuse(c, "booting");
}

/* A whole request is here. */
static void request_came(struct connection *c) {
  take_out(&self.slow, c);
  c->arrived_ns = now_ns();
  if (c->kind == WORK) {
    if (orders.how == SERVE_NOTHING) return reject(c, "404 Not Found");
    if (self.is_ending) return refuse(c, "ending");
    if (!self.has_booted) return refuse(c, "booting");
    if (!self.is_hanging && self.working < orders.concurrency) return begin_work(c, c->arrived_ns);
    if (self.waiting >= orders.queue_limit) return refuse(c, "queue");
    self.waiting++;
  } else if (!self.is_hanging || c->kind == COUNTS || c->kind == CONTROL) return answer_other(c);
  c->state = QUEUED;
  append(&self.queue, c);
  if (c->is_gone) hang_up(c);
}

/* What a head says of its request, beside what the connection remembers. */
struct head {
  u64 body_bytes;
  bool has_length, says_close, says_keep;
};

/* One field of a head. Returns the status with which the request is refused, or NULL. */
static const char *read_field(struct connection *c, struct head *head, struct text line) {
  struct text value = line;
  struct text name = cut(&value, ':');
  if (name.length == 0 || name.length == line.length) return "400 Bad Request";
  for (size_t i = 0; i < name.length; i++)
    if (name.at[i] <= ' ' || name.at[i] == 127) return "400 Bad Request";
  value = trimmed(value);
  u64 number;
  if (is(name, "content-length")) {
    if (!parse_number(value, 1ull << 40, &number)) return "400 Bad Request";
    if (head->has_length && number != head->body_bytes) return "400 Bad Request";
    head->has_length = true;
    head->body_bytes = number;
  } else if (is(name, "transfer-encoding")) return "501 Not Implemented";
  else if (is(name, "connection")) {
    while (value.length > 0) {
      struct text option = trimmed(cut(&value, ','));
      if (is(option, "close")) head->says_close = true;
      if (is(option, "keep-alive")) head->says_keep = true;
    }
  } else if (is(name, "x-baton-service-us")) {
    if (!parse_number(value, MAX_TIME_MS * 1000, &number)) return "400 Bad Request";
    c->service_ns = number * US_NS;
  }
  return NULL;
}

/* The first line: method, target, version. */
static const char *read_first_line(struct connection *c, struct head *head, struct text line) {
  struct text method = cut(&line, ' ');
  struct text target = cut(&line, ' ');
  if (method.length == 0 || target.length == 0 || line.length == 0) return "400 Bad Request";
  if (is(line, "http/1.0")) head->says_close = true;
  else if (!is(line, "http/1.1"))
    return is(cut(&line, '/'), "http") ? "505 HTTP Version Not Supported" : "400 Bad Request";
  struct text path = cut(&target, '?');
  if (path.at[0] != '/') return "400 Bad Request";
  c->is_head = is(method, "head");
  c->kind = is(path, "/ready")     ? READY
            : is(path, "/healthz") ? HEALTH
            : is(path, "/counts")  ? COUNTS
            : is(path, "/control") ? CONTROL
                                   : WORK;
  if (c->kind != CONTROL) return NULL;
  if (!is(method, "post")) return "405 Method Not Allowed";
  c->is_obeyed = obey(target);
  return NULL;
}

/* Bytes up to the end of the head that begins here; 0: it has not come yet. */
static u64 head_length(const char *bytes, u64 length) {
  for (u64 i = 0, line = 0; i < length; i++) {
    if (bytes[i] != '\n') continue;
    if (i == line || (i == line + 1 && bytes[line] == '\r')) return i + 1;
    line = i + 1;
  }
  return 0;
}

/* Takes a head, or a part of a body, from bytes that have come; returns how many, 0: there must come more. */
static u64 take_bytes(struct connection *c, const char *bytes, u64 length) {
  if (c->has_head) {
    u64 skipped = length < c->skip ? length : c->skip;
    c->skip -= skipped;
    return skipped;
  }
  u64 used = head_length(bytes, length);
  if (used <= 2) return used; /* An empty line before a request is passed over. */
  struct text rest = {bytes, used};
  struct head head = {0};
  const char *fault = NULL;
  c->service_ns = orders.service_us * US_NS;
  c->closes = false;
  for (bool is_first = true; fault == NULL; is_first = false) {
    struct text line = cut(&rest, '\n');
    if (line.length > 0 && line.at[line.length - 1] == '\r') line.length--;
    if (line.length == 0) break;
    for (size_t i = 0; i < line.length; i++)
      if (((u8)line.at[i] < ' ' && line.at[i] != '\t') || line.at[i] == 127) fault = "400 Bad Request";
    if (fault == NULL) fault = is_first ? read_first_line(c, &head, line) : read_field(c, &head, line);
  }
  if (fault != NULL) {
    reject(c, fault);
    return used;
  }
  c->closes = head.says_close && !head.says_keep;
  c->skip = head.body_bytes;
  c->has_head = true;
  return used;
}

/* Keeps what is not a whole request yet. */
static void keep(struct connection *c, const char *bytes, u64 length) {
  c->head_length = (u16)length;
  if (length == 0) {
    drop_block(c);
    return;
  }
  if (c->block == NULL) c->block = take_block();
  if (bytes != c->block->head) memmove(c->block->head, bytes, length);
}

/* Reads what has come and does what it asks, one request after another, until there is none or one takes time. */
static void read_requests(struct connection *c) {
  char *bytes = scratch;
  for (int rounds = 0;; rounds++) {
    bytes = c->block == NULL ? scratch : c->block->head;
    if (rounds == 32) {
      take_turn(c); /* Others are to have theirs. */
      break;
    }
    u64 used = c->head_length == 0 ? 0 : take_bytes(c, bytes, c->head_length);
    if (c->state != READING || c->fd < 0) return; /* Rejected. */
    if (used > 0) {
      keep(c, bytes + used, c->head_length - used);
      if (!c->has_head || c->skip > 0) continue;
      c->has_head = false;
      request_came(c);
      if (c->state != READING || c->fd < 0) return;
      continue;
    }
    u64 room = HEAD_BYTES - c->head_length;
    if (room == 0) return reject(c, "431 Request Header Fields Too Large");
    if (!c->is_readable) break;
    long count = call(read, c->fd, bytes + c->head_length, room);
    if (count == -EINTR) continue;
    if (count == -EAGAIN) {
      c->is_readable = false;
      break;
    }
    if (count <= 0) return hang_up(c);
    /* Less than there was room for: that was all, unless the end comes next. */
    if ((u64)count < room && !c->is_gone) c->is_readable = false;
    c->head_length = (u16)(c->head_length + count);
  }
  if (c->head_length > 0 || c->has_head) be_slow(c, now_ns());
  keep(c, bytes, c->head_length);
}

/* Throws away what still comes. */
static void read_the_rest(struct connection *c) {
  for (int rounds = 0; rounds < 32; rounds++) {
    long count = call(read, c->fd, scratch, HEAD_BYTES);
    if (count == 0 || (count < 0 && count != -EAGAIN && count != -EINTR)) return hang_up(c);
    if (count > 0) continue;
    c->is_readable = false;
    return;
  }
  take_turn(c);
}

static void go_on(struct connection *c) {
  if (c->state == READING) read_requests(c);
  else if (c->state == CLOSING) read_the_rest(c);
}

static void something_happened(struct connection *c, u32 events) {
  bool is_over = (events & (EPOLLHUP | EPOLLERR)) != 0;
  if (is_over || (events & (EPOLLIN | EPOLLRDHUP)) != 0) c->is_readable = true;
  if (is_over || (events & EPOLLRDHUP) != 0) c->is_gone = true;
  if (c->state == ANSWERING) send_rest(c);
  else if (c->state == QUEUED ? c->is_gone : c->state == WORKING && is_over) hang_up(c);
  else if (c->is_readable) go_on(c);
}

/* Those that had more to say than one turn allows, and those whose answer is sent. */
static void take_turns(void) {
  struct connection *c = self.turn_first;
  self.turn_first = NULL;
  while (c != NULL) {
    struct connection *next = c->next_turn;
    c->is_in_turn = false;
    if (c->fd >= 0) go_on(c);
    else if (c->state != WORKING) forget(c);
    c = next;
  }
}

/* ---------------------------------------------------------------------------------------------- the whole of it */

#define SLOW_NS (10 * SECOND_NS)

/* What events are about, where it is no connection. */
enum { ABOUT_LISTENER = MAX_CONNECTIONS, ABOUT_TIMER, ABOUT_SIGNALS, ABOUT_DONE };

static void watch(int fd, u64 about, u32 events) {
  struct epoll_event event = {.events = events | EPOLLET, .data = about};
  if (call(epoll_ctl, self.epoll, EPOLL_CTL_ADD, fd, &event) < 0) end_all("a file cannot be watched", 1);
}

static void accept_all(void) {
  while (self.listener >= 0 && self.may_accept) {
    struct connection *c = self.free;
    if (c == NULL && self.fresh == MAX_CONNECTIONS) return; /* Again when one has gone. */
    long fd = call(accept4, self.listener, 0, 0, O_NONBLOCK | O_CLOEXEC);
    if (fd == -EAGAIN) self.may_accept = false;
    if (fd == -EAGAIN || fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM || fd == -ENOBUFS) return;
    if (fd < 0) continue;
    if (c != NULL) self.free = c->after;
    else (c = &connections[self.fresh])->index = self.fresh, self.fresh++;
    *c = (struct connection){.fd = (int)fd, .index = c->index, .generation = c->generation};
    self.open++;
    counts.connections++;
    watch(c->fd, c->index | (u64)c->generation << 32, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
  }
}

static void stop_listening(void) {
  if (self.listener >= 0) call(close, self.listener);
  self.listener = -1;
}

/* Children that have ended, and those of others that this process, the first of its container, has inherited. */
static void reap(void) {
  int status;
  for (long pid; (pid = call(wait4, -1, &status, 1 /* WNOHANG */, 0)) > 0;)
    for (u32 i = 0; i < child_count; i++)
      if (children[i] == pid) end_all("a process that computed was killed", 1);
}

static void read_signals(void) {
  struct signalfd_siginfo signal;
  while (call(read, self.signals, &signal, sizeof signal) == sizeof signal) {
    if (signal.ssi_signo == SIGINT) end_all("SIGINT", 130);
    if (signal.ssi_signo == SIGCHLD) reap();
    if (signal.ssi_signo != SIGTERM || self.is_ending) continue;
    self.is_ending = true;
    self.ending_ns = now_ns();
    stop_listening();
  }
}

static void end_slow(u64 now) {
  for (struct connection *c; (c = self.slow.first) != NULL && c->since_ns + SLOW_NS <= now;) {
    take_out(&self.slow, c);
    if (c->state == READING) reject(c, "408 Request Timeout");
    else hang_up(c);
  }
}

static u64 boot_end_ns(void) { return self.began_ns + orders.boot_ms * MS_NS; }

static u64 run_end_ns(void) {
  return !self.has_booted || orders.run_ms == NEVER ? NEVER : self.booted_ns + orders.run_ms * MS_NS;
}

static u64 linger_end_ns(void) { return self.is_ending ? self.ending_ns + orders.linger_ms * MS_NS : NEVER; }

/* Does all whose time has come. */
static void do_due(void) {
  wake_sleepers();
  u64 now = now_ns();
  end_slow(now);
  if (!self.has_booted && now >= boot_end_ns() && holds_enough()) {
    self.has_booted = true;
    self.booted_ns = now;
  }
  if (now >= run_end_ns()) end_all("its time was over", orders.exit_code);
  if (self.is_ending && self.waiting + self.working + self.answering == 0) end_all("SIGTERM", 0);
  if (now >= linger_end_ns()) end_all("SIGTERM, and no more time to linger", 0);
}

static void set_timer(void) {
  u64 at = run_end_ns();
  if (!self.has_booted && holds_enough() && boot_end_ns() < at) at = boot_end_ns();
  if (linger_end_ns() < at) at = linger_end_ns();
  if (!self.is_hanging && self.sleeping > 0 && sleepers[0]->due_ns < at) at = sleepers[0]->due_ns;
  if (self.slow.first != NULL && self.slow.first->since_ns + SLOW_NS < at) at = self.slow.first->since_ns + SLOW_NS;
  if (at == self.timer_ns) return;
  self.timer_ns = at;
  struct __kernel_itimerspec time = {0};
  if (at != NEVER) time.it_value = (struct __kernel_timespec){(i64)(at / SECOND_NS), (i64)(at % SECOND_NS)};
  call(timerfd_settime, self.timer, TFD_TIMER_ABSTIME, &time, 0);
}

__attribute__((noreturn)) static void serve_for_ever(void) {
  struct epoll_event events[256];
  for (;;) {
    set_timer();
    bool is_busy = self.turn_first != NULL || !holds_enough();
    long count = call(epoll_pwait, self.epoll, events, 256, is_busy ? 0 : -1, 0, 8);
    for (long i = 0; i < count; i++) {
      u64 about = events[i].data;
      if (about == ABOUT_LISTENER) self.may_accept = true;
      else if (about == ABOUT_SIGNALS) read_signals();
      else if (about == ABOUT_DONE) read_done();
      else if (about != ABOUT_TIMER) {
        struct connection *c = &connections[(u32)about];
        if (c->fd >= 0 && c->generation == about >> 32) something_happened(c, events[i].events);
      }
    }
    if (!holds_enough()) hold_more();
    take_turns();
    do_due();
    accept_all();
  }
}

static void start_listening(void) {
  self.listener = (int)call(socket, AF_INET, SOCK_STREAM | O_NONBLOCK | O_CLOEXEC, 0);
  int on = 1;
  call(setsockopt, self.listener, 1 /* SOL_SOCKET */, 2 /* SO_REUSEADDR */, &on, sizeof on);
  call(setsockopt, self.listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {(u32)orders.host}};
  address.sin_port = (u16)(orders.port >> 8 | (orders.port & 255) << 8);
  if (call(bind, self.listener, &address, sizeof address) < 0 || call(listen, self.listener, 4096) < 0)
    end_all("its port cannot be listened on", 1);
  int length = sizeof address;
  call(getsockname, self.listener, &address, &length);
  orders.port = (u64)(u8)(address.sin_port >> 8) | (u64)(u8)address.sin_port << 8;
}

/*
 * What computes little and often asks for short turns, so that it gets them soon (Linux 6.12 and later; elsewhere it is
 * scheduled as all others): service times are to be exact where neighbours compute.
 */
static void ask_for_short_turns(void) {
  struct {
    u32 size, policy;
    u64 flags;
    int nice;
    u32 priority;
    u64 turn_ns, deadline_ns, period_ns;
  } wish = {.size = 48, .turn_ns = US_NS * 100};
  call(sched_setattr, 0, &wish, 0);
}

/* As many open files as may be. */
static void raise_file_limit(void) {
  struct {
    u64 soft, hard;
  } files;
  if (call(prlimit64, 0, RLIMIT_NOFILE, 0, &files) < 0) return;
  files.soft = files.hard;
  call(prlimit64, 0, RLIMIT_NOFILE, &files, 0);
}

static void end_all(const char *why, u64 code) {
  stop_listening();
  say(STDOUT, "baton-workload: ended with exit code %u after %u ms (%s): %u served, %u failed, %u refused, %u dropped, "
              "%u errors",
      code, (now_ns() - self.began_ns) / MS_NS, why, counts.served, counts.failed, counts.refused, counts.dropped,
      counts.errors);
  end_process((int)code);
}

/* The kernel has left the arguments on the stack: their number, then themselves. */
__attribute__((used, noreturn)) void begin(long *stack) {
  self.began_ns = now_ns();
  read_orders((char **)(stack + 2));
  notice_restart();
  parent = call(getpid);

  u64 signals = 1ull << (SIGTERM - 1) | 1ull << (SIGINT - 1) | 1ull << (SIGCHLD - 1) | 1ull << (SIGPIPE - 1);
  call(rt_sigprocmask, SIG_BLOCK, &signals, 0, sizeof signals);
  raise_file_limit();
  if (orders.how == SERVE_BY_BURNING) start_burners();
  start_background();
  ask_for_short_turns();

  connections = reserve(MAX_CONNECTIONS * sizeof(struct connection));
  blocks = reserve(MAX_CONNECTIONS * sizeof(struct block));
  sleepers = reserve(MAX_CONNECTIONS * sizeof(struct connection *));
  self.epoll = (int)call(epoll_create1, O_CLOEXEC);
  self.timer = (int)call(timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  self.signals = (int)call(signalfd4, -1, &signals, sizeof signals, O_NONBLOCK | O_CLOEXEC);
  if (connections == NULL || blocks == NULL || sleepers == NULL || self.epoll < 0 || self.timer < 0 || self.signals < 0)
    end_all("the system has no room for its tables", 1);
  watch(self.timer, ABOUT_TIMER, EPOLLIN);
  watch(self.signals, ABOUT_SIGNALS, EPOLLIN);
  if (burner_count > 0) watch(self.done, ABOUT_DONE, EPOLLIN);
  if (orders.port != NEVER) {
    start_listening();
    watch(self.listener, ABOUT_LISTENER, EPOLLIN);
  }
  say(STDOUT, "baton-workload: process %u, port %u, %s, %u at once, boot %u ms, source %s", (u64)parent,
      orders.port == NEVER ? 0 : orders.port,
      orders.how == SERVE_NOTHING    ? "no work"
      : orders.how == SERVE_BY_SLEEP ? "work by sleep"
                                     : "work by burning",
      orders.concurrency, orders.boot_ms, SOURCE + sizeof "baton-workload source sha256:" - 1);
  serve_for_ever();
}
