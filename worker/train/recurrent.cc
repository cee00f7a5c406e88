#include <torch/torch.h>

#include <utility>
#include <vector>

#include "worker/train/architecture.h"
#include "worker/train/layers.h"

namespace pathsweep {
namespace {

using torch::Tensor;

// [K, B, gates · D] -> [K, B, D] each.
std::vector<Tensor> Gates(const Tensor& x, int64_t count) { return x.chunk(count, -1); }

// Of a layer whose gates take the input [K, B, gates · D].
Tensor ZeroState(const Tensor& input, int64_t gates) {
  return torch::zeros({input.size(0), input.size(1), input.size(2) / gates}, input.options());
}

// The weights of a layer of the cell, and its steps.
class LstmLayer {
 public:
  LstmLayer(int64_t width, WeightLayout& layout)
      : input_(layout.Linear(width, kGates * width, kGates)),
        state_(layout.Matrix(width, kGates * width, kGates)) {}

  const LinearId& input() const { return input_; }

  // From what the input says at each token, [K, B, 4 D]: input, forget, cell and output gates.
  std::vector<Tensor> Run(const Weights& weights, const std::vector<Tensor>& inputs) const {
    std::vector<Tensor> said;
    Tensor state = ZeroState(inputs.front(), kGates), cell = state;
    for (const Tensor& input : inputs) {
      const auto gates = Gates(torch::baddbmm(input, state, weights[state_]), kGates);
      cell = torch::sigmoid(gates[1]) * cell + torch::sigmoid(gates[0]) * torch::tanh(gates[2]);
      state = torch::sigmoid(gates[3]) * torch::tanh(cell);
      said.push_back(state);
    }
    return said;
  }

 private:
  static constexpr int64_t kGates = 4;
  LinearId input_;
  WeightId state_;
};

class GruLayer {
 public:
  GruLayer(int64_t width, WeightLayout& layout)
      : input_(layout.Linear(width, kGates * width, kGates)),
        state_(layout.Matrix(width, kGates * width, kGates)),
        state_bias_(layout.Constant({1, width}, 0)) {}

  const LinearId& input() const { return input_; }

  // [K, B, 3 D]: reset and update gates, candidate.
  std::vector<Tensor> Run(const Weights& weights, const std::vector<Tensor>& inputs) const {
    std::vector<Tensor> said;
    Tensor state = ZeroState(inputs.front(), kGates);
    for (const Tensor& input : inputs) {
      const auto from_input = Gates(input, kGates);
      const auto from_state = Gates(torch::bmm(state, weights[state_]), kGates);
      const Tensor reset = torch::sigmoid(from_input[0] + from_state[0]);
      const Tensor update = torch::sigmoid(from_input[1] + from_state[1]);
      const Tensor candidate =
          torch::tanh(from_input[2] + reset * (from_state[2] + weights[state_bias_]));
      state = torch::lerp(candidate, state, update);
      said.push_back(state);
    }
    return said;
  }

 private:
  static constexpr int64_t kGates = 3;
  LinearId input_;
  WeightId state_;
  WeightId state_bias_;  // of the candidate, inside its reset
};

template <typename Layer>
class Recurrent : public Architecture {
 public:
  Recurrent(const ModelShape& shape, WeightLayout& layout) : targets_(shape.targets) {
    for (int64_t i = 0; i < shape.depth; ++i) layers_.emplace_back(shape.width, layout);
  }

  Tensor Run(const Weights& weights, const Tensor& embedded, Dropout& dropout,
             Trace* trace) const override {
    Tensor x = embedded;
    const auto note = [&] {
      if (trace != nullptr) trace->layers.push_back(LastTokens(x, targets_));
    };
    for (const Layer& layer : layers_) {
      note();
      const Tensor inputs = Multiply(dropout.Drop(x), weights[layer.input().matrix]) +
                            weights[layer.input().bias].unsqueeze(1);
      x = torch::stack(layer.Run(weights, inputs.unbind(2)), 2);
    }
    note();
    return LastTokens(x, targets_);
  }

 private:
  const int64_t targets_;
  std::vector<Layer> layers_;
};

}  // namespace

std::unique_ptr<Architecture> MakeLstm(const ModelShape& shape, WeightLayout& layout) {
  return std::make_unique<Recurrent<LstmLayer>>(shape, layout);
}

std::unique_ptr<Architecture> MakeGru(const ModelShape& shape, WeightLayout& layout) {
  return std::make_unique<Recurrent<GruLayer>>(shape, layout);
}

}  // namespace pathsweep
