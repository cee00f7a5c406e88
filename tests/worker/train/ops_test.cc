// The kernels of worker/cpu, which floats on the CPU take, against LibTorch's own operations in
// double precision, forward and backward.
#include "worker/train/ops.h"

#include <gtest/gtest.h>
#include <hwy/highway.h>
#include <torch/torch.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "worker/train/attention.h"

namespace pathsweep {
namespace {

using torch::Tensor;
using Operation = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

// Values of the operation, and gradients of a sum with random factors by each input.
std::vector<Tensor> Differentiate(const Operation& operation, const std::vector<Tensor>& inputs,
                                  torch::ScalarType type) {
  std::vector<Tensor> leaves;
  for (const Tensor& input : inputs) {
    leaves.push_back(input.defined() ? input.to(type).clone().requires_grad_() : input);
  }
  std::vector<Tensor> results = operation(leaves);
  torch::manual_seed(7);
  Tensor total = torch::zeros({}, type);
  for (const Tensor& result : results) {
    total = total + (result * torch::randn(result.sizes(), torch::kDouble).to(type)).sum();
  }
  total.backward();
  for (const Tensor& leaf : leaves) {
    if (leaf.defined()) results.push_back(leaf.grad());
  }
  return results;
}

void ExpectAgreementOfThis(const Operation& operation, const std::vector<Tensor>& inputs,
                           const std::string& what) {
  for (const int threads : {1, 3}) {
    at::set_num_threads(threads);
    const std::vector<Tensor> kernels = Differentiate(operation, inputs, torch::kFloat);
    const std::vector<Tensor> exact = Differentiate(operation, inputs, torch::kDouble);
    ASSERT_EQ(kernels.size(), exact.size());
    for (size_t i = 0; i < exact.size(); ++i) {
      EXPECT_TRUE(torch::allclose(kernels[i].to(torch::kDouble), exact[i], 1e-4, 2e-5))
          << what << ", " << threads << " threads, tensor " << i << ": off by "
          << (kernels[i].to(torch::kDouble) - exact[i]).abs().max().item<double>();
    }
  }
  at::set_num_threads(1);
}

// With every instruction set that this machine has, on one thread and on three.
void ExpectAgreement(const Operation& operation, const std::vector<Tensor>& inputs,
                     const std::string& what) {
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    ExpectAgreementOfThis(operation, inputs, what + " " + hwy::TargetName(target));
  }
  hwy::SetSupportedTargetsForTest(0);
}

Tensor Random(at::IntArrayRef shape) { return torch::randn(shape, torch::kDouble); }

// Whole vectors, a part of one, and a rest.
const int64_t kWidths[] = {2, 12, 32, 37};

TEST(Ops, ProductsAgreeWithLibTorch) {
  torch::manual_seed(5);
  for (const int64_t in : {1, 7, 32}) {
    for (const int64_t out : {1, 5, 16, 37, 96}) {
      for (const int64_t tokens : {1, 9, 50}) {  // rows: of part tiles, and of several chunks
        const std::string what = std::to_string(in) + " to " + std::to_string(out) + ", " +
                                 std::to_string(3 * tokens) + " rows";
        const Tensor x = Random({2, 3, tokens, in}), sum = Random({2, 3, tokens, out});
        // Beside other columns, as parts of a matrix are.
        const Operation multiply = [&](const std::vector<Tensor>& given) {
          return std::vector<Tensor>{Multiply(given[0], given[1].narrow(2, 1, out),
                                              given.size() > 2 ? given[2] : Tensor())};
        };
        ExpectAgreement(multiply, {x, Random({2, in, out + 2})}, what);
        ExpectAgreement(multiply, {x, Random({2, in, out + 2}), sum}, what + ", added");
      }
    }
  }
}

TEST(Ops, BiasNormAgreesWithLibTorch) {
  torch::manual_seed(1);
  const Operation norm = [](const std::vector<Tensor>& in) {
    const Normalised out = BiasNorm(in[0], in[1], in[2], in[3]);
    return std::vector<Tensor>{out.sums, out.values};
  };
  for (const int64_t width : kWidths) {
    const Tensor x = Random({2, 3, 5, width});
    const Tensor gain = Random({2, 1, width}), shift = Random({2, 1, width});
    ExpectAgreement(norm, {x, Random({2, 1, width}), gain, shift}, "bias " + std::to_string(width));
    ExpectAgreement(norm, {x, {}, gain, shift}, "no bias " + std::to_string(width));
    ExpectAgreement(norm, {x, Random({2, 1, width}), gain, {}}, "RMS " + std::to_string(width));
  }
}

TEST(Ops, BiasGeluAgreesWithLibTorch) {
  torch::manual_seed(2);
  const Operation gelu = [](const std::vector<Tensor>& in) {
    return std::vector<Tensor>{BiasGelu(in[0], in[1])};
  };
  for (const int64_t width : kWidths) {
    ExpectAgreement(gelu, {3 * Random({2, 3, 5, width}), Random({2, 1, width})},
                    std::to_string(width));
  }
}

TEST(Ops, BiasGeluIsExactEnoughFarOut) {
  const Tensor x = torch::linspace(-20, 20, 4001, torch::kDouble).view({1, 1, 1, -1});
  const Tensor bias = torch::zeros({1, 1, 4001});
  const Tensor said = BiasGelu(x.to(torch::kFloat), bias).to(torch::kDouble);
  EXPECT_LT((said - torch::gelu(x)).abs().max().item<double>(), 1e-6);
}

struct AttentionCase {
  int64_t tokens, queries, heads, head_size;
  bool rotary;
};

AttentionOptions OptionsOf(const AttentionCase& shape) {
  AttentionOptions options{shape.heads, {}, {}, 1.2 / std::sqrt(shape.head_size)};
  if (!shape.rotary) return options;
  const Tensor angles = Random({shape.tokens, shape.head_size / 2});
  options.cosines = angles.cos().to(torch::kFloat);
  options.sines = angles.sin().to(torch::kFloat);
  return options;
}

// One token; fewer than a vector; several vectors with a rest; more queries than are worked on
// together, and not a multiple of them.
const AttentionCase kAttentionCases[] = {
    {1, 1, 1, 2, false}, {7, 7, 2, 4, false},   {24, 24, 2, 16, false}, {24, 4, 2, 16, true},
    {35, 6, 3, 6, true}, {35, 35, 3, 18, true}, {70, 70, 1, 64, false},
};

TEST(Ops, AttentionAgreesWithLibTorch) {
  torch::manual_seed(3);
  for (const AttentionCase& shape : kAttentionCases) {
    const AttentionOptions options = OptionsOf(shape);
    const int64_t width = shape.heads * shape.head_size;
    const std::string what =
        std::to_string(shape.tokens) + " tokens, width " + std::to_string(width);
    const Tensor bias = Random({2, 1, 3 * width});
    if (shape.queries == shape.tokens) {
      const Operation whole = [&](const std::vector<Tensor>& in) {
        return std::vector<Tensor>{Attention(in[0], in[1], options)};
      };
      ExpectAgreement(whole, {Random({2, 3, shape.tokens, 3 * width}), bias}, "all of " + what);
    }
    const Operation apart = [&](const std::vector<Tensor>& in) {
      return std::vector<Tensor>{Attention(in[0], in[1], in[2], options)};
    };
    ExpectAgreement(
        apart,
        {Random({2, 3, shape.queries, width}), Random({2, 3, shape.tokens, 2 * width}), bias},
        "queries apart, " + what);
  }
}

// The other ways to compute it: step by step in float, flash attention in bfloat16.
TEST(Ops, AttentionIsTheSameHoweverItIsComputed) {
  torch::manual_seed(4);
  for (const bool rotary : {false, true}) {
    AttentionOptions options = OptionsOf({13, 13, 2, 16, rotary});
    const Tensor projected = torch::randn({2, 3, 13, 96}), bias = torch::randn({2, 1, 96});
    const Tensor fastest = Attention(projected, bias, options);
    const auto rest = [&](const AttentionOptions& with) {
      return Attention(projected.narrow(2, 9, 4).narrow(3, 0, 32), projected.narrow(3, 32, 64),
                       bias, with);
    };
    const Tensor last = rest(options);
    options.kind = AttentionKind::kStepByStep;
    EXPECT_TRUE(torch::allclose(Attention(projected, bias, options), fastest, 1e-4, 1e-5));
    EXPECT_TRUE(torch::allclose(rest(options), last, 1e-4, 1e-5));
    options.kind = AttentionKind::kFlash;
    // As autocast has them: the bias of float32 makes the sum float32 again.
    const Tensor flash = Attention(projected.to(torch::kBFloat16), bias, options);
    EXPECT_EQ(flash.scalar_type(), torch::kBFloat16);
    EXPECT_LT((flash.to(torch::kFloat) - fastest).abs().max().item<float>(), 0.05);
  }
}

// Queries that are no multiple of those that are worked on together, with scores far from 0: rows
// that only fill up a group must not show.
TEST(Ops, AttentionOfVeryNegativeScoresAgreesWithLibTorch) {
  const int64_t tokens = 5, width = 16;
  Tensor projected = 0.01 * Random({1, 2, tokens, 3 * width});
  projected.narrow(3, 0, width).add_(5);      // queries
  projected.narrow(3, width, width).sub_(5);  // keys: scores of −100
  const Operation attend = [](const std::vector<Tensor>& in) {
    return std::vector<Tensor>{Attention(in[0], in[1], {1, {}, {}, 0.25})};
  };
  ExpectAgreement(attend, {projected, Random({1, 1, 3 * width}) * 0.01}, "scores of -100");
}

TEST(Ops, AttentionOfLargeScoresStaysFinite) {
  const Tensor projected = 100 * torch::randn({1, 2, 9, 3 * 8});
  const Tensor out = Attention(projected, torch::zeros({1, 1, 3 * 8}), {2, {}, {}});
  EXPECT_TRUE(out.isfinite().all().item<bool>());
}

TEST(Ops, NotANumberIsPassedOn) {
  const Tensor weights = torch::ones({1, 1, 24});
  for (const int64_t place : {5, 13, 21}) {  // among the queries, the keys and the values
    Tensor x = torch::zeros({1, 1, 3, 24});
    x[0][0][1][place] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_FALSE(BiasNorm(x, {}, weights, weights).values.isfinite().all().item<bool>());
    EXPECT_FALSE(BiasGelu(x, weights).isfinite().all().item<bool>());
    const Tensor attended = Attention(x, weights, {2, {}, {}});
    EXPECT_FALSE(attended[0][0][1].isfinite().all().item<bool>()) << place;
    EXPECT_FALSE(place > 8 && attended[0][0][2].isfinite().all().item<bool>()) << place;
  }
}

}  // namespace
}  // namespace pathsweep
