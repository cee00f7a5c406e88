// A step of AdamW (Loshchilov & Hutter 2019) on one weight, for the GPU and for its twin on the
// CPU.
#pragma once

#include <cmath>

#include "base/philox.h"

namespace pathsweep::cuda {

// Of a trial's step, made on the CPU.
struct AdamWTrial {
  float grad_clip;  // largest norm of the gradient; 0 = no clipping
  float beta1;
  float rest1;  // 1 − beta1, in which a float beta1 near 1 would leave few digits
  float beta2;
  float rest2;
  float step_size;    // learning rate / (1 − beta1^step)
  float correction2;  // 1 / (1 − beta2^step)
  float decay;        // learning rate · weight decay
  float epsilon;
};

// As torch.nn.utils.clip_grad_norm_.
inline constexpr float kClipEpsilon = 1e-6F;

// By which a gradient of this norm is scaled.
PATHSWEEP_HOST_DEVICE inline float ClipFactor(const AdamWTrial& trial, float norm) {
  if (trial.grad_clip == 0) return 1;
  const float factor = trial.grad_clip / (norm + kClipEpsilon);
  return factor < 1 ? factor : 1;
}

PATHSWEEP_HOST_DEVICE inline void AdamWElement(const AdamWTrial& trial, float gradient,
                                               float lr_factor, float decays, float& weight,
                                               float& first_moment, float& second_moment) {
  first_moment = trial.beta1 * first_moment + trial.rest1 * gradient;
  second_moment = trial.beta2 * second_moment + trial.rest2 * gradient * gradient;
  const float update =
      first_moment / (std::sqrt(second_moment * trial.correction2) + trial.epsilon);
  weight -= trial.decay * decays * weight + trial.step_size * lr_factor * update;
}

}  // namespace pathsweep::cuda
