#include "base/claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pathsweep {
namespace {

using testing::HasSubstr;

Expression Number(const std::string& text) {
  return Expression::Parse(text, Expression::Type::kNumber).value();
}

Claim AtLeast(const std::string& bound) {
  return {"c", {}, "exact_match", BoundClaim{BoundClaim::Side::kAtLeast, Number(bound)}};
}

Claim Compare(const std::string& first, const std::string& second) {
  return {"c", {}, "exact_match", ComparisonClaim{"objective", first, second, Number("0.3")}};
}

Grid SmallGrid() {
  Grid grid;
  grid.axes = {{"objective", {std::string("standard"), std::string("teacherless")}},
               {"degree", {int64_t{2}, int64_t{3}}},
               {"lr", {1e-3, 2e-3}}};
  return grid;
}

std::string Refusal(const absl::Status& status) {
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("claim `"));
  return std::string(status.message());
}

TEST(CheckClaim, RefusesWhatThereIsNot) {
  Claim claim = AtLeast("0.5");
  EXPECT_TRUE(CheckClaim(claim).ok());
  claim.metric = "exact_mach";
  EXPECT_THAT(Refusal(CheckClaim(claim)), HasSubstr("did you mean `exact_match`"));
  claim = AtLeast("0.5");
  claim.where = {{"objectiv", {std::string("standard")}}};
  EXPECT_THAT(Refusal(CheckClaim(claim)), HasSubstr("did you mean `objective`"));
  claim.where = {{"objective", {std::string("standrad")}}};
  EXPECT_THAT(Refusal(CheckClaim(claim)), HasSubstr("standrad"));
  claim.where = {{.parameter = "objective", .lowest = 1}};
  EXPECT_THAT(Refusal(CheckClaim(claim)), HasSubstr("has no range"));
  claim.where = {{.parameter = "lr", .lowest = 2, .highest = 1}};
  EXPECT_THAT(Refusal(CheckClaim(claim)), HasSubstr("from 2 to 1"));
  claim = AtLeast("0.5");
  for (const std::string name : {"", "a b", "ä"}) {
    claim.name = name;
    EXPECT_THAT(Refusal(CheckClaim(claim)), HasSubstr("a claim's name"));
  }
}

TEST(CheckClaim, RefusesComparisonsThatCompareNothing) {
  EXPECT_TRUE(CheckClaim(Compare("teacherless", "standard")).ok());
  EXPECT_THAT(Refusal(CheckClaim(Compare("standard", "standard"))), HasSubstr("with itself"));
  Claim claim = Compare("teacherless", "standard");
  claim.where = {{"objective", {std::string("standard")}}};
  EXPECT_THAT(Refusal(CheckClaim(claim)), HasSubstr("restricts `objective`"));
}

TEST(CheckClaims, RefusesWhatIsAboutNoConfigOfTheGrid) {
  const Grid grid = SmallGrid();
  EXPECT_TRUE(CheckClaims({AtLeast("0.5"), Compare("teacherless", "standard")}, grid).code() ==
              absl::StatusCode::kInvalidArgument)
      << "two of one name";
  Claim claim = AtLeast("0.5");
  claim.where = {{.parameter = "lr", .lowest = 0.1, .highest = 1}};
  EXPECT_THAT(Refusal(CheckClaims({claim}, grid)), HasSubstr("no value of `lr` fits"));
  claim.where = {{.parameter = "depth", .lowest = 100}};
  EXPECT_THAT(Refusal(CheckClaims({claim}, grid)), HasSubstr("no value of `depth` fits"));
  EXPECT_THAT(Refusal(CheckClaims({Compare("reverse", "standard")}, grid)),
              HasSubstr("no trial with `objective` = reverse"));
}

TEST(CheckClaims, RefusesBoundsThatAreNoNumberWhereTheyAreAskedFor) {
  const Grid grid = SmallGrid();
  Claim claim = AtLeast("1/(degree - 3)");
  EXPECT_THAT(Refusal(CheckClaims({claim}, grid)), HasSubstr("degree = 3"));
  claim.where = {{"degree", {int64_t{2}}}};
  EXPECT_TRUE(CheckClaims({claim}, grid).ok()) << "3 is not asked for";
}

TEST(ClaimCondition, FitsValuesOrARangeWithItsEnds) {
  const ClaimCondition values{"degree", {int64_t{2}, int64_t{5}}};
  EXPECT_TRUE(values.Fits(int64_t{5}));
  EXPECT_FALSE(values.Fits(int64_t{3}));
  const ClaimCondition range{.parameter = "degree", .lowest = 2, .highest = 4};
  EXPECT_TRUE(range.Fits(int64_t{2}));
  EXPECT_TRUE(range.Fits(int64_t{4}));
  EXPECT_FALSE(range.Fits(int64_t{5}));
}

}  // namespace
}  // namespace pathsweep
