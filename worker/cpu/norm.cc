#include "worker/cpu/norm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/cpu/norm.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "worker/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace pathsweep {
namespace HWY_NAMESPACE {
namespace {

using cpu::NormGradients;
using cpu::NormResult;
using cpu::NormShape;
using cpu::NormWeights;

// sums = x + bias of a row; the mean in every lane.
Vector AddBias(int64_t width, const float* x, const float* bias, float* sums) {
  Vector total = hn::Zero(kFloats);
  for (int64_t i = 0; i < width; i += Lanes()) {
    Vector sum = Load(x + i, width - i);
    if (bias != nullptr) sum = hn::Add(sum, Load(bias + i, width - i));
    Store(sum, sums + i, width - i);
    total = hn::Add(total, sum);
  }
  return hn::Mul(Sum(total), hn::Set(kFloats, 1.0F / static_cast<float>(width)));
}

// Σ (sums − mean)² of a row.
float Spread(int64_t width, const float* sums, Vector mean) {
  Vector squares = hn::Zero(kFloats);
  for (int64_t i = 0; i < width; i += Lanes()) {
    const Vector centered =
        hn::IfThenElseZero(First(width - i), hn::Sub(Load(sums + i, width - i), mean));
    squares = hn::MulAdd(centered, centered, squares);
  }
  return hn::GetLane(Sum(squares));
}

// From each row's Σ (sums − mean)².
void ToScales(NormShape shape, float* spreads) {
  const Vector share = hn::Set(kFloats, 1.0F / static_cast<float>(shape.width));
  const Vector epsilon = hn::Set(kFloats, static_cast<float>(cpu::kNormEpsilon));
  for (int64_t row = 0; row < shape.rows; row += Lanes()) {
    const Vector spread = Load(spreads + row, shape.rows - row);
    const Vector deviation = hn::Sqrt(hn::MulAdd(spread, share, epsilon));
    Store(hn::Div(hn::Set(kFloats, 1), deviation), spreads + row, shape.rows - row);
  }
}

// In three passes, so that no row waits for the root of another.
void Forward(NormShape shape, const float* x, NormWeights weights, float* sums, float* out,
             float* means, float* scales) {
  const int64_t width = shape.width;
  for (int64_t row = 0; row < shape.rows; ++row) {
    const int64_t at = row * width;
    const Vector mean = AddBias(width, x + at, weights.bias, sums + at);
    means[row] = shape.centered ? hn::GetLane(mean) : 0.0F;
    scales[row] = Spread(width, sums + at, hn::Set(kFloats, means[row]));
  }
  ToScales(shape, scales);
  for (int64_t row = 0; row < shape.rows; ++row) {
    const Vector mean = hn::Set(kFloats, means[row]);
    const Vector scale = hn::Set(kFloats, scales[row]);
    for (int64_t i = 0; i < width; i += Lanes()) {
      const int64_t at = row * width + i;
      const int64_t left = width - i;
      const Vector normal = hn::Mul(hn::Sub(Load(sums + at, left), mean), scale);
      const Vector shift =
          weights.shift == nullptr ? hn::Zero(kFloats) : Load(weights.shift + i, left);
      Store(hn::MulAdd(normal, Load(weights.gain + i, left), shift), out + at, left);
    }
  }
}

// With n the normalised row and g = gradient by out · gain, the gradient by the row's sums is
// scale · (g − mean(g) − n · mean(g · n)), without mean(g) if none was taken away, and what comes
// by the sums themselves.
void Backward(NormShape shape, const float* gain, NormResult result, NormGradients gradients,
              float* x, float* bias, float* gain_gradient, float* shift) {
  const int64_t width = shape.width;
  const Vector share = hn::Set(kFloats, 1.0F / static_cast<float>(width));
  const float* sums = result.sums;
  const float* by_sums = gradients.sums;
  const float* by_out = gradients.out;
  for (int64_t row = 0; row < shape.rows; ++row) {
    const Vector mean = hn::Set(kFloats, result.means[row]);
    const Vector scale = hn::Set(kFloats, result.scales[row]);
    Vector total = hn::Zero(kFloats);
    Vector along = hn::Zero(kFloats);
    for (int64_t i = 0; i < width; i += Lanes()) {
      const int64_t left = width - i;
      const Vector normal = hn::Mul(hn::Sub(Load(sums + i, left), mean), scale);
      const Vector said = Load(by_out + i, left);
      const Vector through = hn::Mul(said, Load(gain + i, left));  // 0 beyond the row
      total = hn::Add(total, through);
      along = hn::MulAdd(through, normal, along);
      AddTo(gain_gradient + i, hn::Mul(said, normal), left);
      if (shift != nullptr) AddTo(shift + i, said, left);
    }
    const Vector level = shape.centered ? hn::Mul(Sum(total), share) : hn::Zero(kFloats);
    const Vector slope = hn::Mul(Sum(along), share);
    for (int64_t i = 0; i < width; i += Lanes()) {
      const int64_t left = width - i;
      const Vector normal = hn::Mul(hn::Sub(Load(sums + i, left), mean), scale);
      const Vector through = hn::Mul(Load(by_out + i, left), Load(gain + i, left));
      const Vector straight = hn::NegMulAdd(normal, slope, hn::Sub(through, level));
      const Vector all = hn::MulAdd(scale, straight, Load(by_sums + i, left));
      Store(all, x + i, left);
      if (bias != nullptr) AddTo(bias + i, all, left);
    }
    sums += width;
    by_sums += width;
    by_out += width;
    x += width;
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

void NormForward(NormShape shape, const float* x, NormWeights weights, float* sums, float* out,
                 float* means, float* scales) {
  HWY_DYNAMIC_DISPATCH(Forward)(shape, x, weights, sums, out, means, scales);
}

void NormBackward(NormShape shape, const float* gain, NormResult result, NormGradients gradients,
                  float* x, float* bias, float* gain_gradient, float* shift) {
  HWY_DYNAMIC_DISPATCH(Backward)(shape, gain, result, gradients, x, bias, gain_gradient, shift);
}

}  // namespace pathsweep::cpu
#endif
