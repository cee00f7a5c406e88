#include "base/utf8.h"

#include <gtest/gtest.h>

namespace pathsweep {
namespace {

TEST(Utf8Prefix, KeepsWhatFits) {
  EXPECT_EQ(Utf8Prefix("", 0), "");
  EXPECT_EQ(Utf8Prefix("abc", 3), "abc");
  EXPECT_EQ(Utf8Prefix("abc", 2), "ab");
}

TEST(Utf8Prefix, LeavesNoHalfCharacter) {
  EXPECT_EQ(Utf8Prefix("é→😀", 2), "é");
  EXPECT_EQ(Utf8Prefix("é→😀", 1), "");
  EXPECT_EQ(Utf8Prefix("é→😀", 4), "é");
  EXPECT_EQ(Utf8Prefix("é→😀", 8), "é→");
  EXPECT_EQ(Utf8Prefix("é→😀", 9), "é→😀");
}

}  // namespace
}  // namespace pathsweep
