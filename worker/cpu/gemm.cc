#include "worker/cpu/gemm.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/cpu/gemm.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "worker/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace pathsweep {
namespace HWY_NAMESPACE {
namespace {

using cpu::GemmShape;
using cpu::Rows;

// Rows of a tile, two vectors wide, whose sums stay in registers: 32 of them with AVX-512, else 16.
#if HWY_TARGET <= HWY_AVX3
constexpr int kTileRows = 12;
#else
constexpr int kTileRows = 6;
#endif
// Rows of a transposed product that are worked on while they are in the caches.
constexpr int64_t kChunk = 128;

// Of a tile: `kRows` rows by two vectors, of which `left` columns are there. Numbers of the left
// matrix are `row_step` apart from row to row and `inner_step` along the sum.
template <int kRows, bool kWhole>
HWY_INLINE void Tile(int64_t inner, const float* left, int64_t row_step, int64_t inner_step,
                     Rows right, Rows sum, float* out, int64_t out_stride, int64_t columns) {
  const int64_t rest = columns - Lanes();
  const auto load = [&](const float* from, int64_t there) HWY_ATTR {
    return kWhole ? hn::LoadU(kFloats, from) : Load(from, std::max<int64_t>(there, 0));
  };
  Vector low[kRows], high[kRows];
  for (int row = 0; row < kRows; ++row) {
    const bool from_zero = sum.values == nullptr;
    const float* at = sum.values + row * sum.stride;
    low[row] = from_zero ? hn::Zero(kFloats) : load(at, columns);
    high[row] = from_zero ? hn::Zero(kFloats) : load(at + Lanes(), rest);
  }
  for (int64_t k = 0; k < inner; ++k) {
    const float* at = right.values + k * right.stride;
    const Vector right_low = load(at, columns), right_high = load(at + Lanes(), rest);
    const float* numbers = left + k * inner_step;
    for (int row = 0; row < kRows; ++row) {
      const Vector number = hn::Set(kFloats, numbers[row * row_step]);
      low[row] = hn::MulAdd(number, right_low, low[row]);
      high[row] = hn::MulAdd(number, right_high, high[row]);
    }
  }
  for (int row = 0; row < kRows; ++row) {
    float* at = out + row * out_stride;
    if (kWhole) {
      hn::StoreU(low[row], kFloats, at);
      hn::StoreU(high[row], kFloats, at + Lanes());
    } else {
      Store(low[row], at, columns);
      if (rest > 0) Store(high[row], at + Lanes(), rest);
    }
  }
}

template <int kRows>
HWY_INLINE void AnyTile(int64_t inner, const float* left, int64_t row_step, int64_t inner_step,
                        Rows right, Rows sum, float* out, int64_t out_stride, int64_t columns) {
  if (columns >= 2 * Lanes()) {
    Tile<kRows, true>(inner, left, row_step, inner_step, right, sum, out, out_stride, columns);
  } else {
    Tile<kRows, false>(inner, left, row_step, inner_step, right, sum, out, out_stride, columns);
  }
}

// All tiles of out [rows, columns].
void Tiles(int64_t rows, int64_t inner, int64_t columns, const float* left, int64_t row_step,
           int64_t inner_step, Rows right, Rows sum, float* out) {
  int64_t row = 0;
  const auto across = [&](auto tile, int64_t height) HWY_ATTR {
    for (; row + height <= rows; row += height) {
      for (int64_t column = 0; column < columns; column += 2 * Lanes()) {
        const float* at = sum.values == nullptr ? nullptr : sum.values + row * sum.stride + column;
        tile(inner, left + row * row_step, row_step, inner_step,
             Rows{right.values + column, right.stride}, Rows{at, sum.stride},
             out + row * columns + column, columns, columns - column);
      }
    }
  };
  across(AnyTile<kTileRows>, kTileRows);
  across(AnyTile<kTileRows / 3>, kTileRows / 3);
  across(AnyTile<1>, 1);
}

void Product(const GemmShape& shape, Rows left, Rows right, Rows sum, float* out) {
  Tiles(shape.rows, shape.inner, shape.columns, left.values, left.stride, 1, right, sum, out);
}

void TransposedProduct(const GemmShape& shape, Rows left, Rows right, float* out) {
  for (int64_t first = 0; first < shape.rows; first += kChunk) {
    const int64_t count = std::min(kChunk, shape.rows - first);
    Tiles(shape.inner, count, shape.columns, left.values + first * left.stride, 1, left.stride,
          {right.values + first * right.stride, right.stride}, {out, shape.columns}, out);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace pathsweep
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace pathsweep::cpu {

namespace {
HWY_EXPORT(Product);
HWY_EXPORT(TransposedProduct);
}  // namespace

void Multiply(const GemmShape& shape, Rows left, Rows right, Rows sum, float* out) {
  HWY_DYNAMIC_DISPATCH(Product)(shape, left, right, sum, out);
}

void AddTransposedProduct(const GemmShape& shape, Rows left, Rows right, float* out) {
  HWY_DYNAMIC_DISPATCH(TransposedProduct)(shape, left, right, out);
}

void Transpose(int64_t rows, int64_t columns, Rows matrix, float* out) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) {
      out[column * rows + row] = matrix.values[row * matrix.stride + column];
    }
  }
}

}  // namespace pathsweep::cpu
#endif
