/* NVIDIA's driver as far as `stress.gpu.driver` calls it, on this machine's own memory: one card, or none. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef void (*launched_t)(uint32_t blocks, uint32_t threads, void** arguments);
launched_t launched;
int cards = 1, capability = 9, broken, taken;
char loaded[64];

int cuInit(unsigned flags) { return cards ? 0 : 100; }
int cuDeviceGetCount(int* n) { return *n = cards, 0; }
int cuDeviceGet(int* device, int number) { return *device = number, number < cards ? 0 : 101; }
int cuDeviceGetName(char* name, int length, int device) { return strncpy(name, "Make-believe", length), 0; }
int cuDeviceGetAttribute(int* value, int what, int device) {
  *value = what == 16 ? 2 : what == 75 ? capability : 0;
  return 0;
}
int cuDevicePrimaryCtxRetain(void** context, int device) { return *context = &cards, 0; }
int cuCtxSetCurrent(void* context) { return context == &cards ? 0 : 201; }
int cuCtxSynchronize(void) { return 0; }
int cuModuleLoadDataEx(void** module, const char* text, unsigned n, int* options, void** values) {
  if (broken) {
    strncpy((char*)values[0], "line 3: no such instruction", (size_t)values[1]);
    return 218;
  }
  strncpy(loaded, text, sizeof loaded - 1);
  return *module = loaded, 0;
}
int cuModuleGetFunction(void** function, void* module, const char* name) {
  return *function = module, strcmp(name, "stress_panels") ? 500 : 0;
}
int cuMemGetInfo_v2(size_t* free_, size_t* total) { return *free_ = *total = 1 << 30, 0; }
int cuMemAlloc_v2(uint64_t* address, size_t n) { return taken++, *address = (uint64_t)malloc(n), 0; }
int cuMemFree_v2(uint64_t address) { return taken--, free((void*)address), 0; }
int cuMemsetD32_v2(uint64_t address, unsigned value, size_t n) { return memset((void*)address, value, 4 * n), 0; }
int cuMemcpyHtoD_v2(uint64_t to, const void* from, size_t n) { return memcpy((void*)to, from, n), 0; }
int cuMemcpyDtoH_v2(void* to, uint64_t from, size_t n) { return memcpy(to, (void*)from, n), 0; }
int cuLaunchKernel(void* f, unsigned x, unsigned y, unsigned z, unsigned t, unsigned u, unsigned v, unsigned shared,
                   void* stream, void** arguments, void** extra) {
  if (f != loaded || y != 1 || z != 1 || u != 1 || v != 1 || shared || extra) return 1;
  return launched(x, t, arguments), 0;
}
int cuGetErrorString(int status, const char** words) { return *words = status == 218 ? "invalid PTX" : "unknown", 0; }
