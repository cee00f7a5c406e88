// The GPU's AdamW, element by element on the CPU, against the kernel that trains there.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "worker/cpu/adamw.h"
#include "worker/cuda/adamw_element.h"

namespace pathsweep {
namespace {

struct Weights {
  std::vector<float> values, first_moment, second_moment;
};

Weights Random(size_t count, std::mt19937& random) {
  std::normal_distribution<float> normal;
  Weights weights{std::vector<float>(count), std::vector<float>(count), std::vector<float>(count)};
  for (float& value : weights.values) value = normal(random);
  return weights;
}

constexpr size_t kCount = 1003;

TEST(AdamWTwin, AgreesWithTheCpusKernel) {
  const unsigned seed = 20261125;
  std::mt19937 random(seed);
  Weights kernel = Random(kCount, random), twin = kernel;
  std::normal_distribution<float> normal;
  for (int step = 1; step <= 10; ++step) {
    std::vector<float> gradient(kCount);
    for (float& value : gradient) value = 0.1F * normal(random);
    const cpu::AdamWScalars scalars{
        .beta1 = 0.9F,
        .rest1 = 0.1F,
        .beta2 = 0.999F,
        .rest2 = 0.001F,
        .step_size = static_cast<float>(1e-3 / (1 - std::pow(0.9, step))),
        .correction2 = static_cast<float>(1 / (1 - std::pow(0.999, step))),
        .decay = 1e-4F,
        .epsilon = 1e-8F};
    const auto norm = static_cast<float>(std::sqrt(cpu::SumOfSquares(kCount, gradient.data())));
    ASSERT_GT(norm, 0.5F) << "so that it is clipped";
    const float clip = cuda::ClipFactor(/*grad_clip=*/0.5F, norm);
    cpu::AdamWStep(kCount, clip, scalars,
                   {kernel.values.data(), gradient.data(), kernel.first_moment.data(),
                    kernel.second_moment.data()});
    for (size_t i = 0; i < kCount; ++i) {
      cuda::AdamWElement(scalars, gradient[i] * clip, /*lr_factor=*/1, /*decays=*/1, twin.values[i],
                         twin.first_moment[i], twin.second_moment[i]);
    }
  }
  for (size_t i = 0; i < kCount; ++i) {
    ASSERT_NEAR(kernel.values[i], twin.values[i], 1e-6) << "seed " << seed << ", weight " << i;
    ASSERT_NEAR(kernel.second_moment[i], twin.second_moment[i], 1e-9);
  }
}

TEST(AdamWTwin, RatesAndDecayAreTheWeightsOwn) {
  const cpu::AdamWScalars scalars{0, 1, 0, 1, 0.25F, 1, 0.5F, 0};
  const auto step = [&](float lr_factor, float decays) {
    float weight = 8, first = 0, second = 0;
    cuda::AdamWElement(scalars, 3, lr_factor, decays, weight, first, second);
    return weight;
  };
  EXPECT_EQ(step(1, 0), 7.75F);
  EXPECT_EQ(step(0.5F, 0), 7.875F);
  EXPECT_EQ(step(1, 1), 3.75F);
}

TEST(ClipFactor, LeavesSmallGradientsAlone) {
  EXPECT_EQ(cuda::ClipFactor(/*grad_clip=*/0, 100), 1);
  EXPECT_EQ(cuda::ClipFactor(/*grad_clip=*/2, 1), 1);
  EXPECT_NEAR(cuda::ClipFactor(/*grad_clip=*/2, 8), 0.25, 1e-6);
}

}  // namespace
}  // namespace pathsweep
