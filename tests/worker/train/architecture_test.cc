// What holds of every architecture; tests/worker/train/test_numerics.py holds their numbers against
// PyTorch's.
#include "worker/train/architecture.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <string>
#include <vector>

#include "tests/worker/train/tensors.h"
#include "worker/train/model.h"
#include "worker/train/scan.h"

namespace pathsweep {
namespace {

std::vector<TrialParameters> All() {
  TrialParameters base;
  base.length = 4;
  base.nodes = 8;
  base.depth = 2;
  base.width = 16;
  base.init_std = 0.2;
  std::vector<TrialParameters> all;
  for (const char* position : {"learned", "rope", "sinusoidal", "none"}) {
    all.push_back(base);
    all.back().position = position;
  }
  all[1].norm = "rmsnorm";
  all[2].activation = "swiglu";
  all[3].parametrization = "mup";
  for (const char* architecture : {"mamba", "lstm", "gru"}) {
    all.push_back(base);
    all.back().architecture = architecture;
  }
  return all;
}

std::string NameOf(const TrialParameters& parameters) {
  return parameters.architecture + " " + parameters.position;
}

TEST(Architecture, TwoTrialsInABatchAreTwoTrialsAlone) {
  for (const TrialParameters& parameters : All()) {
    const Model model(ModelShapeOf(parameters), torch::kCPU);
    const torch::Tensor weights =
        torch::cat({InitialRow(model, parameters, 1), InitialRow(model, parameters, 2)});
    const torch::Tensor tokens = torch::stack({Inputs(parameters, 0), Inputs(parameters, 100)});
    const torch::Tensor together = model.Logits(weights, tokens);
    for (int64_t k = 0; k < 2; ++k) {
      const torch::Tensor alone = model.Logits(weights.narrow(0, k, 1), tokens.narrow(0, k, 1));
      EXPECT_TRUE(torch::allclose(together.narrow(0, k, 1), alone, 1e-4, 1e-5))
          << NameOf(parameters);
    }
  }
}

TEST(Architecture, TrialsOfABatchHaveGradientsOfTheirOwn) {
  for (const TrialParameters& parameters : All()) {
    const Model model(ModelShapeOf(parameters), torch::kCPU);
    torch::Tensor weights =
        InitialRow(model, parameters, 1).repeat({2, 1}).detach().requires_grad_();
    const torch::Tensor tokens = torch::stack({Inputs(parameters, 0), Inputs(parameters, 100)});
    model.Logits(weights, tokens).select(0, 0).square().sum().backward();
    EXPECT_GT(weights.grad()[0].abs().max().item<float>(), 0) << NameOf(parameters);
    EXPECT_EQ(weights.grad()[1].abs().max().item<float>(), 0) << NameOf(parameters);
  }
}

TEST(Architecture, LaterTokensDoNotReachEarlierTargets) {
  for (const TrialParameters& parameters : All()) {
    const Model model(ModelShapeOf(parameters), torch::kCPU);
    const torch::Tensor weights = InitialRow(model, parameters, 1);
    torch::Tensor tokens = Inputs(parameters, 0).unsqueeze(0);
    const torch::Tensor before = model.Logits(weights, tokens);
    tokens = tokens.clone();
    tokens.select(2, tokens.size(2) - 1).fill_(0);
    const torch::Tensor after = model.Logits(weights, tokens);
    const int64_t last = parameters.length - 1;
    EXPECT_TRUE(before.narrow(2, 0, last).equal(after.narrow(2, 0, last))) << NameOf(parameters);
    EXPECT_FALSE(before.select(2, last).equal(after.select(2, last))) << NameOf(parameters);
  }
}

// The first token of all, over the whole sequence.
TEST(Architecture, EarlierTokensReachLaterTargets) {
  for (const TrialParameters& parameters : All()) {
    const Model model(ModelShapeOf(parameters), torch::kCPU);
    const torch::Tensor weights = InitialRow(model, parameters, 1);
    torch::Tensor tokens = Inputs(parameters, 0).unsqueeze(0);
    const torch::Tensor before = model.Logits(weights, tokens);
    tokens = tokens.clone();
    tokens.select(2, 0).add_(1).remainder_(8);
    const torch::Tensor change = (model.Logits(weights, tokens) - before).abs().amax({0, 1, 3});
    EXPECT_GT(change.min().item<float>(), 0) << NameOf(parameters);
  }
}

torch::Tensor ScanStepByStep(const torch::Tensor& factors, const torch::Tensor& terms) {
  std::vector<torch::Tensor> all = {0 * factors.select(2, 0) + terms.select(2, 0)};
  for (int64_t t = 1; t < terms.size(2); ++t) {
    all.push_back(factors.select(2, t) * all.back() + terms.select(2, t));
  }
  return torch::stack(all, 2);
}

TEST(Scan, IsTheRecurrenceStepByStep) {
  torch::manual_seed(1);
  for (const int64_t time : {1, 2, 3, 4, 5, 7, 8, 13, 32, 33}) {
    std::vector<torch::Tensor> results;
    for (const auto& scan : {Scan, ScanStepByStep}) {
      torch::manual_seed(time);
      const torch::Tensor factors = torch::rand({2, 3, time, 4}, torch::kDouble).requires_grad_();
      const torch::Tensor terms = torch::randn({2, 3, time, 4}, torch::kDouble).requires_grad_();
      const torch::Tensor all = scan(factors, terms);
      (all * torch::randn(all.sizes(), torch::kDouble)).sum().backward();
      results.push_back(torch::stack({all.detach(), factors.grad(), terms.grad()}));
    }
    EXPECT_TRUE(torch::allclose(results[0], results[1], 1e-12, 1e-12)) << time << " tokens";
  }
}

TEST(Scan, OfADyingStateStaysFinite) {
  const torch::Tensor factors = torch::full({1, 1, 300, 1}, 1e-30F).requires_grad_();
  const torch::Tensor terms = torch::ones({1, 1, 300, 1}).requires_grad_();
  const torch::Tensor all = Scan(factors, terms);
  all.sum().backward();
  EXPECT_TRUE(all.isfinite().all().item<bool>());
  EXPECT_TRUE(factors.grad().isfinite().all().item<bool>());
}

// In bfloat16 a number has eight bits: its products are off by a few parts in a thousand.
TEST(Autocast, AgreesWithFloat32WithinItsPrecision) {
  std::vector<TrialParameters> all = All();
  all.push_back(all[0]);
  all.back().attention = "flash";
  for (TrialParameters half : all) {
    TrialParameters whole = half;
    whole.attention = "auto";
    half.dtype = "bfloat16";
    const Model rough(ModelShapeOf(half), torch::kCPU), exact(ModelShapeOf(whole), torch::kCPU);
    const torch::Tensor tokens = Inputs(half, 0).unsqueeze(0);
    std::vector<torch::Tensor> logits, gradients;
    for (const Model* model : {&rough, &exact}) {
      torch::Tensor weights = InitialRow(*model, half, 1).requires_grad_();
      logits.push_back(model->Logits(weights, tokens));
      EXPECT_EQ(logits.back().scalar_type(), torch::kFloat);
      logits.back().square().mean().backward();
      gradients.push_back(weights.grad());
    }
    const auto distance = [](const std::vector<torch::Tensor>& of) {
      return ((of[0] - of[1]).norm() / of[1].norm()).item<double>();
    };
    EXPECT_LT(distance(logits), 0.03) << NameOf(half);
    EXPECT_GT(distance(logits), 0) << NameOf(half);
    EXPECT_LT(distance(gradients), 0.06) << NameOf(half);
  }
}

TEST(Mup, IsTheStandardParametrizationAtTheBaseWidth) {
  TrialParameters standard = All().front();
  TrialParameters mup = standard;
  mup.parametrization = "mup";
  mup.mup_base_width = mup.width;
  const Model one(ModelShapeOf(standard), torch::kCPU), other(ModelShapeOf(mup), torch::kCPU);
  const torch::Tensor weights = InitialRow(one, standard, 1);
  EXPECT_TRUE(weights.equal(InitialRow(other, mup, 1)));
  const torch::Tensor tokens = Inputs(standard, 0).unsqueeze(0);
  EXPECT_TRUE(one.Logits(weights, tokens).equal(other.Logits(weights, tokens)));
}

}  // namespace
}  // namespace pathsweep
