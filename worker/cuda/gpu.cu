#include "worker/cuda/gpu.h"

#include <cuda_runtime.h>

namespace pathsweep::cuda {
namespace {

// In NVML's way: GPU-8-4-4-4-12 digits.
std::string Text(const cudaUUID_t& uuid) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "GPU";
  for (int i = 0; i < 16; ++i) {
    if (i == 0 || i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = static_cast<unsigned char>(uuid.bytes[i]);
    text += kDigits[byte / 16];
    text += kDigits[byte % 16];
  }
  return text;
}

}  // namespace

GpuIdentity IdentifyGpu(int index) {
  cudaDeviceProp properties{};
  if (cudaGetDeviceProperties(&properties, index) != cudaSuccess) return {};
  return {properties.name, Text(properties.uuid)};
}

int MakeStream(void** stream) {
  return cudaStreamCreateWithFlags(reinterpret_cast<cudaStream_t*>(stream), cudaStreamNonBlocking);
}

}  // namespace pathsweep::cuda
