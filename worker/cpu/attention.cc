#include "worker/cpu/attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/cpu/attention.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "worker/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace pathsweep {
namespace HWY_NAMESPACE {
namespace {

using cpu::AttentionGradients;
using cpu::AttentionInput;
using cpu::AttentionShape;

HWY_INLINE Vector Constant(float value) { return hn::Set(kFloats, value); }

HWY_INLINE int64_t RoundUp(int64_t count, int64_t unit) { return (count + unit - 1) / unit * unit; }

// Turns the pairs of a head at `position`, or back.
void Rotate(const AttentionShape& shape, int64_t position, bool back, float* head) {
  if (shape.cosines == nullptr) return;
  const int64_t half = shape.head_size / 2;
  const float* cosines = shape.cosines + position * half;
  const float* sines = shape.sines + position * half;
  const Vector sign = Constant(back ? -1.0F : 1.0F);
  for (int64_t i = 0; i < half; i += Lanes()) {
    const int64_t left = half - i;
    const Vector a = Load(head + i, left);
    const Vector b = Load(head + half + i, left);
    const Vector cosine = Load(cosines + i, left);
    const Vector sine = hn::Mul(sign, Load(sines + i, left));
    Store(hn::NegMulAdd(b, sine, hn::Mul(a, cosine)), head + i, left);
    Store(hn::MulAdd(a, sine, hn::Mul(b, cosine)), head + half + i, left);
  }
}

// Queries that are worked on together, so that what they share is loaded once.
constexpr int64_t kTogether = 4;

// One head of one example at a time: rows with their bias, turned by their positions.
class Head {
 public:
  explicit Head(const AttentionShape& shape)
      : shape_(shape),
        size_(shape.head_size),
        width_(shape.heads * shape.head_size),
        padded_(RoundUp(shape.tokens, 2 * Lanes())),
        scale_(shape.score_scale),
        keys_(shape.tokens * size_),
        row_(size_),
        key_columns_(size_ * padded_),
        value_columns_(size_ * padded_),
        queries_(kTogether * size_),
        said_(kTogether * size_),
        shares_(kTogether * padded_),
        slopes_(kTogether * padded_),
        key_gradients_(shape.tokens * size_),
        value_gradients_(shape.tokens * size_) {}

  // Pointers are those of the example.
  void Forward(const AttentionInput& input, int64_t head, float* out, float* log_sums) {
    Begin(input, head);
    for (int64_t first = 0; first < shape_.queries; first += kTogether) {
      LoadQueries(first);
      const int64_t seen = Seen(first + kTogether - 1);
      Products(queries_.data(), key_columns_.data(), seen, shares_.data());
      for (int64_t i = 0; i < kTogether; ++i) {
        const float log_sum = Softmax(Seen(first + i), seen, shares_.data() + i * padded_);
        if (log_sums == nullptr || first + i >= shape_.queries) continue;
        log_sums[head * shape_.queries + first + i] = log_sum;
      }
      AverageValues(first, seen, out + head * size_);
    }
  }

  void Backward(const AttentionInput& input, int64_t head, const float* log_sums,
                const float* out_gradient, const AttentionGradients& gradients) {
    Begin(input, head);
    Transpose(input.values + head * size_, ValueBias(), value_columns_.data());
    std::fill(key_gradients_.begin(), key_gradients_.end(), 0.0F);
    std::fill(value_gradients_.begin(), value_gradients_.end(), 0.0F);
    for (int64_t first = 0; first < shape_.queries; first += kTogether) {
      LoadQueries(first);
      LoadSaid(first, out_gradient + head * size_);
      const int64_t seen = Seen(first + kTogether - 1);
      Products(queries_.data(), key_columns_.data(), seen, shares_.data());
      Products(said_.data(), value_columns_.data(), seen, slopes_.data());
      for (int64_t i = 0; i < kTogether; ++i) {
        const int64_t query = first + i;
        const bool there = query < shape_.queries;  // a row beyond the last one has no share
        Slopes(there ? Seen(query) : 0, seen, there ? log_sums[head * shape_.queries + query] : 0,
               shares_.data() + i * padded_, slopes_.data() + i * padded_);
      }
      Spread(seen, shares_.data(), said_.data(), value_gradients_.data());
      Spread(seen, slopes_.data(), queries_.data(), key_gradients_.data());
      QueryGradients(first, seen, gradients);
    }
    KeyGradients(gradients);
  }

 private:
  const float* QueryBias() const { return input_.bias + head_ * size_; }
  const float* KeyBias() const { return QueryBias() + width_; }
  const float* ValueBias() const { return KeyBias() + width_; }

  int64_t Position(int64_t query) const { return shape_.tokens - shape_.queries + query; }
  // Tokens that a query sees; a query beyond the last one sees what that sees.
  int64_t Seen(int64_t query) const { return std::min(Position(query) + 1, shape_.tokens); }

  void Begin(const AttentionInput& input, int64_t head) {
    input_ = input;
    head_ = head;
    for (int64_t token = 0; token < shape_.tokens; ++token) {
      float* key = keys_.data() + token * size_;
      AddRow(input.keys + token * shape_.key_stride + head * size_, KeyBias(), key);
      Rotate(shape_, token, /*back=*/false, key);
      PutColumn(token, key, key_columns_.data());
    }
  }

  // Rows of a head, each with the bias, as columns [size, padded].
  void Transpose(const float* rows, const float* bias, float* columns) {
    for (int64_t token = 0; token < shape_.tokens; ++token) {
      AddRow(rows + token * shape_.key_stride, bias, row_.data());
      PutColumn(token, row_.data(), columns);
    }
  }

  void PutColumn(int64_t token, const float* row, float* columns) const {
    for (int64_t i = 0; i < size_; ++i) columns[i * padded_ + token] = row[i];
  }

  void AddRow(const float* from, const float* bias, float* row) const {
    for (int64_t i = 0; i < size_; i += Lanes()) {
      Store(hn::Add(Load(from + i, size_ - i), Load(bias + i, size_ - i)), row + i, size_ - i);
    }
  }

  // Turned, and scaled so that its products with keys are scores; zeros beyond the last one.
  void LoadQueries(int64_t first) {
    for (int64_t i = 0; i < kTogether; ++i) {
      float* row = queries_.data() + i * size_;
      if (first + i >= shape_.queries) {
        std::fill_n(row, size_, 0.0F);
        continue;
      }
      AddRow(input_.queries + (first + i) * shape_.query_stride + head_ * size_, QueryBias(), row);
      Rotate(shape_, Position(first + i), /*back=*/false, row);
      Scale(row);
    }
  }

  void LoadSaid(int64_t first, const float* out_gradient) {
    for (int64_t i = 0; i < kTogether; ++i) {
      float* row = said_.data() + i * size_;
      if (first + i < shape_.queries) {
        std::copy_n(out_gradient + (first + i) * width_, size_, row);
      } else {
        std::fill_n(row, size_, 0.0F);
      }
    }
  }

  void Scale(float* row) const {
    for (int64_t i = 0; i < size_; i += Lanes()) {
      Store(hn::Mul(Load(row + i, size_ - i), Constant(scale_)), row + i, size_ - i);
    }
  }

  // Of kTogether rows [kTogether, size] with the first `count` columns: [kTogether, padded].
  void Products(const float* rows, const float* columns, int64_t count, float* products) const {
    for (int64_t first = 0; first < count; first += 2 * Lanes()) {
      Vector a0 = hn::Zero(kFloats), a1 = a0, a2 = a0, a3 = a0;
      Vector b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      const float* column = columns + first;
      for (int64_t i = 0; i < size_; ++i, column += padded_) {
        const Vector a = hn::LoadU(kFloats, column);
        const Vector b = hn::LoadU(kFloats, column + Lanes());
        const Vector row0 = Constant(rows[i]), row1 = Constant(rows[size_ + i]);
        const Vector row2 = Constant(rows[2 * size_ + i]), row3 = Constant(rows[3 * size_ + i]);
        a0 = hn::MulAdd(row0, a, a0), b0 = hn::MulAdd(row0, b, b0);
        a1 = hn::MulAdd(row1, a, a1), b1 = hn::MulAdd(row1, b, b1);
        a2 = hn::MulAdd(row2, a, a2), b2 = hn::MulAdd(row2, b, b2);
        a3 = hn::MulAdd(row3, a, a3), b3 = hn::MulAdd(row3, b, b3);
      }
      const auto put = [&](int64_t row, Vector low, Vector high) {
        hn::StoreU(low, kFloats, products + row * padded_ + first);
        hn::StoreU(high, kFloats, products + row * padded_ + first + Lanes());
      };
      put(0, a0, b0), put(1, a1, b1), put(2, a2, b2), put(3, a3, b3);
    }
  }

  // Scores of the first `count` keys to shares, zeros beyond them up to `end`; returns the
  // logarithm of what they were divided by.
  static float Softmax(int64_t count, int64_t end, float* shares) {
    Vector highest = hn::LoadU(kFloats, shares);
    highest = hn::IfThenElse(First(count), highest, Constant(-HUGE_VALF));
    for (int64_t i = Lanes(); i < count; i += Lanes()) {
      const Vector scores = hn::LoadU(kFloats, shares + i);
      highest = hn::Max(highest, hn::IfThenElse(First(count - i), scores, highest));
    }
    const Vector top = hn::MaxOfLanes(kFloats, highest);
    Vector total = hn::Zero(kFloats);
    for (int64_t i = 0; i < end; i += Lanes()) {
      const Vector share = ShareOf(hn::LoadU(kFloats, shares + i), top, count - i);
      hn::StoreU(share, kFloats, shares + i);
      total = hn::Add(total, share);
    }
    const Vector sum = Sum(total);
    const Vector factor = hn::Div(Constant(1), sum);
    for (int64_t i = 0; i < count; i += Lanes()) {
      hn::StoreU(hn::Mul(hn::LoadU(kFloats, shares + i), factor), kFloats, shares + i);
    }
    return hn::GetLane(top) + std::log(hn::GetLane(sum));
  }

  // exp(score − log_sum) of the lanes that are left. Highway's Exp takes NaN for very small, so
  // 0 · score is added: NaN if the score is not finite.
  static HWY_INLINE Vector ShareOf(Vector score, Vector log_sum, int64_t left) {
    const Vector share = hn::Exp(kFloats, hn::Sub(score, log_sum));
    return hn::IfThenElseZero(First(std::max<int64_t>(left, 0)),
                              hn::MulAdd(hn::Zero(kFloats), score, share));
  }

  // out = shares · rows [tokens, size] at `stride`, plus `start`, of kTogether rows of shares.
  template <typename Write>
  HWY_INLINE void Average(int64_t count, const float* shares, const float* rows, int64_t stride,
                          Write write) const {
    for (int64_t i = 0; i < size_; i += Lanes()) {
      Vector sum0 = hn::Zero(kFloats), sum1 = sum0, sum2 = sum0, sum3 = sum0;
      const float* row = rows + i;
      for (int64_t token = 0; token < count; ++token, row += stride) {
        const Vector value = Load(row, size_ - i);
        sum0 = hn::MulAdd(Constant(shares[token]), value, sum0);
        sum1 = hn::MulAdd(Constant(shares[padded_ + token]), value, sum1);
        sum2 = hn::MulAdd(Constant(shares[2 * padded_ + token]), value, sum2);
        sum3 = hn::MulAdd(Constant(shares[3 * padded_ + token]), value, sum3);
      }
      write(0, i, sum0), write(1, i, sum1), write(2, i, sum2), write(3, i, sum3);
    }
  }

  void AverageValues(int64_t first, int64_t seen, float* out) const {
    const auto write = [&](int64_t query, int64_t i, Vector sum) {
      if (first + query >= shape_.queries) return;
      const Vector bias = Load(ValueBias() + i, size_ - i);  // the shares' sum is 1
      Store(hn::Add(sum, bias), out + (first + query) * width_ + i, size_ - i);
    };
    Average(seen, shares_.data(), input_.values + head_ * size_, shape_.key_stride, write);
  }

  // From scores the shares, from the loss's slopes by the shares those by the scores.
  static void Slopes(int64_t count, int64_t end, float log_sum, float* shares, float* slopes) {
    Vector along = hn::Zero(kFloats);
    for (int64_t i = 0; i < end; i += Lanes()) {
      const Vector share = ShareOf(hn::LoadU(kFloats, shares + i), Constant(log_sum), count - i);
      hn::StoreU(share, kFloats, shares + i);
      along = hn::MulAdd(share, hn::LoadU(kFloats, slopes + i), along);
    }
    const Vector level = Sum(along);
    for (int64_t i = 0; i < end; i += Lanes()) {
      const Vector share = hn::LoadU(kFloats, shares + i);
      const Vector slope = hn::LoadU(kFloats, slopes + i);
      hn::StoreU(hn::Mul(share, hn::Sub(slope, level)), kFloats, slopes + i);
    }
  }

  // sums[token] += factors[token] · row of each of kTogether rows, for the first tokens.
  void Spread(int64_t count, const float* factors, const float* rows, float* sums) const {
    for (int64_t i = 0; i < size_; i += Lanes()) {
      const int64_t left = size_ - i;
      const Vector row0 = Load(rows + i, left), row1 = Load(rows + size_ + i, left);
      const Vector row2 = Load(rows + 2 * size_ + i, left);
      const Vector row3 = Load(rows + 3 * size_ + i, left);
      float* sum = sums + i;
      for (int64_t token = 0; token < count; ++token, sum += size_) {
        Vector total = Load(sum, left);
        total = hn::MulAdd(Constant(factors[token]), row0, total);
        total = hn::MulAdd(Constant(factors[padded_ + token]), row1, total);
        total = hn::MulAdd(Constant(factors[2 * padded_ + token]), row2, total);
        total = hn::MulAdd(Constant(factors[3 * padded_ + token]), row3, total);
        Store(total, sum, left);
      }
    }
  }

  void QueryGradients(int64_t first, int64_t seen, const AttentionGradients& gradients) const {
    const auto row = [&](int64_t query) {
      return gradients.queries + (first + query) * shape_.query_stride + head_ * size_;
    };
    const auto write = [&](int64_t query, int64_t i, Vector sum) {
      if (first + query >= shape_.queries) return;
      Store(hn::Mul(sum, Constant(scale_)), row(query) + i, size_ - i);
    };
    Average(seen, slopes_.data(), keys_.data(), size_, write);
    for (int64_t i = 0; i < kTogether && first + i < shape_.queries; ++i) {
      Rotate(shape_, Position(first + i), /*back=*/true, row(i));
      AddBias(row(i), gradients.bias + head_ * size_);
    }
  }

  void KeyGradients(const AttentionGradients& gradients) {
    for (int64_t token = 0; token < shape_.tokens; ++token) {
      float* key = key_gradients_.data() + token * size_;
      Rotate(shape_, token, /*back=*/true, key);
      const int64_t at = token * shape_.key_stride + head_ * size_;
      std::copy_n(key, size_, gradients.keys + at);
      AddBias(key, gradients.bias + width_ + head_ * size_);
      const float* value = value_gradients_.data() + token * size_;
      std::copy_n(value, size_, gradients.values + at);
      AddBias(value, gradients.bias + 2 * width_ + head_ * size_);
    }
  }

  void AddBias(const float* row, float* sums) const {
    for (int64_t i = 0; i < size_; i += Lanes())
      AddTo(sums + i, Load(row + i, size_ - i), size_ - i);
  }

  const AttentionShape shape_;
  const int64_t size_;
  const int64_t width_;
  const int64_t padded_;
  const float scale_;
  AttentionInput input_{};
  int64_t head_ = 0;
  std::vector<float> keys_;  // [tokens, size]
  std::vector<float> row_;
  std::vector<float> key_columns_;    // [size, padded]
  std::vector<float> value_columns_;  // [size, padded]
  std::vector<float> queries_;        // [kTogether, size]
  std::vector<float> said_;           // [kTogether, size]: gradients of the loss by the output
  std::vector<float> shares_;         // [kTogether, padded]
  std::vector<float> slopes_;         // [kTogether, padded]
  std::vector<float> key_gradients_;  // [tokens, size]
  std::vector<float> value_gradients_;
};

// From one example's projections, or gradients by them, to the next one's.
template <typename Projections>
HWY_INLINE void Advance(const AttentionShape& shape, Projections& projections) {
  projections.queries += shape.queries * shape.query_stride;
  projections.keys += shape.tokens * shape.key_stride;
  projections.values += shape.tokens * shape.key_stride;
}

void Forward(const AttentionShape& shape, AttentionInput input, float* out, float* log_sums) {
  Head head(shape);
  for (int64_t example = 0; example < shape.examples; ++example) {
    for (int64_t i = 0; i < shape.heads; ++i) head.Forward(input, i, out, log_sums);
    Advance(shape, input);
    out += shape.queries * shape.heads * shape.head_size;
    if (log_sums != nullptr) log_sums += shape.heads * shape.queries;
  }
}

void Backward(const AttentionShape& shape, AttentionInput input, const float* log_sums,
              const float* out_gradient, AttentionGradients gradients) {
  Head head(shape);
  for (int64_t example = 0; example < shape.examples; ++example) {
    for (int64_t i = 0; i < shape.heads; ++i) {
      head.Backward(input, i, log_sums, out_gradient, gradients);
    }
    Advance(shape, input);
    Advance(shape, gradients);
    log_sums += shape.heads * shape.queries;
    out_gradient += shape.queries * shape.heads * shape.head_size;
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

void AttentionForward(const AttentionShape& shape, const AttentionInput& input, float* out,
                      float* log_sums) {
  HWY_DYNAMIC_DISPATCH(Forward)(shape, input, out, log_sums);
}

void AttentionBackward(const AttentionShape& shape, const AttentionInput& input,
                       const float* log_sums, const float* out_gradient,
                       const AttentionGradients& gradients) {
  HWY_DYNAMIC_DISPATCH(Backward)(shape, input, log_sums, out_gradient, gradients);
}

}  // namespace pathsweep::cpu
#endif
