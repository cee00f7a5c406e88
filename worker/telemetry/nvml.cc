#include "worker/telemetry/nvml.h"

#include <dlfcn.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

// Of nvml.h, whose binary interface does not change. A device is a pointer, and so is what a
// function fills.
using Device = void*;
struct Utilization {
  unsigned int gpu;  // percent
  unsigned int memory;
};
struct Memory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};
constexpr int kSuccess = 0;
constexpr int kTemperatureOfGpu = 0;

struct Functions {
  int (*init)();
  int (*shutdown)();
  const char* (*error_string)(int);
  int (*find)(const char* uuid, void* device);
  int (*utilization)(Device, void* utilization);
  int (*memory)(Device, void* memory);
  int (*power)(Device, void* milliwatts);                 // unsigned int
  int (*temperature)(Device, int sensor, void* celsius);  // unsigned int
  int (*energy)(Device, void* millijoules);               // unsigned long long
};

class Nvml {
 public:
  // Null if the library is not there, or lacks a function.
  static std::shared_ptr<Nvml> Load(const std::string& library) {
    void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return nullptr;
    Functions all{};
    const auto find = [&](const char* name, auto& function) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
      return function != nullptr;
    };
    const bool complete =
        find("nvmlInit_v2", all.init) && find("nvmlShutdown", all.shutdown) &&
        find("nvmlErrorString", all.error_string) && find("nvmlDeviceGetHandleByUUID", all.find) &&
        find("nvmlDeviceGetUtilizationRates", all.utilization) &&
        find("nvmlDeviceGetMemoryInfo", all.memory) && find("nvmlDeviceGetPowerUsage", all.power) &&
        find("nvmlDeviceGetTemperature", all.temperature) &&
        find("nvmlDeviceGetTotalEnergyConsumption", all.energy);
    if (!complete) {
      dlclose(handle);
      return nullptr;
    }
    return std::shared_ptr<Nvml>(new Nvml(handle, all));
  }

  ~Nvml() {
    if (started_) functions_.shutdown();
    dlclose(handle_);
  }
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  absl::Status Start(const std::string& uuid) {
    int error = functions_.init();
    started_ = error == kSuccess;
    if (started_) error = functions_.find(uuid.c_str(), static_cast<void*>(&device_));
    if (error == kSuccess) return absl::OkStatus();
    return absl::UnavailableError(
        absl::StrCat("NVML cannot read the GPU ", uuid, ": ", functions_.error_string(error)));
  }

  DeviceReading Read() const {
    DeviceReading reading;
    Utilization utilization{};
    if (functions_.utilization(device_, &utilization) == kSuccess) {
      reading.utilization = utilization.gpu / 100.0;
    }
    Memory memory{};
    if (functions_.memory(device_, &memory) == kSuccess) {
      reading.memory_used_bytes = static_cast<int64_t>(memory.used);
    }
    unsigned int number = 0;
    if (functions_.power(device_, &number) == kSuccess) reading.power_watts = number / 1e3;
    if (functions_.temperature(device_, kTemperatureOfGpu, &number) == kSuccess) {
      reading.temperature_celsius = number;
    }
    unsigned long long energy = 0;
    if (functions_.energy(device_, &energy) == kSuccess) {
      reading.energy_joules = static_cast<double>(energy) / 1e3;
    }
    return reading;
  }

 private:
  Nvml(void* handle, const Functions& functions) : handle_(handle), functions_(functions) {}

  void* const handle_;
  const Functions functions_;
  Device device_ = nullptr;
  bool started_ = false;
};

}  // namespace

absl::StatusOr<ReadDevice> OpenNvml(const std::string& uuid, const std::string& library) {
  std::shared_ptr<Nvml> nvml = Nvml::Load(library);
  if (nvml == nullptr) {
    return absl::UnavailableError(absl::StrCat("there is no usable ", library));
  }
  if (absl::Status status = nvml->Start(uuid); !status.ok()) return status;
  return [nvml = std::move(nvml)] { return nvml->Read(); };
}

}  // namespace pathsweep
