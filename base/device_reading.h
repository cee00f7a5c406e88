#pragma once

#include <cstdint>
#include <optional>

namespace pathsweep {

// What a device says of itself at a moment; nothing where it cannot.
struct DeviceReading {
  std::optional<double> utilization;  // share of the last moments in which it computed, 0 to 1
  std::optional<int64_t> memory_used_bytes;
  std::optional<double> power_watts;
  std::optional<double> temperature_celsius;
  std::optional<double> energy_joules;  // since its driver was loaded

  bool operator==(const DeviceReading&) const = default;
};

}  // namespace pathsweep
