// The weights of a model: all of a trial's lie in one row of a tensor [K, P], so that K trials
// train as one model, autograd gives one gradient [K, P], and the optimizer is a few operations on
// it.
//
//   WeightLayout layout;
//   const WeightId table = layout.Embedding(vocabulary, width);
//   …
//   torch::Tensor rows = layout.Initial(seed, parameters, device);  // [1, P]
//   Weights weights(layout, rows);
//   weights[table];                                                 // [1, vocabulary, width]
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/trial_parameters.h"

namespace pathsweep {

using WeightId = size_t;

// How the values of a weight begin, with a `scale`.
enum class Initial {
  kNormal,           // N(0, scale · init_std)
  kEmbeddingNormal,  // N(0, scale · embedding_init_std)
  kUniform,          // on −scale … scale
  kConstant,         // scale
  // Of a selective state space (Gu & Dao 2023): the logarithms of 1 … columns in every row…
  kLogIndex,
  // … and x with log(1 + e^x), a time step, log-uniform on 0.001 … 0.1.
  kTimeStep,
};

// A weight of one trial, at its place in the row.
struct WeightSlot {
  std::vector<int64_t> shape;
  Initial initial = Initial::kConstant;
  double scale = 0;
  bool decays = false;
  // A weight matrix [in, out] between hidden layers: so many matrices of equal size beside each
  // other, which Muon takes one by one. Else 0.
  int64_t matrices = 0;
  double lr_factor = 1;  // of the trial's learning rate
  int64_t offset = 0;    // in the row; the layout's to set

  int64_t Count() const;
};

struct LinearId {
  WeightId matrix;  // [in, out]
  WeightId bias;    // [1, out]
};

struct NormId {
  WeightId gain;                  // [1, D]
  std::optional<WeightId> shift;  // [1, D]; RMS normalisation has none
};

// Filled once, then constant and thread safe.
class WeightLayout {
 public:
  WeightId Add(WeightSlot slot);

  // A table of `rows` rows.
  WeightId Embedding(int64_t rows, int64_t width);
  // A hidden weight matrix; of `matrices` beside each other.
  WeightId Matrix(int64_t in, int64_t out, int64_t matrices = 1);
  WeightId Constant(std::vector<int64_t> shape, double value);
  LinearId Linear(int64_t in, int64_t out, int64_t matrices = 1);
  NormId Norm(int64_t width, bool rms);

  // muP (Yang et al. 2022, table 8, for Adam) of a model `width_ratio` times as wide as the one at
  // which it is the standard parametrization: of hidden matrices that are added from here on.
  void SetWidthRatio(double width_ratio) { width_ratio_ = width_ratio; }

  const std::vector<WeightSlot>& slots() const { return slots_; }
  // Weights per trial: P.
  int64_t size() const { return size_; }
  std::vector<int64_t> Sizes() const;

  // A trial's weights [1, P], by Philox and so the same anywhere.
  torch::Tensor InitialRow(uint64_t seed, const TrialParameters& parameters,
                           torch::Device device) const;

 private:
  std::vector<WeightSlot> slots_;
  int64_t size_ = 0;
  double width_ratio_ = 1;
};

// The weights of K trials, each as a view [K, …] in the shape of its slot.
class Weights {
 public:
  Weights(const WeightLayout& layout, const torch::Tensor& rows);

  const torch::Tensor& operator[](WeightId id) const { return views_[id]; }

 private:
  std::vector<torch::Tensor> views_;
};

}  // namespace pathsweep
