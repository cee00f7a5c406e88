// NVML's interface over a made-up GPU, GPU-fake, which cannot say its temperature.
#include <cstring>

namespace {
constexpr int kNotSupported = 3;
constexpr int kNotFound = 6;
int started = 0;
unsigned long long energy = 5'000;
}  // namespace

extern "C" {

struct nvmlDevice_st {
  int number;
};
nvmlDevice_st the_gpu;

int nvmlInit_v2() {
  ++started;
  return 0;
}
int nvmlShutdown() {
  --started;
  return 0;
}
const char* nvmlErrorString(int error) {
  return error == kNotFound ? "Not Found" : "Not Supported";
}
int nvmlDeviceGetHandleByUUID(const char* uuid, nvmlDevice_st** device) {
  if (started == 0 || std::strcmp(uuid, "GPU-fake") != 0) return kNotFound;
  *device = &the_gpu;
  return 0;
}
int nvmlDeviceGetUtilizationRates(nvmlDevice_st*, unsigned int* rates) {
  rates[0] = 87;
  rates[1] = 12;
  return 0;
}
int nvmlDeviceGetMemoryInfo(nvmlDevice_st*, unsigned long long* memory) {
  memory[0] = 100;
  memory[1] = 60;
  memory[2] = 40;
  return 0;
}
int nvmlDeviceGetPowerUsage(nvmlDevice_st*, unsigned int* milliwatts) {
  *milliwatts = 312'500;
  return 0;
}
int nvmlDeviceGetTemperature(nvmlDevice_st*, int, unsigned int*) { return kNotSupported; }
// Two joules between any two readings.
int nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_st*, unsigned long long* millijoules) {
  *millijoules = energy += 2'000;
  return 0;
}

}  // extern "C"
