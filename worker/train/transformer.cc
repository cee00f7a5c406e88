#include <torch/torch.h>

#include <optional>
#include <vector>

#include "worker/train/architecture.h"
#include "worker/train/attention.h"
#include "worker/train/layers.h"
#include "worker/train/ops.h"

namespace pathsweep {
namespace {

using torch::Tensor;

constexpr int64_t kMlpFactor = 4;
constexpr double kWaveBase = 10000;  // of rotary and sinusoidal positions

// [tokens, pairs]: how far each pair of dimensions has turned at each token.
Tensor Angles(int64_t tokens, int64_t pairs, double step) {
  const Tensor turns = torch::pow(kWaveBase, -torch::arange(pairs, torch::kDouble) * step);
  return torch::outer(torch::arange(tokens, torch::kDouble), turns);
}

// [tokens, width]: sine, cosine, sine, … (Vaswani et al. 2017, section 3.5).
Tensor SinusoidalTable(int64_t tokens, int64_t width) {
  const int64_t pairs = (width + 1) / 2;
  const Tensor angles = Angles(tokens, pairs, 2.0 / static_cast<double>(width));
  return torch::stack({angles.sin(), angles.cos()}, 2).flatten(1).narrow(1, 0, width);
}

// Two thirds of it, for gating needs a third matrix (Shazeer 2020); a multiple of 8.
int64_t GatedSize(int64_t width) { return (2 * kMlpFactor * width / 3 + 7) / 8 * 8; }

// What a block passes on: the bias of its last layer is added by whoever reads next.
struct Residual {
  Tensor values;  // [K, B, T, D]
  Tensor bias;    // [K, 1, D], or undefined
};

class Transformer : public Architecture {
 public:
  Transformer(const ModelShape& shape, WeightLayout& layout, torch::Device device) : shape_(shape) {
    if (shape.position == Position::kLearned) {
      positions_ = layout.Embedding(shape.inputs, shape.width);
    }
    layout.SetWidthRatio(shape.width_ratio);
    for (int64_t i = 0; i < shape.depth; ++i) blocks_.push_back(AddBlock(layout));
    last_norm_ = layout.Norm(shape.width, shape.rms_norm);
    MakeTables(device);
  }

  Tensor Run(const Weights& weights, const Tensor& embedded, Dropout& dropout,
             Trace* trace) const override {
    Residual stream = {dropout.Drop(AddPositions(weights, embedded)), {}};
    for (size_t i = 0; i < blocks_.size(); ++i) {
      if (trace != nullptr) Note(weights, blocks_[i], stream, *trace);
      const bool targets_only = i + 1 == blocks_.size();
      stream = RunBlock(weights, blocks_[i], stream, targets_only, dropout);
    }
    const Tensor read = Normalise(weights, last_norm_, stream.values, stream.bias).values;
    if (trace != nullptr) trace->layers.push_back(read);
    return read;
  }

  std::string Execution(torch::Device device) const override {
    return absl::StrCat("attention: ", AttentionWay(attention_, shape_.width, shape_.inputs,
                                                    shape_.targets, shape_.half, device));
  }

 private:
  struct Block {
    NormId attention_norm;
    LinearId projection;  // to queries, keys, values
    LinearId mix;
    NormId mlp_norm;
    LinearId up;  // or gate and up
    LinearId down;
  };

  Block AddBlock(WeightLayout& layout) const {
    const int64_t width = shape_.width;
    const int64_t hidden = shape_.gated ? GatedSize(width) : kMlpFactor * width;
    Block block{};
    block.attention_norm = layout.Norm(shape_.width, shape_.rms_norm);
    block.projection = layout.Linear(width, 3 * width, 3);
    block.mix = layout.Linear(width, width);
    block.mlp_norm = layout.Norm(shape_.width, shape_.rms_norm);
    block.up = shape_.gated ? layout.Linear(width, 2 * hidden, 2) : layout.Linear(width, hidden);
    block.down = layout.Linear(hidden, width);
    return block;
  }

  void MakeTables(torch::Device device) {
    const int64_t head_size = shape_.width / shape_.heads;
    attention_.heads = shape_.heads;
    attention_.score_scale = shape_.score_scale;
    attention_.kind = shape_.attention;
    if (shape_.position == Position::kRotary) {
      const Tensor angles =
          Angles(shape_.inputs, head_size / 2, 2.0 / static_cast<double>(head_size));
      attention_.cosines = angles.cos().to(device, torch::kFloat);
      attention_.sines = angles.sin().to(device, torch::kFloat);
    }
    if (shape_.position == Position::kSinusoidal) {
      waves_ = SinusoidalTable(shape_.inputs, shape_.width).to(device, torch::kFloat);
    }
  }

  Tensor AddPositions(const Weights& weights, const Tensor& x) const {
    if (positions_) return x + weights[*positions_].unsqueeze(1);
    return waves_.defined() ? x + waves_ : x;
  }

  // What the block is given, as the head would read it, and where the block's heads look.
  void Note(const Weights& weights, const Block& block, const Residual& stream,
            Trace& trace) const {
    const Tensor read = Normalise(weights, last_norm_, stream.values, stream.bias).values;
    trace.layers.push_back(LastTokens(read, shape_.targets));
    const Normalised normal = Normalise(weights, block.attention_norm, stream.values, stream.bias);
    const LinearId& projection = block.projection;
    trace.attention.push_back(AttentionShares(Multiply(normal.values, weights[projection.matrix]),
                                              weights[projection.bias], attention_));
  }

  Residual RunBlock(const Weights& weights, const Block& block, const Residual& stream,
                    bool targets_only, Dropout& dropout) const {
    const Normalised before = Normalise(weights, block.attention_norm, stream.values, stream.bias);
    const Tensor attended = Attend(weights, block.projection, before.values, targets_only);
    const Tensor read = targets_only ? LastTokens(before.sums, shape_.targets) : before.sums;
    const Residual mixed = Add(weights, block.mix, attended, read, dropout);
    const Normalised between = Normalise(weights, block.mlp_norm, mixed.values, mixed.bias);
    const Tensor hidden = Multiply(between.values, weights[block.up.matrix]);
    const Tensor active = Activate(hidden, weights[block.up.bias]);
    return Add(weights, block.down, active, between.sums, dropout);
  }

  // The stream and what a layer adds to it.
  static Residual Add(const Weights& weights, const LinearId& layer, const Tensor& x,
                      const Tensor& stream, Dropout& dropout) {
    const Tensor &matrix = weights[layer.matrix], &bias = weights[layer.bias];
    if (!dropout.active()) return {Multiply(x, matrix, stream), bias};
    return {stream + dropout.Drop(Multiply(x, matrix) + bias.unsqueeze(1)), {}};
  }

  Tensor Attend(const Weights& weights, const LinearId& projection, const Tensor& normal,
                bool targets_only) const {
    const Tensor &matrix = weights[projection.matrix], &bias = weights[projection.bias];
    if (!targets_only) return Attention(Multiply(normal, matrix), bias, attention_);
    if (shape_.attention == AttentionKind::kFlash) {
      return LastTokens(Attention(Multiply(normal, matrix), bias, attention_), shape_.targets);
    }
    const int64_t width = shape_.width;
    const Tensor queries = Multiply(LastTokens(normal, shape_.targets), matrix.narrow(2, 0, width));
    const Tensor keys_values = Multiply(normal, matrix.narrow(2, width, 2 * width));
    return Attention(queries, keys_values, bias, attention_);
  }

  Tensor Activate(const Tensor& hidden, const Tensor& bias) const {
    if (!shape_.gated) return BiasGelu(hidden, bias);
    const std::vector<Tensor> halves = (hidden + bias.unsqueeze(1)).chunk(2, -1);
    return torch::silu(halves[0]) * halves[1];
  }

  const ModelShape shape_;
  std::optional<WeightId> positions_;
  std::vector<Block> blocks_;
  NormId last_norm_{};
  AttentionOptions attention_{};
  Tensor waves_;  // sinusoidal positions [T, D], or undefined
};

}  // namespace

std::unique_ptr<Architecture> MakeTransformer(const ModelShape& shape, WeightLayout& layout,
                                              torch::Device device) {
  return std::make_unique<Transformer>(shape, layout, device);
}

}  // namespace pathsweep
