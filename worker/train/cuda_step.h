// A training step with the kernels of worker/cuda: batches are drawn on the GPU, and the optimizer
// is one kernel for all trials. Taken once, it is recorded as a CUDA graph, and from then on
// replayed: the CPU does no more than hand over each trial's scalars and read the losses.
#pragma once

#include <memory>
#include <string>

#include "worker/train/training_step.h"

namespace pathsweep {

// Null where there is an obstacle to it, which is for people: this build or the optimizer.
std::unique_ptr<TrainingStep> MakeCudaStep(const Model& model, const Optimizer& optimizer,
                                           torch::Device device, absl::Span<const TrialStep> trials,
                                           std::string& obstacle);

}  // namespace pathsweep
