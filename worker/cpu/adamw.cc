#include "worker/cpu/adamw.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/cpu/adamw.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "worker/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace pathsweep {
namespace HWY_NAMESPACE {
namespace {

void Step(int64_t count, float gradient_scale, const cpu::AdamWScalars& scalars,
          const cpu::AdamWState& state) {
  const auto constant = [](float value) { return hn::Set(kFloats, value); };
  const Vector scale = constant(gradient_scale);
  const Vector beta1 = constant(scalars.beta1), rest1 = constant(scalars.rest1);
  const Vector beta2 = constant(scalars.beta2), rest2 = constant(scalars.rest2);
  const Vector step_size = constant(scalars.step_size);
  const Vector correction = constant(scalars.correction2);
  const Vector decay = constant(scalars.decay), epsilon = constant(scalars.epsilon);
  for (int64_t i = 0; i < count; i += Lanes()) {
    const int64_t left = count - i;
    const Vector gradient = hn::Mul(Load(state.gradient + i, left), scale);
    const Vector first =
        hn::MulAdd(beta1, Load(state.first_moment + i, left), hn::Mul(rest1, gradient));
    const Vector second = hn::MulAdd(beta2, Load(state.second_moment + i, left),
                                     hn::Mul(rest2, hn::Mul(gradient, gradient)));
    const Vector update = hn::Div(first, hn::Add(hn::Sqrt(hn::Mul(second, correction)), epsilon));
    const Vector weights = Load(state.weights + i, left);
    const Vector decayed = hn::NegMulAdd(weights, decay, weights);
    Store(hn::NegMulAdd(step_size, update, decayed), state.weights + i, left);
    Store(first, state.first_moment + i, left);
    Store(second, state.second_moment + i, left);
  }
}

double Squares(int64_t count, const float* values) {
  // Of a few thousand values at a time in single precision.
  constexpr int64_t kPart = 4096;
  double total = 0;
  for (int64_t first = 0; first < count; first += kPart) {
    const int64_t end = first + kPart < count ? first + kPart : count;
    Vector sum = hn::Zero(kFloats);
    for (int64_t i = first; i < end; i += Lanes()) {
      const Vector value = Load(values + i, end - i);
      sum = hn::MulAdd(value, value, sum);
    }
    total += static_cast<double>(hn::GetLane(Sum(sum)));
  }
  return total;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace pathsweep
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace pathsweep::cpu {

namespace {
HWY_EXPORT(Step);
HWY_EXPORT(Squares);
}  // namespace

void AdamWStep(int64_t count, float gradient_scale, const AdamWScalars& scalars,
               const AdamWState& state) {
  HWY_DYNAMIC_DISPATCH(Step)(count, gradient_scale, scalars, state);
}

double SumOfSquares(int64_t count, const float* values) {
  return HWY_DYNAMIC_DISPATCH(Squares)(count, values);
}

}  // namespace pathsweep::cpu
#endif
