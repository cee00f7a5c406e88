#include "base/suggest.h"

#include <gtest/gtest.h>

#include <string>

namespace pathsweep {
namespace {

constexpr absl::string_view kKnown[] = {"depth", "degree", "lr", "width", "weight_decay"};

TEST(DidYouMean, FindsTheClosestName) {
  EXPECT_EQ(DidYouMean("detph", kKnown), ", did you mean `depth`?");   // swapped
  EXPECT_EQ(DidYouMean("degre", kKnown), ", did you mean `degree`?");  // left out
  EXPECT_EQ(DidYouMean("widths", kKnown), ", did you mean `width`?");  // put in
  EXPECT_EQ(DidYouMean("l", kKnown), ", did you mean `lr`?");          // short
  EXPECT_EQ(DidYouMean("weigth-decay", kKnown), ", did you mean `weight_decay`?");
}

TEST(DidYouMean, SaysNothingWhenNothingIsClose) {
  EXPECT_EQ(DidYouMean("momentum", kKnown), "");
  EXPECT_EQ(DidYouMean("", kKnown), "");
  EXPECT_EQ(DidYouMean("depth", {}), "");
  EXPECT_EQ(DidYouMean(std::string(1'000'000, 'd'), kKnown), "");
  EXPECT_EQ(DidYouMean(std::string(64, 'd'), {std::string(70, 'd')}), "");
}

}  // namespace
}  // namespace pathsweep
