// Vectors of floats for the kernels of this folder, once for each instruction set.
// Include after hwy/foreach_target.h.

// Per-target include guard, as Highway asks for.
#if defined(PATHSWEEP_WORKER_CPU_SIMD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PATHSWEEP_WORKER_CPU_SIMD_INL_H
#undef PATHSWEEP_WORKER_CPU_SIMD_INL_H
#else
#define PATHSWEEP_WORKER_CPU_SIMD_INL_H
#endif

#include <cstdint>

#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace pathsweep {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;

constexpr Floats kFloats;

HWY_INLINE int64_t Lanes() { return static_cast<int64_t>(hn::Lanes(kFloats)); }

// The first `count` lanes of a vector, all if there are fewer.
HWY_INLINE hn::Mask<Floats> First(int64_t count) {
  return hn::FirstN(kFloats, static_cast<size_t>(count < Lanes() ? count : Lanes()));
}

// Values from `from` on, of which `left` are there; 0 beyond.
HWY_INLINE Vector Load(const float* HWY_RESTRICT from, int64_t left) {
  return left >= Lanes() ? hn::LoadU(kFloats, from) : hn::MaskedLoad(First(left), kFloats, from);
}

HWY_INLINE void Store(Vector values, float* HWY_RESTRICT to, int64_t left) {
  left >= Lanes() ? hn::StoreU(values, kFloats, to)
                  : hn::BlendedStore(values, First(left), kFloats, to);
}

HWY_INLINE void AddTo(float* HWY_RESTRICT sums, Vector values, int64_t left) {
  Store(hn::Add(Load(sums, left), values), sums, left);
}

// In every lane.
HWY_INLINE Vector Sum(Vector values) { return hn::SumOfLanes(kFloats, values); }

}  // namespace HWY_NAMESPACE
}  // namespace pathsweep
HWY_AFTER_NAMESPACE();

#endif
