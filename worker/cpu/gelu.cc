#include "worker/cpu/gelu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/cpu/gelu.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "worker/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace pathsweep {
namespace HWY_NAMESPACE {
namespace {

// exp(−x²/2).
HWY_INLINE Vector Bell(Vector x) {
  return hn::Exp(kFloats, hn::Mul(hn::Mul(x, x), hn::Set(kFloats, -0.5F)));
}

// Φ(x), given exp(−x²/2): Abramowitz & Stegun 7.1.26 for |x| / √2, mirrored.
HWY_INLINE Vector NormalShare(Vector x, Vector bell) {
  const auto constant = [](float value) { return hn::Set(kFloats, value); };
  const Vector t =
      hn::Div(constant(1), hn::MulAdd(hn::Abs(x), constant(0.3275911F * 0.70710678F), constant(1)));
  Vector sum = hn::MulAdd(t, constant(1.061405429F), constant(-1.453152027F));
  sum = hn::MulAdd(t, sum, constant(1.421413741F));
  sum = hn::MulAdd(t, sum, constant(-0.284496736F));
  sum = hn::MulAdd(t, sum, constant(0.254829592F));
  const Vector beyond = hn::Mul(hn::Mul(constant(0.5F), bell), hn::Mul(sum, t));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(kFloats)), beyond, hn::Sub(constant(1), beyond));
}

void Forward(int64_t rows, int64_t width, const float* x, const float* bias, float* out,
             float* slopes) {
  const Vector density = hn::Set(kFloats, 0.39894228F);  // 1 / √(2π)
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < width; i += Lanes()) {
      const int64_t at = row * width + i;
      const int64_t left = width - i;
      const Vector input = hn::Add(Load(x + at, left), Load(bias + i, left));
      const Vector bell = Bell(input);
      const Vector share = NormalShare(input, bell);
      Store(hn::Mul(input, share), out + at, left);
      if (slopes == nullptr) continue;
      Store(hn::MulAdd(hn::Mul(input, density), bell, share), slopes + at, left);
    }
  }
}

void Backward(int64_t rows, int64_t width, const float* slopes, const float* out_gradient, float* x,
              float* bias) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < width; i += Lanes()) {
      const int64_t at = row * width + i;
      const int64_t left = width - i;
      const Vector gradient = hn::Mul(Load(out_gradient + at, left), Load(slopes + at, left));
      Store(gradient, x + at, left);
      AddTo(bias + i, gradient, left);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace pathsweep
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace pathsweep::cpu {

namespace {
HWY_EXPORT(Forward);
HWY_EXPORT(Backward);
}  // namespace

void GeluForward(int64_t rows, int64_t width, const float* x, const float* bias, float* out,
                 float* slopes) {
  HWY_DYNAMIC_DISPATCH(Forward)(rows, width, x, bias, out, slopes);
}

void GeluBackward(int64_t rows, int64_t width, const float* slopes, const float* out_gradient,
                  float* x, float* bias) {
  HWY_DYNAMIC_DISPATCH(Backward)(rows, width, slopes, out_gradient, x, bias);
}

}  // namespace pathsweep::cpu
#endif
