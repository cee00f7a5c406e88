#include "worker/train/memory_probe.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace pathsweep {
namespace {

constexpr int64_t kMiB = 1 << 20;

TEST(RoomFor, IsWhatTheFreeMemoryHoldsWithATenthToSpare) {
  EXPECT_EQ(RoomFor(1, 100, 1000), 9);
  EXPECT_EQ(RoomFor(4, 100, 1000), 36);
  EXPECT_EQ(RoomFor(1, 100, 99), 0);
  EXPECT_EQ(RoomFor(1, 100, 0), 0);
}

TEST(RoomFor, IsBoundedWhereNothingWasTaken) { EXPECT_EQ(RoomFor(1, 0, 1'000'000'000), 1'000'000); }

TEST(MemoryProbe, SeesTheHighestUseAndForgetsItWhenRestarted) {
  MemoryProbe probe(torch::kCPU);
  const int64_t free = probe.Free();
  EXPECT_GT(free, 64 * kMiB);
  {
    const torch::Tensor taken = torch::ones({64 * kMiB}, torch::kByte);  // written, so it is there
    EXPECT_GE(probe.Peak(), 63 * kMiB);
  }
  EXPECT_GE(probe.Peak(), 63 * kMiB) << "of a use that is over";
  probe.Restart();
  EXPECT_LT(probe.Peak(), 32 * kMiB);
}

}  // namespace
}  // namespace pathsweep
