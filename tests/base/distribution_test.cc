#include "base/distribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

namespace pathsweep {
namespace {

using testing::HasSubstr;

const ParameterSpec& Lr() { return *FindParameter("lr"); }
const ParameterSpec& Depth() { return *FindParameter("depth"); }

double RealAt(const Distribution& distribution, double share) {
  return std::get<double>(ValueAt(Lr(), distribution, share));
}

// Quantiles of SciPy 1.17: norm, lognorm(s=sigma, scale=exp(mu)), beta, and by hand.
TEST(ValueAt, IsTheQuantile) {
  EXPECT_DOUBLE_EQ(RealAt({"uniform", 1, 3}, 0.25), 1.5);
  EXPECT_NEAR(RealAt({"log_uniform_values", 1e-4, 1e-2}, 0.5), 1e-3, 1e-15);
  EXPECT_NEAR(RealAt({"log_uniform", std::log(1e-4), std::log(1e-2)}, 0.25), std::pow(10, -3.5),
              1e-15);
  EXPECT_NEAR(RealAt({"inv_log_uniform_values", 1e-4, 1e-2}, 0.5), 1e-3, 1e-15);
  EXPECT_NEAR(RealAt({"inv_log_uniform", std::log(1e2), std::log(1e4)}, 0.25), std::pow(10, -3.5),
              1e-15);
  EXPECT_NEAR(RealAt({"normal", 1, 2}, 0.975), 4.919927969080108, 1e-12);
  EXPECT_NEAR(RealAt({"log_normal", -1, 0.5}, 0.1), 0.19382961427318932, 1e-12);
  EXPECT_NEAR(RealAt({"beta", 2, 3}, 0.5), 0.38572756813238945, 1e-12);
  EXPECT_DOUBLE_EQ(RealAt({"q_uniform", 0, 1, 0.25}, 0.4), 0.5);
  EXPECT_DOUBLE_EQ(RealAt({"q_normal", 0, 1, 0.5}, 0.975), 2);
}

TEST(ValueAt, OfAnIntegerParameterIsAnIntegerAndAllAreAlikeLikely) {
  std::map<int64_t, int> seen;
  for (int i = 0; i < 300; ++i) {
    ++seen[std::get<int64_t>(ValueAt(Depth(), {"int_uniform", 2, 4}, (i + 0.5) / 300))];
  }
  EXPECT_EQ(seen, (std::map<int64_t, int>{{2, 100}, {3, 100}, {4, 100}}));
  EXPECT_EQ(ValueAt(Depth(), {"uniform", 2, 4}, 0.4), ParameterValue(int64_t{3}));
}

TEST(ValueAt, TakesCategoriesByTheirProbabilities) {
  const ParameterSpec& objective = *FindParameter("objective");
  Distribution distribution{.kind = "categorical",
                            .values = {std::string("standard"), std::string("reverse")}};
  EXPECT_EQ(ValueAt(objective, distribution, 0.49), ParameterValue(std::string("standard")));
  distribution.probabilities = {0.1, 0.9};
  EXPECT_EQ(ValueAt(objective, distribution, 0.11), ParameterValue(std::string("reverse")));
  EXPECT_EQ(ValueAt(objective, distribution, 0.09), ParameterValue(std::string("standard")));
}

TEST(CheckDistribution, SaysWhatIsWrong) {
  const auto problem = [](const ParameterSpec& spec, const Distribution& distribution) {
    const absl::Status status = CheckDistribution(spec, distribution);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << distribution.kind;
    return std::string(status.message());
  };
  EXPECT_THAT(problem(Lr(), {"log_uniform_value", 1e-4, 1e-2}),
              HasSubstr("did you mean `log_uniform_values`?"));
  EXPECT_THAT(problem(Lr(), {"uniform", 1e-2, 1e-4}), HasSubstr("`min` must be below `max`"));
  EXPECT_THAT(problem(Lr(), {"log_uniform_values", 0, 1e-2}), HasSubstr("above 0"));
  EXPECT_THAT(problem(Lr(), {"uniform", -1, 1e-2}), HasSubstr("`lr` must be"));
  EXPECT_THAT(problem(Lr(), {"q_uniform", 1e-3, 1e-2, 0}), HasSubstr("`q` must be above 0"));
  EXPECT_THAT(problem(Lr(), {"normal", 0, 0}), HasSubstr("`sigma`"));
  EXPECT_THAT(problem(Lr(), {"beta", 0, 1}), HasSubstr("`a` and `b`"));
  EXPECT_THAT(problem(Lr(), {"uniform", 1e-3, HUGE_VAL}), HasSubstr("finite"));
  EXPECT_THAT(problem(Depth(), {"int_uniform", 1.5, 4}), HasSubstr("integers"));
  EXPECT_THAT(problem(Depth(), {"int_uniform", 1, 1'000'000}), HasSubstr("`depth` must be"));
  EXPECT_THAT(problem(*FindParameter("objective"), {"uniform", 0, 1}), HasSubstr("write `values`"));
  Distribution categories{.kind = "categorical", .values = {1e-3, 2e-3}, .probabilities = {0.5}};
  EXPECT_THAT(problem(Lr(), categories), HasSubstr("2 numbers"));
  categories.probabilities = {0.5, 0.6};
  EXPECT_THAT(problem(Lr(), categories), HasSubstr("add up to 1"));
}

}  // namespace
}  // namespace pathsweep
