// In place of what calls worker/cuda, where there is no nvcc or LibTorch is a build for CPUs.
#include "worker/cuda/gpu.h"
#include "worker/train/cuda_step.h"

namespace pathsweep {

std::unique_ptr<TrainingStep> MakeCudaStep(const Model&, const Optimizer&, torch::Device,
                                           absl::Span<const TrialStep>, std::string& obstacle) {
  obstacle = "this build has no CUDA kernels";
  return nullptr;
}

cuda::GpuIdentity cuda::IdentifyGpu(int) { return {}; }

}  // namespace pathsweep
