#include "worker/train/memory_probe.h"

#include <ATen/DeviceAccelerator.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>

namespace pathsweep {
namespace {

constexpr double kUsable = 0.9;

// The value of a line `NAME: 123 kB` of a file in /proc, in bytes; 0 if there is none.
int64_t ProcBytes(const char* path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) {
      return 1024 * std::strtoll(line.c_str() + name.size() + 1, nullptr, 10);
    }
  }
  return 0;
}

// Without a limit on the control group the largest number.
int64_t LeftInControlGroup() {
  int64_t limit = 0, used = 0;
  const bool limited = (std::ifstream("/sys/fs/cgroup/memory.max") >> limit) &&
                       (std::ifstream("/sys/fs/cgroup/memory.current") >> used);
  return limited ? std::max<int64_t>(limit - used, 0) : std::numeric_limits<int64_t>::max();
}

int64_t FreeOnHost() {
  return std::min(ProcBytes("/proc/meminfo", "MemAvailable"), LeftInControlGroup());
}

}  // namespace

MemoryProbe::MemoryProbe(torch::Device device) : device_(device) {
  Restart();
  before_ = Measure().now;
}

void MemoryProbe::Restart() {
  if (device_.is_cpu()) {
    std::ofstream("/proc/self/clear_refs") << "5";  // of proc(5): the highest use is that of now
  } else {
    at::accelerator::resetPeakStats(device_.index());
  }
}

MemoryProbe::Use MemoryProbe::Measure() const {
  if (device_.is_cpu()) {
    return {ProcBytes("/proc/self/status", "VmRSS"), ProcBytes("/proc/self/status", "VmHWM")};
  }
  const auto all =
      at::accelerator::getDeviceStats(device_.index())
          .reserved_bytes[static_cast<size_t>(at::CachingAllocator::StatType::AGGREGATE)];
  return {all.current, all.peak};
}

int64_t MemoryProbe::Peak() const { return std::max<int64_t>(Measure().highest - before_, 0); }

int64_t MemoryProbe::Free() const {
  const int64_t now =
      device_.is_cpu()
          ? FreeOnHost()
          : static_cast<int64_t>(at::accelerator::getMemoryInfo(device_.index()).first);
  const Use use = Measure();
  return std::max<int64_t>(now - (use.highest - use.now), 0);
}

int RoomFor(int count, int64_t peak, int64_t free) {
  const double each = static_cast<double>(std::max<int64_t>(peak, 1)) / count;
  const double room = kUsable * static_cast<double>(free) / each;
  return static_cast<int>(std::min(room, 1e6));
}

}  // namespace pathsweep
