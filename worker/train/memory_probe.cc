#include "worker/train/memory_probe.h"

#include <ATen/DeviceAccelerator.h>
#include <malloc.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>

namespace pathsweep {
namespace {

constexpr double kUsable = 0.9;
constexpr auto kAggregate = static_cast<size_t>(at::CachingAllocator::StatType::AGGREGATE);

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

// The folder of the process's control group (cgroups(7), version 2).
std::string ControlGroup() {
  std::ifstream file("/proc/self/cgroup");
  std::string line;
  while (std::getline(file, line) && !line.starts_with("0::")) {
  }
  return "/sys/fs/cgroup" + (line.starts_with("0::") ? line.substr(3) : "");
}

// Copies of files, which give way where memory is needed.
int64_t FileCache(const std::string& group) {
  std::ifstream file(group + "/memory.stat");
  int64_t all = 0, value = 0;
  for (std::string name; file >> name >> value;) {
    if (name == "active_file" || name == "inactive_file") all += value;
  }
  return all;
}

// Without a limit on the control group the largest number.
int64_t LeftInControlGroup() {
  const std::string group = ControlGroup();
  int64_t limit = 0, used = 0;
  const bool limited = (std::ifstream(group + "/memory.max") >> limit) &&
                       (std::ifstream(group + "/memory.current") >> used);
  if (!limited) return std::numeric_limits<int64_t>::max();
  return std::max<int64_t>(limit - used + FileCache(group), 0);
}

int64_t FreeOnHost() {
  return std::min(ProcBytes("/proc/meminfo", "MemAvailable"), LeftInControlGroup());
}

// What LibTorch's allocator has no block for, and what it keeps of blocks that are free.
int64_t FreeOnGpu(c10::DeviceIndex index, int64_t in_use) {
  const auto stats = at::accelerator::getDeviceStats(index);
  return static_cast<int64_t>(at::accelerator::getMemoryInfo(index).first) +
         stats.reserved_bytes[kAggregate].current - in_use;
}

}  // namespace

MemoryProbe::MemoryProbe(torch::Device device) : device_(device) {
  if (device_.is_cpu()) {
    malloc_trim(0);  // else what was freed before would look as if it were in use
  } else {
    at::globalContext().lazyInitDevice(device_.type());
  }
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
  const auto all = at::accelerator::getDeviceStats(device_.index()).allocated_bytes[kAggregate];
  return {all.current, all.peak};
}

int64_t MemoryProbe::Peak() const { return std::max<int64_t>(Measure().highest - before_, 0); }

int64_t MemoryProbe::Free() const {
  const Use use = Measure();
  const int64_t now = device_.is_cpu() ? FreeOnHost() : FreeOnGpu(device_.index(), use.now);
  return std::max<int64_t>(now - (use.highest - use.now), 0);
}

int RoomFor(int count, int64_t peak, int64_t free) {
  const double each = static_cast<double>(std::max<int64_t>(peak, 1)) / count;
  return static_cast<int>(std::min<double>(count, kUsable * static_cast<double>(free) / each));
}

}  // namespace pathsweep
