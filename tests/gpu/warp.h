/* A warp of 32 threads on a CPU: each a fiber, which waits at votes and shuffles until all are there.

   Fibers begin on stacks of their own (makecontext) and change by _setjmp and _longjmp, which ask nothing of the system. */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum { LANES = 32, STACK = 1 << 21 };
static uint64_t* param;
static uint32_t ctaid, ntid, nctaid, first_tid;
static int step = 1, entering; /* 1: lanes run upwards; -1: downwards */
static uint64_t held[2][LANES];
static int site_of[2][LANES], turn[LANES];
static char voted[2], stacks[LANES][STACK];
static jmp_buf at[LANES], outside;
static ucontext_t begin[LANES], home;
static void thread(int lane);

static inline double f(uint64_t x) { double d; memcpy(&d, &x, 8); return d; }
static inline uint64_t w(double d) { uint64_t x; memcpy(&x, &d, 8); return x; }
/* Where PTX says what C leaves open. */
static inline uint64_t to_s64(double a) {
  if (a != a) return 0x8000000000000000ull;
  if (a >= 9223372036854775808.0) return INT64_MAX;
  return a < -9223372036854775808.0 ? (uint64_t)INT64_MIN : (uint64_t)(int64_t)a;
}
static inline double min_of(double a, double b) { /* a number before what is none, -0 before 0 */
  if (a != a) return b;
  if (b != b) return a;
  return a < b || (a == b && w(a) >> 63) ? a : b;
}
static inline double max_of(double a, double b) { return -min_of(-a, -b); }
static inline uint64_t shl(uint64_t a, uint32_t n, uint32_t width) { return n >= width ? 0 : a << n; }
static inline uint64_t shr(uint64_t a, uint32_t n, uint32_t width) { return n >= width ? 0 : a >> n; }
static inline int64_t sar(int64_t a, uint32_t n, uint32_t width) { return a >> (n >= width ? width - 1 : n); }
static inline uint64_t mask(uint32_t n) { return n > 63 ? ~0ull : (1ull << n) - 1; }
static inline uint64_t bfi(uint64_t a, uint64_t b, uint32_t place, uint32_t n) {
  uint64_t m = mask(n) << place;
  return (b & ~m) | ((a << place) & m);
}

/* All lanes at one instruction: what each brings is held until the next but one. */
static int meet(int lane, int site, uint64_t value) {
  int q = turn[lane], first = step > 0 ? 0 : LANES - 1;
  turn[lane] ^= 1;
  held[q][lane] = value;
  site_of[q][lane] = site;
  voted[q] = value != 0 || (lane != first && voted[q]);
  if (!_setjmp(at[lane])) _longjmp(at[(lane + step) & (LANES - 1)], 1);
  if (site != site_of[q][first]) {
    fprintf(stderr, "lanes apart: lane %d at instruction %d, lane %d at %d\n", lane, site, first, site_of[q][first]);
    abort();
  }
  return q;
}
#define VOTE(site, p) voted[meet(lane, site, (p))]
#define SHUFFLE(site, value, from) ((uint32_t)held[meet(lane, site, (value))][(from) & (LANES - 1)])

/* Of each number of the scratch: who wrote it, who read it (-1 nobody, 99 several). No two lanes may share one. */
uint64_t scratch_begin, scratch_end, races;
int8_t *writer, *reader;
static void touch(int lane, uint64_t p, int writes) {
  if (p < scratch_begin || p >= scratch_end) return;
  uint64_t i = (p - scratch_begin) >> 3;
  int other = (writer[i] >= 0 && writer[i] != lane) || (writes && reader[i] >= 0 && reader[i] != lane);
  if (other && races++ < 5)
    fprintf(stderr, "race: lane %d %s number %llu\n", lane, writes ? "writes" : "reads", (unsigned long long)i);
  if (writes) writer[i] = lane;
  else reader[i] = reader[i] < 0 || reader[i] == lane ? lane : 99;
}
#ifdef RACE
#define TOUCH(p, writes) touch(lane, (uint64_t)(p), writes)
#define OWN(p) (races += ((p) >> 3 & (LANES - 1)) != lane, (p)) /* rows shared by name: each lane at its own number */
#else
#define OWN(p) (p)
#define TOUCH(p, writes) (void)0
#endif
#define LOAD(type, p) (TOUCH(p, 0), *(type*)(p))
#define STORE(type, p, value) (TOUCH(p, 1), *(type*)(p) = (type)(value))
#define AT(type, p, v, what) { type* q_ = (type*)(p); type v_ = (type)(v), old_ = *q_; *q_ = (what); }

static void lane_main(int lane) {
  thread(lane);
  turn[lane] = -1; /* done: all end without a further meeting, or none does */
  int next = (lane + step) & (LANES - 1);
  if (turn[next] >= 0) _longjmp(at[next], 1);
  _longjmp(outside, 1);
}
static void lane_begins(int lane) { /* stands ready at its first instruction */
  if (!_setjmp(at[lane])) swapcontext(&begin[lane], &home);
  lane_main(lane);
}

/* One warp of a block to its end. */
void run_warp(uint64_t* params, uint32_t block, uint32_t blocks, uint32_t threads, uint32_t warp, int backwards) {
  param = params, ctaid = block, nctaid = blocks, ntid = threads, first_tid = warp * LANES, step = backwards ? -1 : 1;
  for (int i = 0; i < LANES; i++) {
    getcontext(&begin[i]);
    begin[i].uc_stack.ss_sp = stacks[i], begin[i].uc_stack.ss_size = STACK, begin[i].uc_link = 0;
    makecontext(&begin[i], (void (*)(void))lane_begins, 1, i);
    turn[i] = 0;
    swapcontext(&home, &begin[i]);
  }
  if (!_setjmp(outside)) _longjmp(at[backwards ? LANES - 1 : 0], 1);
}
