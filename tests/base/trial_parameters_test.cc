#include "base/trial_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace pathsweep {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

absl::Status Set(absl::string_view name, const ParameterValue& value) {
  TrialParameters parameters;
  return SetParameter(parameters, name, value);
}

TEST(TrialParameterTable, NamesAreUniqueAndFound) {
  std::set<absl::string_view> names;
  for (const ParameterSpec& spec : TrialParameterTable()) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_EQ(FindParameter(spec.name), &spec);
    EXPECT_FALSE(spec.meaning.empty()) << spec.name;
  }
  EXPECT_EQ(FindParameter("detph"), nullptr);
}

TEST(TrialParameterTable, DefaultsAreValid) {
  for (const ParameterSpec& spec : TrialParameterTable()) {
    EXPECT_TRUE(CheckValue(spec, DefaultValue(spec)).ok()) << spec.name;
  }
  EXPECT_TRUE(CheckTogether({}).ok());
}

TEST(TrialParameterTable, DescribesTypesAndRanges) {
  EXPECT_EQ(TypeName(*FindParameter("objective")), "choice");
  EXPECT_EQ(TypeName(*FindParameter("depth")), "integer");
  EXPECT_EQ(TypeName(*FindParameter("lr")), "real");
  EXPECT_EQ(TypeName(*FindParameter("tie_embeddings")), "flag");
  EXPECT_EQ(RangeText(*FindParameter("edge_direction")), "forward, backward or mixed");
  EXPECT_EQ(RangeText(*FindParameter("degree")), "2 to 256");
  EXPECT_EQ(RangeText(*FindParameter("lr")), "above 0, up to 10");
  EXPECT_EQ(RangeText(*FindParameter("beta1")), "0 to below 1");
  EXPECT_EQ(RangeText(*FindParameter("tie_embeddings")), "true or false");
}

TEST(SetParameter, SetsEachType) {
  TrialParameters parameters;
  EXPECT_TRUE(SetParameter(parameters, "objective", std::string("reverse")).ok());
  EXPECT_TRUE(SetParameter(parameters, "depth", int64_t{6}).ok());
  EXPECT_TRUE(SetParameter(parameters, "lr", 3e-3).ok());
  EXPECT_TRUE(SetParameter(parameters, "tie_embeddings", true).ok());
  EXPECT_EQ(parameters.objective, "reverse");
  EXPECT_EQ(parameters.depth, 6);
  EXPECT_EQ(parameters.lr, 3e-3);
  EXPECT_TRUE(parameters.tie_embeddings);
}

TEST(SetParameter, TakesAnIntegerWhereARealIsExpected) {
  TrialParameters parameters;
  EXPECT_TRUE(SetParameter(parameters, "grad_clip", int64_t{2}).ok());
  EXPECT_EQ(parameters.grad_clip, 2.0);
}

TEST(SetParameter, RefusesWhatIsOutsideTheRange) {
  EXPECT_FALSE(Set("lr", 0.0).ok());
  EXPECT_FALSE(Set("lr", -1e-3).ok());
  EXPECT_FALSE(Set("lr", std::numeric_limits<double>::quiet_NaN()).ok());
  EXPECT_FALSE(Set("lr", std::numeric_limits<double>::infinity()).ok());
  EXPECT_FALSE(Set("beta1", 1.0).ok());
  EXPECT_TRUE(Set("beta1", 0.0).ok());
  EXPECT_FALSE(Set("depth", int64_t{0}).ok());
  EXPECT_FALSE(Set("depth", int64_t{129}).ok());
  EXPECT_TRUE(Set("depth", int64_t{128}).ok());
  EXPECT_FALSE(Set("objective", std::string("forward")).ok());
}

TEST(SetParameter, RefusesAnotherType) {
  EXPECT_FALSE(Set("depth", 2.5).ok());
  EXPECT_FALSE(Set("depth", std::string("4")).ok());
  EXPECT_FALSE(Set("tie_embeddings", int64_t{1}).ok());
  EXPECT_FALSE(Set("objective", true).ok());
}

TEST(SetParameter, ErrorsNameTheParameterTheValueAndWhatIsAllowed) {
  EXPECT_EQ(MessageOf(Set("lr", -0.5)), "`lr` must be a number, above 0, up to 10, not `-0.5`");
  EXPECT_EQ(MessageOf(Set("objective", std::string("forward"))),
            "`objective` must be standard, reverse, teacherless, scheduled_sampling or "
            "multi_target, not `forward`");
  EXPECT_EQ(MessageOf(Set("detph", int64_t{4})),
            "unknown parameter `detph`, did you mean `depth`?");
}

TEST(SetParameter, RefusedValueLeavesTheParametersAlone) {
  TrialParameters parameters;
  EXPECT_FALSE(SetParameter(parameters, "lr", -1.0).ok());
  EXPECT_EQ(parameters, TrialParameters());
}

TEST(CheckTogether, NeedsEnoughLabels) {
  TrialParameters parameters{.degree = 2, .length = 5, .nodes = 9};
  EXPECT_TRUE(CheckTogether(parameters).ok());
  parameters.nodes = 8;
  EXPECT_THAT(MessageOf(CheckTogether(parameters)),
              AllOf(HasSubstr("`nodes` is 8"), HasSubstr("G(2,5)"), HasSubstr("at least 9")));
}

TEST(CheckTogether, HeadsDivideTheWidth) {
  TrialParameters parameters{.width = 64, .heads = 6};
  EXPECT_THAT(MessageOf(CheckTogether(parameters)), HasSubstr("not a multiple of `heads` 6"));
}

TEST(CheckTogether, RotaryPositionsNeedAnEvenHeadSize) {
  TrialParameters parameters{.width = 6, .heads = 2};
  EXPECT_TRUE(CheckTogether(parameters).ok());
  parameters.position = "rope";
  EXPECT_THAT(MessageOf(CheckTogether(parameters)), HasSubstr("even; it is 3"));
}

TEST(CheckTogether, OnlyATransformerHasHeads) {
  TrialParameters parameters{.width = 15, .heads = 2};
  EXPECT_FALSE(CheckTogether(parameters).ok());
  parameters.architecture = "lstm";
  EXPECT_TRUE(CheckTogether(parameters).ok());
}

TEST(CheckTogether, BatchesOfManyTargetsHoldWholeGraphs) {
  TrialParameters parameters{.objective = "multi_target", .degree = 3, .batch_size = 64};
  EXPECT_THAT(MessageOf(CheckTogether(parameters)), HasSubstr("must be a multiple of 3, not 64"));
  parameters.batch_size = 63;
  EXPECT_TRUE(CheckTogether(parameters).ok());
}

TEST(CheckTogether, FlashAttentionTakesHeadsOfMultiplesOf8) {
  TrialParameters parameters{.width = 24, .heads = 2, .attention = "flash", .dtype = "bfloat16"};
  EXPECT_THAT(MessageOf(CheckTogether(parameters)), HasSubstr("it is 12"));
  parameters.heads = 3;
  EXPECT_TRUE(CheckTogether(parameters).ok());
}

TEST(CheckTogether, FlashAttentionTakesBfloat16) {
  TrialParameters parameters{.attention = "flash"};
  EXPECT_THAT(MessageOf(CheckTogether(parameters)), HasSubstr("needs `dtype: bfloat16`"));
  parameters.dtype = "bfloat16";
  EXPECT_TRUE(CheckTogether(parameters).ok());
}

TEST(CheckTogether, MupIsForATransformerWithAdamW) {
  TrialParameters parameters{.parametrization = "mup"};
  EXPECT_TRUE(CheckTogether(parameters).ok());
  parameters.optimizer = "muon";
  EXPECT_THAT(MessageOf(CheckTogether(parameters)), HasSubstr("not `transformer` with `muon`"));
  parameters.optimizer = "adamw";
  parameters.architecture = "mamba";
  EXPECT_THAT(MessageOf(CheckTogether(parameters)), HasSubstr("not `mamba` with `adamw`"));
}

TEST(ParseValue, ReadsTheParametersType) {
  const auto parse = [](const char* name, const char* text) {
    return ParseValue(*FindParameter(name), text);
  };
  EXPECT_EQ(parse("depth", "3"), ParameterValue(int64_t{3}));
  EXPECT_EQ(parse("lr", "3"), ParameterValue(3.0));
  EXPECT_EQ(parse("tie_embeddings", "true"), ParameterValue(true));
  EXPECT_EQ(parse("norm", "rmsnorm"), ParameterValue(std::string("rmsnorm")));
  EXPECT_EQ(parse("depth", "three"), ParameterValue(std::string("three")));
}

TEST(FormatValue, IsTheShortestTextThatReadsBack) {
  EXPECT_EQ(FormatValue(1e-3), "0.001");
  EXPECT_EQ(FormatValue(3e-5), "3e-05");
  EXPECT_EQ(FormatValue(int64_t{-7}), "-7");
  EXPECT_EQ(FormatValue(true), "true");
  EXPECT_EQ(FormatValue(std::string("rope")), "rope");
  EXPECT_EQ(std::stod(FormatValue(0.1 + 0.2)), 0.1 + 0.2);
}

}  // namespace
}  // namespace pathsweep
