#include "worker/task/sample_order.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace pathsweep {
namespace {

std::vector<uint64_t> Epoch(uint64_t seed, uint64_t train_samples, uint64_t epoch) {
  std::vector<uint64_t> order;
  for (uint64_t i = 0; i < train_samples; ++i) {
    order.push_back(TrainingGraph(seed, train_samples, epoch * train_samples + i));
  }
  return order;
}

TEST(TrainingGraph, WithoutATrainingSetEveryGraphIsNew) {
  for (uint64_t position : {uint64_t{0}, uint64_t{17}, uint64_t{1} << 40}) {
    EXPECT_EQ(TrainingGraph(1, 0, position), position);
  }
}

TEST(TrainingGraph, EveryEpochShowsEveryGraphOnce) {
  for (uint64_t train_samples : {1, 2, 3, 4, 5, 63, 64, 65, 1000, 4096, 4097}) {
    for (uint64_t epoch : {0, 1, 1000}) {
      const std::vector<uint64_t> order = Epoch(1, train_samples, epoch);
      const std::set<uint64_t> graphs(order.begin(), order.end());
      EXPECT_EQ(graphs.size(), train_samples) << "epoch " << epoch;
      EXPECT_EQ(*graphs.rbegin(), train_samples - 1);
    }
  }
}

TEST(TrainingGraph, EpochsAndSeedsHaveOrdersOfTheirOwn) {
  EXPECT_EQ(Epoch(1, 100, 0), Epoch(1, 100, 0));
  EXPECT_NE(Epoch(1, 100, 0), Epoch(1, 100, 1));
  EXPECT_NE(Epoch(1, 100, 0), Epoch(2, 100, 0));
}

TEST(TrainingGraph, OrderDoesNotFollowTheIndex) {
  constexpr uint64_t kSamples = 1000;
  const std::vector<uint64_t> order = Epoch(1, kSamples, 0);
  double product = 0;
  for (uint64_t i = 0; i < kSamples; ++i) {
    product += (static_cast<double>(i) - 499.5) * (static_cast<double>(order[i]) - 499.5);
  }
  const double correlation = product / (kSamples * (kSamples * kSamples - 1.0) / 12);
  EXPECT_LT(std::abs(correlation), 4 / std::sqrt(kSamples));
}

TEST(TrainingGraph, ReachesTheLargestTrainingSet) {
  constexpr uint64_t kSamples = 1'000'000'000;
  std::set<uint64_t> graphs;
  for (uint64_t i = 0; i < 1000; ++i) {
    const uint64_t graph = TrainingGraph(1, kSamples, 3 * kSamples + i);
    EXPECT_LT(graph, kSamples);
    graphs.insert(graph);
  }
  EXPECT_EQ(graphs.size(), 1000u);
}

}  // namespace
}  // namespace pathsweep
