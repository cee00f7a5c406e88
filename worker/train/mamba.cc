#include <torch/torch.h>

#include <cmath>
#include <vector>

#include "worker/train/architecture.h"
#include "worker/train/layers.h"
#include "worker/train/scan.h"

namespace pathsweep {
namespace {

using torch::Tensor;

// As in the paper's language models (section 3.4 and appendix E.2).
constexpr int64_t kExpansion = 2;
constexpr int64_t kStates = 16;           // N, of each channel
constexpr int64_t kConvolution = 4;       // tokens that a channel's convolution sees
constexpr int64_t kChannelsPerRank = 16;  // of the projection to time steps

class Mamba : public Architecture {
 public:
  Mamba(const ModelShape& shape, WeightLayout& layout) : shape_(shape) {
    for (int64_t i = 0; i < shape.depth; ++i) blocks_.push_back(AddBlock(layout));
    last_norm_ = layout.Norm(shape_.width, shape_.rms_norm);
  }

  Tensor Run(const Weights& weights, const Tensor& embedded, Dropout& dropout,
             Trace* trace) const override {
    Tensor stream = dropout.Drop(embedded);
    for (size_t i = 0; i < blocks_.size(); ++i) {
      if (trace != nullptr) trace->layers.push_back(Read(weights, stream));
      const int64_t read = i + 1 == blocks_.size() ? shape_.targets : shape_.inputs;
      const Normalised normal = Normalise(weights, blocks_[i].norm, stream);
      const Tensor mixed = Mix(weights, blocks_[i], normal.values, read);
      stream = LastTokens(normal.sums, read) + dropout.Drop(mixed);
    }
    if (trace != nullptr) trace->layers.push_back(Read(weights, stream));
    return Read(weights, stream);
  }

 private:
  // E channels, R ranks of the time steps.
  struct Block {
    NormId norm;
    WeightId in;           // [D, 2 E]: channels, gates
    WeightId filters;      // [convolution, E]
    WeightId filter_bias;  // [1, E]
    WeightId select;       // [E, R + 2 N]: time steps, inputs B, outputs C
    WeightId time;         // [R, E]
    WeightId time_bias;    // [1, E]
    WeightId log_decay;    // [E, N]
    WeightId skip;         // [1, E]
    WeightId out;          // [E, D]
  };

  int64_t Channels() const { return kExpansion * shape_.width; }
  int64_t Ranks() const { return (shape_.width + kChannelsPerRank - 1) / kChannelsPerRank; }

  Block AddBlock(WeightLayout& layout) const {
    const int64_t channels = Channels(), ranks = Ranks();
    const double filter_bound = 1 / std::sqrt(static_cast<double>(kConvolution));
    const auto uniform = [&](std::vector<int64_t> shape) {
      return layout.Add(
          {.shape = std::move(shape), .initial = Initial::kUniform, .scale = filter_bound});
    };
    Block block{};
    block.norm = layout.Norm(shape_.width, shape_.rms_norm);
    block.in = layout.Matrix(shape_.width, 2 * channels, 2);
    block.filters = uniform({kConvolution, channels});
    block.filter_bias = uniform({1, channels});
    block.select = layout.Matrix(channels, ranks + 2 * kStates);
    block.time = layout.Add({.shape = {ranks, channels},
                             .initial = Initial::kUniform,
                             .scale = 1 / std::sqrt(static_cast<double>(ranks)),
                             .decays = true,
                             .matrices = 1});
    block.time_bias = layout.Add({.shape = {1, channels}, .initial = Initial::kTimeStep});
    block.log_decay = layout.Add({.shape = {channels, kStates}, .initial = Initial::kLogIndex});
    block.skip = layout.Constant({1, channels}, 1);
    block.out = layout.Matrix(channels, shape_.width);
    return block;
  }

  // What the head reads of the stream.
  Tensor Read(const Weights& weights, const Tensor& stream) const {
    return Normalise(weights, last_norm_, LastTokens(stream, shape_.targets)).values;
  }

  // x [K, B, T, D] -> the last `read` tokens [K, B, read, D].
  Tensor Mix(const Weights& weights, const Block& block, const Tensor& x, int64_t read) const {
    const std::vector<Tensor> halves = Multiply(x, weights[block.in]).chunk(2, -1);
    const Tensor channels = torch::silu(Filter(weights, block, halves[0]));
    const std::vector<Tensor> chosen =
        Multiply(channels, weights[block.select]).split_with_sizes({Ranks(), kStates, kStates}, -1);
    const Tensor steps = torch::softplus(Multiply(chosen[0], weights[block.time]) +
                                         PerToken(weights[block.time_bias]));
    // [K, B, T, E, N]
    const Tensor rates = -weights[block.log_decay].exp().unsqueeze(1).unsqueeze(1);
    const Tensor factors = (steps.unsqueeze(-1) * rates).exp();
    const Tensor terms = (steps * channels).unsqueeze(-1) * chosen[1].unsqueeze(-2);
    const Tensor states = LastTokens(Scan(factors, terms), read);
    const Tensor said = (states * LastTokens(chosen[2], read).unsqueeze(-2)).sum(-1);
    const Tensor straight = LastTokens(channels, read) * PerToken(weights[block.skip]);
    const Tensor gates = torch::silu(LastTokens(halves[1], read));
    return Multiply((said + straight) * gates, weights[block.out]);
  }

  // Each channel's causal convolution along the tokens.
  static Tensor Filter(const Weights& weights, const Block& block, const Tensor& x) {
    const Tensor padded = torch::constant_pad_nd(x, {0, 0, kConvolution - 1, 0});
    Tensor sum = PerToken(weights[block.filter_bias]);
    for (int64_t i = 0; i < kConvolution; ++i) {
      const Tensor filter = PerToken(weights[block.filters].narrow(1, i, 1));
      sum = torch::addcmul(sum, padded.narrow(2, i, x.size(2)), filter);
    }
    return sum;
  }

  // [K, 1, E] -> [K, 1, 1, E]
  static Tensor PerToken(const Tensor& weight) { return weight.unsqueeze(1); }

  const ModelShape shape_;
  std::vector<Block> blocks_;
  NormId last_norm_{};
};

}  // namespace

std::unique_ptr<Architecture> MakeMamba(const ModelShape& shape, WeightLayout& layout) {
  return std::make_unique<Mamba>(shape, layout);
}

}  // namespace pathsweep
