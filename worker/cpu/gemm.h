// Products of small matrices, row by row in memory: both sides stay in the caches as they are,
// where a library copies them into panels first. Thread safe.
#pragma once

#include <cstdint>

namespace pathsweep::cpu {

struct GemmShape {
  int64_t rows;
  int64_t inner;
  int64_t columns;
};

// A matrix with so many numbers from one row to the next.
struct Rows {
  const float* values;
  int64_t stride;
};

// Writes out [rows, columns] = sum + left · right, of left [rows, inner] and right [inner,
// columns]; without a sum if its values are null.
void Multiply(const GemmShape& shape, Rows left, Rows right, Rows sum, float* out);

// Adds to out [inner, columns] the product leftᵀ · right, of left [rows, inner] and right
// [rows, columns].
void AddTransposedProduct(const GemmShape& shape, Rows left, Rows right, float* out);

// Writes out [columns, rows].
void Transpose(int64_t rows, int64_t columns, Rows matrix, float* out);

}  // namespace pathsweep::cpu
