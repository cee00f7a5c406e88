#include <ATen/DeviceAccelerator.h>
#include <malloc.h>
#include <torch/torch.h>
#include <torch/version.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "worker/cuda/gpu.h"
#include "worker/train/trainer.h"

namespace pathsweep {
namespace {

DeviceInfo Cpu() {
  const int64_t memory = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGE_SIZE);
  return {"cpu", at::get_cpu_capability(), memory, ""};
}

// 0 where LibTorch cannot say.
int64_t CudaMemory(int index) {
  try {
    at::globalContext().lazyInitDevice(torch::kCUDA);
    return static_cast<int64_t>(
        at::accelerator::getMemoryInfo(static_cast<c10::DeviceIndex>(index)).second);
  } catch (const c10::Error&) {
    return 0;
  }
}

}  // namespace

absl::StatusOr<DeviceInfo> ResolveDevice(const std::string& text) {
  const auto count =
      torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  if (text == "cpu" || (text == "auto" && count == 0)) return Cpu();
  int index = 0;
  absl::string_view number = text;
  const bool named = absl::ConsumePrefix(&number, "cuda:") && absl::SimpleAtoi(number, &index);
  if (text != "auto" && (!named || index < 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("device `", text, "` must be auto, cpu or cuda:N"));
  }
  if (index >= count) {
    return absl::NotFoundError(absl::StrCat("there is no device `", text, "`: LibTorch sees ",
                                            count, " CUDA devices; name another or use cpu"));
  }
  const int64_t memory = CudaMemory(index);  // wakes the device
  const cuda::GpuIdentity identity = cuda::IdentifyGpu(index);
  return DeviceInfo{absl::StrCat("cuda:", index),
                    identity.name.empty() ? "CUDA device" : identity.name, memory, identity.uuid};
}

bool DeviceAnswers(const std::string& device) {
  const torch::Device one(device);
  if (one.is_cpu()) return true;
  try {
    at::accelerator::synchronizeDevice(one.index());
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void AllowTf32() { at::globalContext().setAllowTF32CuBLAS(true); }

std::string LibTorchVersion() { return TORCH_VERSION; }

void SetComputeThreads(int threads) { at::set_num_threads(threads); }

void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc allows
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

}  // namespace pathsweep
