#pragma once

#include <string>

namespace pathsweep::cuda {

// What a CUDA device calls itself.
struct GpuIdentity {
  std::string name;  // "NVIDIA H100 80GB HBM3"
  std::string uuid;  // "GPU-…", by which NVML knows it too
};

// Empty if there is no such device, or this build knows none.
GpuIdentity IdentifyGpu(int index);

// A stream (cudaStream_t) of the current device, for ever. Returns a cudaError_t.
int MakeStream(void** stream);

}  // namespace pathsweep::cuda
