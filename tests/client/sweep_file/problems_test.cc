#include "client/sweep_file/problems.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

TEST(Problems, NoneIsOk) {
  const Problems problems("f");
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(problems.ToStatus(), absl::OkStatus());
}

TEST(Problems, TheFirstTenStandInOrderOfTheirPlacesAndTheOthersAreCounted) {
  Problems problems("f");
  for (int line = 1'000'000; line > 0; --line) problems.Add({line, 1}, "wrong");
  std::string expected;
  for (int line = 1; line <= 10; ++line) absl::StrAppend(&expected, "f:", line, ":1: wrong\n");
  EXPECT_EQ(problems.ToStatus().message(), absl::StrCat(expected, "f: and 999990 more"));
}

TEST(Problems, OfOnePlaceKeepTheirOrder) {
  Problems problems("f");
  problems.Add({2, 1}, "third");
  problems.Add({1, 1}, "first");
  problems.Add({1, 1}, "second");
  EXPECT_EQ(problems.ToStatus().message(), "f:1:1: first\nf:1:1: second\nf:2:1: third");
}

TEST(Problems, ALongTextIsCutBetweenCharacters) {
  Problems problems("f");
  const std::string head(299, 'x');
  problems.Add({1, 1}, absl::StrCat(head, "é\n"));
  EXPECT_EQ(problems.ToStatus().message(), absl::StrCat("f:1:1: ", head, "..."));
}

}  // namespace
}  // namespace pathsweep
