// A step of AdamW (Loshchilov & Hutter 2019) on the weights of one trial. Thread safe.
#pragma once

#include <cstdint>

namespace pathsweep::cpu {

// Of a trial's step.
struct AdamWScalars {
  float beta1;
  float rest1;  // 1 − beta1, in which a float beta1 near 1 would leave few digits
  float beta2;
  float rest2;
  float step_size;    // learning rate / (1 − beta1^step)
  float correction2;  // 1 / (1 − beta2^step)
  float decay;        // learning rate · weight decay
  float epsilon;
};

// All [count].
struct AdamWState {
  float* weights;
  const float* gradient;
  float* first_moment;
  float* second_moment;
};

// The gradient is taken times `gradient_scale`.
void AdamWStep(int64_t count, float gradient_scale, const AdamWScalars& scalars,
               const AdamWState& state);

// Of parts of 4,096 in single precision, of these in double.
double SumOfSquares(int64_t count, const float* values);

}  // namespace pathsweep::cpu
