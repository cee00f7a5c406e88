// A step of AdamW (Loshchilov & Hutter 2019) on one weight, for the GPU and for its twin on the
// CPU.
#pragma once

#include <cmath>

#include "base/philox.h"
#include "worker/cpu/adamw.h"

namespace pathsweep::cuda {

// Of a trial's step, made on the CPU.
struct AdamWTrial {
  double grad_clip;  // largest norm of the gradient; 0 = no clipping
  cpu::AdamWScalars scalars;
};

// By which a gradient of this norm is scaled, as torch.nn.utils.clip_grad_norm_ does.
PATHSWEEP_HOST_DEVICE inline float ClipFactor(double grad_clip, double norm) {
  constexpr double kClipEpsilon = 1e-6;
  if (grad_clip == 0) return 1;
  const double factor = grad_clip / (norm + kClipEpsilon);
  return factor < 1 ? static_cast<float>(factor) : 1;
}

PATHSWEEP_HOST_DEVICE inline void AdamWElement(const cpu::AdamWScalars& scalars, float gradient,
                                               float lr_factor, float decays, float& weight,
                                               float& first_moment, float& second_moment) {
  first_moment = scalars.beta1 * first_moment + scalars.rest1 * gradient;
  second_moment = scalars.beta2 * second_moment + scalars.rest2 * gradient * gradient;
  const float update =
      first_moment / (std::sqrt(second_moment * scalars.correction2) + scalars.epsilon);
  weight -= scalars.decay * decays * weight + scalars.step_size * lr_factor * update;
}

}  // namespace pathsweep::cuda
