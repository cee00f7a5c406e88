#include "worker/train/memory_probe.h"

#include <gtest/gtest.h>
#include <string.h>
#include <sys/mman.h>
#include <torch/torch.h>

namespace pathsweep {
namespace {

constexpr int64_t kMiB = 1 << 20;

// Memory of the system's, written, so that it is there.
class Pages {
 public:
  explicit Pages(size_t bytes)
      : bytes_(bytes),
        memory_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    memset(memory_, 'x', bytes);
  }
  ~Pages() { munmap(memory_, bytes_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

 private:
  const size_t bytes_;
  void* const memory_;
};

TEST(RoomFor, IsWhatTheFreeMemoryHoldsWithATenthToSpare) {
  EXPECT_EQ(RoomFor(10, 1000, 500), 4);
  EXPECT_EQ(RoomFor(10, 1000, 99), 0);
  EXPECT_EQ(RoomFor(1, 100, 0), 0);
}

TEST(RoomFor, AtMostDoublesWhatIsThere) {
  EXPECT_EQ(RoomFor(1, 100, 1'000'000), 1);
  EXPECT_EQ(RoomFor(4, 100, 1'000'000), 4);
  EXPECT_EQ(RoomFor(8, 0, 1'000'000), 8) << "nothing was seen to be taken";
}

TEST(MemoryProbe, SeesTheHighestUseAndForgetsItWhenRestarted) {
  MemoryProbe probe(torch::kCPU);
  const int64_t free = probe.Free();
  EXPECT_GT(free, 64 * kMiB);
  {
    const Pages taken(64 * kMiB);
    EXPECT_GE(probe.Peak(), 63 * kMiB);
  }
  EXPECT_GE(probe.Peak(), 63 * kMiB) << "of a use that is over";
  probe.Restart();
  EXPECT_LT(probe.Peak(), 32 * kMiB);
}

}  // namespace
}  // namespace pathsweep
