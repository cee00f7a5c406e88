#include "worker/train/model.h"

#include <torch/torch.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "base/philox.h"

namespace pathsweep {
namespace {

using torch::Tensor;

constexpr int64_t kMlpFactor = 4;
constexpr double kRotaryBase = 10000;

Tensor Rows(const Tensor& x) { return x.reshape({x.size(0), -1, x.size(-1)}); }

// x [K, B, T, in], matrix [K, in, out] -> [K, B, T, out]; added to `sum` if there is one.
Tensor Linear(const Tensor& x, const Tensor& matrix, const Tensor& sum = {}) {
  const Tensor y =
      sum.defined() ? torch::baddbmm(Rows(sum), Rows(x), matrix) : torch::bmm(Rows(x), matrix);
  return y.view({x.size(0), x.size(1), x.size(2), matrix.size(-1)});
}

// Rows `index` [K, …] of each trial's table [K, rows, D]. The tables are laid end to end
// and every trial's indices shifted to its own.
Tensor Gather(const Tensor& table, const Tensor& index) {
  const int64_t trials = table.size(0);
  if (trials == 1) return torch::embedding(table[0], index);
  const Tensor shift = torch::arange(trials, index.options()).mul(table.size(1)).view({-1, 1, 1});
  return torch::embedding(table.reshape({-1, table.size(2)}), index + shift);
}

void FillNormal(PhiloxStream& random, double deviation, float* values, int64_t count) {
  for (int64_t i = 0; i < count; i += 2) {
    const double radius = deviation * std::sqrt(-2 * std::log(random.Uniform()));
    const double angle = 2 * std::numbers::pi * random.Uniform();
    values[i] = static_cast<float>(radius * std::cos(angle));
    if (i + 1 < count) values[i + 1] = static_cast<float>(radius * std::sin(angle));
  }
}

}  // namespace

ModelShape ModelShapeOf(const TrialParameters& parameters) {
  const TaskShape task = TaskShapeOf(parameters);
  return {task.Vocabulary(),
          task.InputLength(),
          task.length,
          parameters.depth,
          parameters.width,
          parameters.heads,
          parameters.position == "rope",
          parameters.tie_embeddings};
}

TaskShape TaskShapeOf(const TrialParameters& parameters) {
  return {static_cast<int32_t>(parameters.degree), static_cast<int32_t>(parameters.length),
          static_cast<int32_t>(parameters.nodes)};
}

// Hands out the weights in the order of the slots.
class Model::Cursor {
 public:
  Cursor(const Model& model, const Tensor& weights)
      : model_(model), parts_(weights.split_with_sizes(model.SlotSizes(), 1)) {}

  // [K, …] in the shape of the slot.
  Tensor Next() {
    const Slot& slot = model_.slots_[next_];
    std::vector<int64_t> shape = {parts_[next_].size(0)};
    shape.insert(shape.end(), slot.shape.begin(), slot.shape.end());
    return parts_[next_++].view(shape);
  }

 private:
  const Model& model_;
  const std::vector<Tensor> parts_;
  size_t next_ = 0;
};

int64_t Model::Slot::Count() const {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

Model::Model(const ModelShape& shape, torch::Device device) : shape_(shape), device_(device) {
  AddSlots();
  for (const Slot& slot : slots_) size_ += slot.Count();
  attention_.heads = shape.heads;
  if (!shape.rotary) return;
  const int64_t half = shape.width / shape.heads / 2;
  const Tensor frequencies =
      torch::pow(kRotaryBase, -torch::arange(half, torch::kDouble) / static_cast<double>(half));
  const Tensor angles = torch::outer(torch::arange(shape.inputs, torch::kDouble), frequencies);
  attention_.cosines = angles.cos().to(device, torch::kFloat);
  attention_.sines = angles.sin().to(device, torch::kFloat);
}

void Model::AddSlots() {
  const int64_t width = shape_.width;
  const auto add_linear = [&](int64_t in, int64_t out) {
    slots_.push_back({Role::kMatrix, {in, out}});
    slots_.push_back({Role::kBias, {1, out}});
  };
  const auto add_norm = [&] {
    slots_.push_back({Role::kGain, {1, width}});
    slots_.push_back({Role::kBias, {1, width}});
  };
  slots_.push_back({Role::kEmbedding, {shape_.vocabulary, width}});
  if (!shape_.rotary) slots_.push_back({Role::kEmbedding, {shape_.inputs, width}});
  for (int64_t block = 0; block < shape_.depth; ++block) {
    add_norm();
    add_linear(width, 3 * width);  // queries, keys, values
    add_linear(width, width);
    add_norm();
    add_linear(width, kMlpFactor * width);
    add_linear(kMlpFactor * width, width);
  }
  add_norm();
  if (!shape_.tied) slots_.push_back({Role::kMatrix, {width, shape_.vocabulary}});
}

std::vector<int64_t> Model::SlotSizes() const {
  std::vector<int64_t> sizes;
  for (const Slot& slot : slots_) sizes.push_back(slot.Count());
  return sizes;
}

Tensor Model::InitialWeights(uint64_t seed, const TrialParameters& parameters) const {
  Tensor weights = torch::zeros({1, size_}, torch::kFloat);
  float* place = weights.data_ptr<float>();
  for (size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    PhiloxStream random(seed, static_cast<uint32_t>(Stream::kInitialWeights), i);
    if (slot.role == Role::kGain) std::fill_n(place, slot.Count(), 1.0F);
    if (slot.role == Role::kMatrix) FillNormal(random, parameters.init_std, place, slot.Count());
    if (slot.role == Role::kEmbedding) {
      FillNormal(random, parameters.embedding_init_std, place, slot.Count());
    }
    place += slot.Count();
  }
  return weights.to(device_);
}

Tensor Model::DecayMask() const {
  std::vector<Tensor> parts;
  for (const Slot& slot : slots_) {
    const bool decays = slot.role == Role::kMatrix || slot.role == Role::kEmbedding;
    parts.push_back(torch::full({slot.Count()}, decays ? 1.0F : 0.0F));
  }
  return torch::cat(parts).to(device_);
}

Tensor Model::Logits(const Tensor& weights, const Tensor& tokens) const {
  Cursor cursor(*this, weights);
  Tensor token_embedding;
  Residual stream = {Embed(cursor, tokens, token_embedding), {}};
  for (int64_t block = 0; block < shape_.depth; ++block) {
    stream = RunBlock(cursor, stream, /*targets_only=*/block + 1 == shape_.depth);
  }
  const Tensor gain = cursor.Next();
  const Tensor normal = BiasNorm(stream.values, stream.bias, gain, cursor.Next()).values;
  const Tensor head = shape_.tied ? token_embedding.transpose(1, 2) : cursor.Next();
  return Linear(normal, head);
}

Tensor Model::Embed(Cursor& weights, const Tensor& tokens, Tensor& token_embedding) const {
  token_embedding = weights.Next();
  const Tensor x = Gather(token_embedding, tokens);
  return shape_.rotary ? x : x + weights.Next().unsqueeze(1);
}

Model::Residual Model::RunBlock(Cursor& weights, const Residual& stream, bool targets_only) const {
  const auto normalise = [&](const Tensor& values, const Tensor& bias) {
    const Tensor gain = weights.Next();
    return BiasNorm(values, bias, gain, weights.Next());
  };
  const Normalised before = normalise(stream.values, stream.bias);
  const Tensor attended = Attend(weights, before.values, targets_only);
  const Tensor read = targets_only ? Targets(before.sums) : before.sums;
  const Tensor mixed = Linear(attended, weights.Next(), read);
  const Tensor mixed_bias = weights.Next();
  const Normalised between = normalise(mixed, mixed_bias);
  const Tensor hidden = Linear(between.values, weights.Next());
  const Tensor active = BiasGelu(hidden, weights.Next());
  const Tensor out = Linear(active, weights.Next(), between.sums);
  return {out, weights.Next()};
}

Tensor Model::Attend(Cursor& weights, const Tensor& normal, bool targets_only) const {
  const Tensor matrix = weights.Next();  // queries, keys, values
  const Tensor bias = weights.Next();
  if (!targets_only) return Attention(Linear(normal, matrix), bias, attention_);
  const int64_t width = shape_.width;
  const Tensor queries = Linear(Targets(normal), matrix.narrow(2, 0, width));
  const Tensor keys_values = Linear(normal, matrix.narrow(2, width, 2 * width));
  return Attention(queries, keys_values, bias, attention_);
}

// The last positions of x [K, B, T, D].
Tensor Model::Targets(const Tensor& x) const {
  return x.narrow(2, shape_.inputs - shape_.targets, shape_.targets);
}

}  // namespace pathsweep
