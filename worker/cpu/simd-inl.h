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

// Less than a vector: where an instruction set has no masked operations of its own, Highway's
// touch what lies beyond.
#if HWY_MEM_OPS_MIGHT_FAULT
HWY_INLINE Vector LoadSome(const float* from, int64_t count) {
  HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)] = {};
  for (int64_t i = 0; i < count; ++i) lanes[i] = from[i];
  return hn::Load(kFloats, lanes);
}

HWY_INLINE void StoreSome(Vector values, float* to, int64_t count) {
  HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(values, kFloats, lanes);
  for (int64_t i = 0; i < count; ++i) to[i] = lanes[i];
}
#else
HWY_INLINE Vector LoadSome(const float* from, int64_t count) {
  return hn::MaskedLoad(First(count), kFloats, from);
}

HWY_INLINE void StoreSome(Vector values, float* to, int64_t count) {
  hn::BlendedStore(values, First(count), kFloats, to);
}
#endif

// Values from `from` on, of which `left` are there; 0 beyond.
HWY_INLINE Vector Load(const float* HWY_RESTRICT from, int64_t left) {
  return left >= Lanes() ? hn::LoadU(kFloats, from) : LoadSome(from, left);
}

HWY_INLINE void Store(Vector values, float* HWY_RESTRICT to, int64_t left) {
  left >= Lanes() ? hn::StoreU(values, kFloats, to) : StoreSome(values, to, left);
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
