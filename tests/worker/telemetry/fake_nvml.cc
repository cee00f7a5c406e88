// NVML's interface over a made-up GPU, GPU-fake, which cannot say its temperature.
#include <array>
#include <cstring>

namespace {
constexpr int kNotSupported = 3;
constexpr int kNotFound = 6;
int started = 0;
int the_gpu = 0;
unsigned long long energy = 5'000;

template <typename T>
int Fill(void* place, const T& value) {
  std::memcpy(place, &value, sizeof value);
  return 0;
}
}  // namespace

extern "C" {

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
int nvmlDeviceGetHandleByUUID(const char* uuid, void* device) {
  if (started == 0 || std::strcmp(uuid, "GPU-fake") != 0) return kNotFound;
  return Fill(device, static_cast<void*>(&the_gpu));
}
int nvmlDeviceGetUtilizationRates(void*, void* rates) {
  return Fill(rates, std::array<unsigned int, 2>{87, 12});
}
int nvmlDeviceGetMemoryInfo(void*, void* memory) {
  return Fill(memory, std::array<unsigned long long, 3>{100, 60, 40});
}
int nvmlDeviceGetPowerUsage(void*, void* milliwatts) { return Fill(milliwatts, 312'500U); }
int nvmlDeviceGetTemperature(void*, int, void*) { return kNotSupported; }
// Two joules between any two readings.
int nvmlDeviceGetTotalEnergyConsumption(void*, void* millijoules) {
  energy += 2'000;
  return Fill(millijoules, energy);
}

}  // extern "C"
