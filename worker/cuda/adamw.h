// AdamW for many trials at once, clipping included, with nothing to wait for on the CPU. Pointers
// are the device's, `stream` is a cudaStream_t.
#pragma once

#include <cstdint>

#include "worker/cuda/adamw_element.h"

namespace pathsweep::cuda {

// Of K trials with P weights each.
struct AdamWState {
  float* weights;           // [K, P]
  const float* gradient;    // [K, P]
  float* first_moment;      // [K, P]
  float* second_moment;     // [K, P]
  const float* decay_mask;  // [P]: 1 where weight decay applies, else 0
  const float* lr_factors;  // [P]: of the learning rate
};

// Sums that PartialSums numbers per trial are scratch space for.
inline constexpr int64_t kPartialSums = 64;

// Takes each trial's step and writes its gradient's norm before clipping, norms [K]; a trial whose
// norm is not finite is left as it was. `partial` is K · kPartialSums doubles. The same sums in the
// same order every time. At most 65,535 trials. Returns a cudaError_t.
int AdamWStep(const AdamWTrial* trials, int64_t count, int64_t weights, const AdamWState& state,
              double* partial, float* norms, void* stream);

// Whether the current device runs this build's code of it: a cudaError_t.
int CheckAdamW();

}  // namespace pathsweep::cuda
