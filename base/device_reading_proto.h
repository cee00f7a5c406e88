// DeviceReading on the wire.
#pragma once

#include "base/device_reading.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// Without the energy, which is said of attempts.
inline v1::DeviceReading ToProto(const DeviceReading& reading) {
  v1::DeviceReading proto;
  if (reading.utilization) proto.set_utilization(*reading.utilization);
  if (reading.memory_used_bytes) proto.set_memory_used_bytes(*reading.memory_used_bytes);
  if (reading.power_watts) proto.set_power_watts(*reading.power_watts);
  if (reading.temperature_celsius) proto.set_temperature_celsius(*reading.temperature_celsius);
  return proto;
}

}  // namespace pathsweep
