#include "base/trial_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace pathsweep {
namespace {

using testing::HasSubstr;
using testing::Not;

// Another value than the default of every parameter.
ParameterValue OtherValue(const ParameterSpec& spec) {
  const ParameterValue value = DefaultValue(spec);
  if (const auto* flag = std::get_if<bool>(&value)) return !*flag;
  if (const auto* integer = std::get_if<int64_t>(&value)) return *integer + 1;
  if (const auto* real = std::get_if<double>(&value)) return *real + 0.01;
  return std::get<std::vector<std::string>>(spec.range).back();
}

// What a trial may have for itself is listed there; a new parameter is not, and so cannot be
// fused wrongly by being forgotten.
TEST(ShapeKey, DiffersByWhatTheModelOrTheTaskIsMadeOf) {
  const std::set<absl::string_view> shape = {
      "degree",     "length",         "nodes",          "architecture",   "depth",
      "width",      "heads",          "norm",           "position",       "parametrization",
      "activation", "optimizer",      "mup_base_width", "mup_base_heads", "attention",
      "dtype",      "tie_embeddings", "batch_size"};
  for (const ParameterSpec& spec : TrialParameterTable()) {
    TrialParameters other;
    PutParameter(other, spec, OtherValue(spec));
    ASSERT_NE(GetParameter(other, spec), DefaultValue(spec)) << spec.name;
    EXPECT_EQ(ShapeKey(other) != ShapeKey({}), shape.contains(spec.name)) << spec.name;
  }
}

TEST(ShapeKey, NamesItsParameters) {
  EXPECT_THAT(ShapeKey({}), HasSubstr("depth=4 width=64"));
  EXPECT_THAT(ShapeKey({}), Not(HasSubstr("lr=")));
}

}  // namespace
}  // namespace pathsweep
