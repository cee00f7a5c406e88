#include "worker/train/weights.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "base/philox.h"
#include "worker/task/path_star.h"

namespace pathsweep {
namespace {

using torch::Tensor;

// Box-Muller.
void FillNormal(PhiloxStream& random, double deviation, float* values, int64_t count) {
  for (int64_t i = 0; i < count; i += 2) {
    const double radius = deviation * std::sqrt(-2 * std::log(random.Uniform()));
    const double angle = 2 * std::numbers::pi * random.Uniform();
    values[i] = static_cast<float>(radius * std::cos(angle));
    if (i + 1 < count) values[i + 1] = static_cast<float>(radius * std::sin(angle));
  }
}

// Each from its index.
template <typename Value>
void Fill(float* values, int64_t count, Value value) {
  for (int64_t i = 0; i < count; ++i) values[i] = static_cast<float>(value(i));
}

double DrawTimeStep(PhiloxStream& random) {
  const double step = std::exp(std::log(0.001) + random.Uniform() * std::log(0.1 / 0.001));
  return step + std::log(-std::expm1(-step));  // the x of log(1 + e^x) = step
}

void FillSlot(const WeightSlot& slot, PhiloxStream random, const TrialParameters& parameters,
              float* values) {
  const int64_t count = slot.Count();
  switch (slot.initial) {
    case Initial::kNormal:
      return FillNormal(random, slot.scale * parameters.init_std, values, count);
    case Initial::kEmbeddingNormal:
      return FillNormal(random, slot.scale * parameters.embedding_init_std, values, count);
    case Initial::kUniform:
      return Fill(values, count, [&](int64_t) { return slot.scale * (2 * random.Uniform() - 1); });
    case Initial::kConstant:
      return Fill(values, count, [&](int64_t) { return slot.scale; });
    case Initial::kLogIndex:
      return Fill(values, count, [&](int64_t i) { return std::log(i % slot.shape.back() + 1); });
    case Initial::kTimeStep:
      return Fill(values, count, [&](int64_t) { return DrawTimeStep(random); });
  }
}

}  // namespace

int64_t WeightSlot::Count() const {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

WeightId WeightLayout::Add(WeightSlot slot) {
  slot.offset = size_;
  size_ += slot.Count();
  slots_.push_back(std::move(slot));
  return slots_.size() - 1;
}

WeightId WeightLayout::Embedding(int64_t rows, int64_t width) {
  return Add(
      {.shape = {rows, width}, .initial = Initial::kEmbeddingNormal, .scale = 1, .decays = true});
}

WeightId WeightLayout::Matrix(int64_t in, int64_t out, int64_t matrices) {
  return Add({.shape = {in, out},
              .initial = Initial::kNormal,
              .scale = 1 / std::sqrt(width_ratio_),
              .decays = true,
              .matrices = matrices,
              .lr_factor = 1 / width_ratio_});
}

WeightId WeightLayout::Constant(std::vector<int64_t> shape, double value) {
  return Add({.shape = std::move(shape), .initial = Initial::kConstant, .scale = value});
}

LinearId WeightLayout::Linear(int64_t in, int64_t out, int64_t matrices) {
  const WeightId matrix = Matrix(in, out, matrices);
  return {matrix, Constant({1, out}, 0)};
}

NormId WeightLayout::Norm(int64_t width, bool rms) {
  const WeightId gain = Constant({1, width}, 1);
  return {gain, rms ? std::nullopt : std::optional(Constant({1, width}, 0))};
}

std::vector<int64_t> WeightLayout::Sizes() const {
  std::vector<int64_t> sizes;
  for (const WeightSlot& slot : slots_) sizes.push_back(slot.Count());
  return sizes;
}

Tensor WeightLayout::InitialRow(uint64_t seed, const TrialParameters& parameters,
                                torch::Device device) const {
  Tensor row = torch::empty({1, size_}, torch::kFloat);
  for (size_t i = 0; i < slots_.size(); ++i) {
    FillSlot(slots_[i], PhiloxStream(seed, static_cast<uint32_t>(Stream::kInitialWeights), i),
             parameters, row.data_ptr<float>() + slots_[i].offset);
  }
  return row.to(device);
}

Weights::Weights(const WeightLayout& layout, const Tensor& rows) {
  const std::vector<Tensor> parts = rows.split_with_sizes(layout.Sizes(), 1);
  for (size_t i = 0; i < parts.size(); ++i) {
    std::vector<int64_t> shape = {rows.size(0)};
    const WeightSlot& slot = layout.slots()[i];
    shape.insert(shape.end(), slot.shape.begin(), slot.shape.end());
    views_.push_back(parts[i].view(shape));
  }
}

}  // namespace pathsweep
