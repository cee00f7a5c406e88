// What an NVIDIA GPU says of itself, through the driver's library NVML. It is opened while the
// program runs, so a machine without a driver runs the same program.
//
//   absl::StatusOr<ReadDevice> read = OpenNvml("GPU-…");
//   if (read.ok()) DeviceReading reading = (*read)();
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "worker/telemetry/read_device.h"

namespace pathsweep {

// Of the GPU with this UUID. Unavailable if there is no such library, or it does not know the GPU.
absl::StatusOr<ReadDevice> OpenNvml(const std::string& uuid,
                                    const std::string& library = "libnvidia-ml.so.1");

}  // namespace pathsweep
