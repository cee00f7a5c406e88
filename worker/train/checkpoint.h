// What training needs to go on where it was, as bytes: a PyTorch archive and its CRC-32.
//
//   std::string bytes = ToBytes(checkpoint);
//   TrainingState again = FromBytes(bytes);   // the same, bit for bit
//
// Both may throw std::exception; trainer.cc deals with it.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>

#include "base/trial_parameters.h"

namespace pathsweep {

// Every parameter and the seed: names the trial that a checkpoint belongs to.
std::string TrialText(const TrialParameters& parameters, uint64_t seed);

// What it names; a parameter that it lacks is of a later version and has its default. Throws if it
// names what there is not.
struct NamedTrial {
  TrialParameters parameters;
  uint64_t seed = 0;
};
NamedTrial ReadTrialText(const std::string& text);

// Of one trial, after `step` steps. Tensors lie on the CPU.
struct TrainingState {
  std::string trial;  // its TrialText
  int64_t step = 0;
  torch::Tensor weights;        // [1, P]
  torch::Tensor first_moment;   // [1, P]
  torch::Tensor second_moment;  // [1, P]
  // Sum of the losses since the last evaluation, and how many.
  double losses = 0;
  int64_t losses_count = 0;
  uint64_t metrics_hash = 0;
  int64_t fused = 1;  // as TrialOutcome's
  double best = -1;   // exact_match of an evaluation after a step
};

std::string ToBytes(const TrainingState& state);

// Throws if the bytes are damaged or something is missing.
TrainingState FromBytes(const std::string& bytes);

}  // namespace pathsweep
