#include "client/sweep_file/text_file.h"

#include <gtest/gtest.h>

#include <string>

namespace pathsweep {
namespace {

TEST(CheckUtf8, TakesWhatUnicodeHas) {
  EXPECT_EQ(CheckUtf8("", "f"), absl::OkStatus());
  EXPECT_EQ(CheckUtf8("a\té→😀\n", "f"), absl::OkStatus());
  EXPECT_EQ(CheckUtf8("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF", "f"), absl::OkStatus())
      << "beside the surrogates, and the last character";
}

TEST(CheckUtf8, NamesThePlaceOfWhatIsNone) {
  const std::string wrong[] = {
      std::string(1, '\0'), "\x80", "\xC3", "\xC3(", "\xC0\xAF",
      "\xE0\x80\x80",  // longer than it need be
      "\xF0\x80\x80\x80",
      "\xED\xA0\x80",      // half of a pair
      "\xF4\x90\x80\x80",  // beyond the last
      "\xF5\x80\x80\x80",
  };
  for (const std::string& bytes : wrong) {
    EXPECT_EQ(CheckUtf8("a\né" + bytes, "f").message(),
              "f:2:2: not UTF-8 text; save the file as UTF-8");
  }
}

}  // namespace
}  // namespace pathsweep
