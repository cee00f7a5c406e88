// Layer normalisation, and RMS normalisation (Zhang & Sennrich 2019), which takes no mean away,
// with what comes before it, the bias of a linear layer. Thread safe.
#pragma once

#include <cstdint>

namespace pathsweep::cpu {

// Added to a row's variance, or mean square.
inline constexpr double kNormEpsilon = 1e-5;

// Of `rows` rows of `width` values each.
struct NormShape {
  int64_t rows;
  int64_t width;
  bool centered = true;  // false: RMS normalisation, which takes every mean for 0
};

// A trial's, [width] each.
struct NormWeights {
  const float* bias;  // null for none
  const float* gain;
  const float* shift;  // null for none
};

// sums = x + bias; out = (sums − mean) · scale · gain + shift, with scale = 1 / deviation, of
// each row. Writes sums and out [rows, width], means and scales [rows].
void NormForward(NormShape shape, const float* x, NormWeights weights, float* sums, float* out,
                 float* means, float* scales);

// What NormForward has said.
struct NormResult {
  const float* sums;
  const float* means;
  const float* scales;
};

// Of the loss, by sums and by out, [rows, width].
struct NormGradients {
  const float* sums;
  const float* out;
};

// Writes the gradient by x [rows, width]; adds to those by the weights [width] that are not null.
void NormBackward(NormShape shape, const float* gain, NormResult result, NormGradients gradients,
                  float* x, float* bias, float* gain_gradient, float* shift);

}  // namespace pathsweep::cpu
