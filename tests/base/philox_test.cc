#include "base/philox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace pathsweep {
namespace {

using ::testing::ElementsAre;

// The known answers that the authors' library, Random123, checks itself against
// (tests/kat_vectors, philox4x32 with 10 rounds).
struct KnownAnswer {
  PhiloxBlock counter;
  uint64_t key;
  std::array<uint32_t, 4> result;
};
const KnownAnswer kKnownAnswers[] = {
    {{{0, 0, 0, 0}}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
     0xffffffffffffffff,
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
     0x299f31d0a4093822,
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

TEST(Philox, GivesTheKnownAnswers) {
  for (const KnownAnswer& known : kKnownAnswers) {
    EXPECT_THAT(Philox4x32(known.counter, known.key).words,
                ElementsAre(known.result[0], known.result[1], known.result[2], known.result[3]));
  }
}

TEST(PhiloxStream, DrawsTheBlocksOfItsKeyStreamAndIndexInOrder) {
  constexpr uint64_t kKey = 0x0123456789abcdef;
  constexpr uint64_t kIndex = 0xfedcba9876543210;
  PhiloxStream random(kKey, /*stream=*/7, kIndex);
  for (uint32_t block = 0; block < 3; ++block) {
    const PhiloxBlock expected = Philox4x32({{0x76543210, 0xfedcba98, 7, block}}, kKey);
    for (uint32_t word : expected.words) EXPECT_EQ(random.Next(), word);
  }
}

TEST(PhiloxStream, KeysStreamsAndIndicesDiffer) {
  const uint32_t first = PhiloxStream(1, 1, 1).Next();
  EXPECT_NE(first, PhiloxStream(2, 1, 1).Next());
  EXPECT_NE(first, PhiloxStream(1, 2, 1).Next());
  EXPECT_NE(first, PhiloxStream(1, 1, 2).Next());
  EXPECT_NE(first, PhiloxStream(1, 1, 1 + (uint64_t{1} << 32)).Next());
}

TEST(PhiloxStream, BelowIsUniformOverItsRange) {
  constexpr int kBound = 7;
  constexpr double kDraws = 70000;
  std::vector<int> counts(kBound);
  PhiloxStream random(1, 1, 1);
  for (int i = 0; i < kDraws; ++i) ++counts.at(random.Below(kBound));
  double chi_square = 0;
  for (int count : counts) {
    const double excess = count - kDraws / kBound;
    chi_square += excess * excess / (kDraws / kBound);
  }
  EXPECT_LT(chi_square, 22.46);  // 99.9th percentile, 6 degrees of freedom
}

TEST(PhiloxStream, UniformIsNeverZeroAndHasItsMoments) {
  constexpr int kDraws = 100000;
  PhiloxStream random(1, 1, 1);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.Uniform();
    ASSERT_GT(value, 0);
    ASSERT_LE(value, 1);
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 1.0 / 2, 0.005);
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 0.005);
}

}  // namespace
}  // namespace pathsweep
