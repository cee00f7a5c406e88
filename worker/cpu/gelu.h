// GELU (Hendrycks & Gimpel 2016) of a linear layer without its bias, which is added here.
//
// x · Φ(x) with the normal distribution's Φ by Abramowitz & Stegun 7.1.26, off by 1.5e-7 at
// most. Thread safe.
#pragma once

#include <cstdint>

namespace pathsweep::cpu {

// out = gelu(x + bias), and slopes = gelu'(x + bias) unless null; all [rows, width] but bias
// [width].
void GeluForward(int64_t rows, int64_t width, const float* x, const float* bias, float* out,
                 float* slopes);

// Writes the gradient by x; adds its sum over rows to bias [width].
void GeluBackward(int64_t rows, int64_t width, const float* slopes, const float* out_gradient,
                  float* x, float* bias);

}  // namespace pathsweep::cpu
