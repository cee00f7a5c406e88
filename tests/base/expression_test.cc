#include "base/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Type = Expression::Type;

double Number(const std::string& text, const TrialParameters& parameters = {}) {
  const absl::StatusOr<Expression> expression = Expression::Parse(text, Type::kNumber);
  EXPECT_TRUE(expression.ok()) << text << ": " << expression.status();
  return expression.ok() ? expression->Number(parameters).value() : -1;
}

bool Truth(const std::string& text, const TrialParameters& parameters = {}) {
  const absl::StatusOr<Expression> expression = Expression::Parse(text, Type::kTruth);
  EXPECT_TRUE(expression.ok()) << text << ": " << expression.status();
  return expression.ok() && expression->Truth(parameters).value();
}

std::string Problem(const std::string& text, Type wanted = Type::kNumber) {
  return std::string(Expression::Parse(text, wanted).status().message());
}

TEST(Expression, BindsAsMathematicsDoes) {
  EXPECT_EQ(Number("2 + 3 * 4"), 14);
  EXPECT_EQ(Number("(2 + 3) * 4"), 20);
  EXPECT_EQ(Number("10 - 4 - 3"), 3);
  EXPECT_EQ(Number("16 / 4 / 2"), 2);
  EXPECT_EQ(Number("2 * 3 ^ 2"), 18);
  EXPECT_EQ(Number("-2 ^ 2"), -4);
  EXPECT_EQ(Number("7 % 4"), 3);
  EXPECT_EQ(Number("1e-3 * 2E+3"), 2);
  EXPECT_EQ(Number(".5+.25"), 0.75);
  EXPECT_EQ(Number("- -3"), 3);
}

TEST(Expression, KnowsParametersAndFunctions) {
  TrialParameters parameters;
  parameters.degree = 4;
  parameters.width = 48;
  parameters.heads = 6;
  EXPECT_DOUBLE_EQ(Number("1/degree + 0.05", parameters), 0.3);
  EXPECT_EQ(Number("max(degree, min(width, 7))", parameters), 7);
  EXPECT_EQ(Number("sqrt(16) + abs(-2) + floor(1.7) + ceil(1.2) + round(2.5)"), 12);
  EXPECT_DOUBLE_EQ(Number("log2(8) + log10(100) + log(exp(1))"), 6);
  EXPECT_TRUE(Truth("width % heads == 0", parameters));
  EXPECT_THAT(Expression::Parse("lr * lr + 1/degree", Type::kNumber)->names(),
              ElementsAre("degree", "lr"));
}

TEST(Expression, ComparesAndJoins) {
  TrialParameters parameters;
  parameters.optimizer = "sgd";
  parameters.tie_embeddings = true;
  EXPECT_TRUE(Truth("optimizer == 'sgd' and tie_embeddings", parameters));
  EXPECT_TRUE(Truth("optimizer != \"adamw\"", parameters));
  EXPECT_FALSE(Truth("not tie_embeddings", parameters));
  EXPECT_TRUE(Truth("1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3 and 1 != 2"));
  EXPECT_TRUE(Truth("false and false or true")) << "`and` binds tighter";
  EXPECT_FALSE(Truth("not true or false"));
  EXPECT_TRUE(Truth("not not true"));
}

TEST(Expression, ASideThatIsNotNeededIsNotLookedAt) {
  TrialParameters parameters;
  parameters.degree = 2;
  EXPECT_TRUE(Truth("degree <= 2 or 1/(degree - 2) < 0", parameters));
  EXPECT_FALSE(Truth("degree > 2 and 1/(degree - 2) > 0", parameters));
}

TEST(Expression, WhatComparesWithNoNumberIsNeitherTrueNorFalse) {
  TrialParameters parameters;
  parameters.degree = 2;
  for (const char* text :
       {"1/(degree - 2) > 5", "log(degree - 3) < 5", "not 0/(degree - 2) == 0",
        "(1/(degree - 2) > 5) == true", "true and 1/(degree - 2) > 5", "max(5, 0/(degree - 2)) > 3",
        "max(0/(degree - 2), 5) > 3", "(0/(degree - 2))^0 == 1"}) {
    const absl::StatusOr<bool> truth = Expression::Parse(text, Type::kTruth)->Truth(parameters);
    EXPECT_EQ(truth.status().message(),
              absl::StrCat("`", text,
                           "` compares what is no finite number at degree = 2: does it "
                           "divide by zero?"));
  }
}

TEST(Expression, DivisionByZeroIsSaidWithTheValues) {
  TrialParameters parameters;
  parameters.degree = 2;
  const absl::Status status =
      Expression::Parse("1/(degree - 2)", Type::kNumber)->Number(parameters).status();
  EXPECT_TRUE(absl::IsOutOfRange(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("at degree = 2"));
  EXPECT_FALSE(Expression::Parse("log(0 - 1)", Type::kNumber)->Number(parameters).ok());
}

TEST(Expression, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(Problem("1/degre"), "at 3: unknown parameter `degre`, did you mean `degree`?");
  EXPECT_EQ(Problem("sqr(4)"), "at 1: unknown function `sqr`, did you mean `sqrt`?");
  EXPECT_EQ(Problem(""), "at 1: it ends where a number or a parameter is expected");
  EXPECT_EQ(Problem("1 +"), "at 4: it ends where a number or a parameter is expected");
  EXPECT_EQ(Problem("1 2"), "at 3: `2` is not expected here");
  EXPECT_EQ(Problem("(1"), "at 1: this `(` is not closed");
  EXPECT_EQ(Problem("1e"), "at 1: `1e` is no number");
  EXPECT_EQ(Problem("1e999"), "at 1: `1e999` is no number");
  EXPECT_EQ(Problem("$"), "at 1: `$` is no number and no parameter");
  EXPECT_EQ(Problem("min(1)"), "at 1: `min` takes 2 numbers, not 1");
  EXPECT_EQ(Problem("'a"), "at 1: this text is not closed");
  EXPECT_EQ(Problem("1 < 2"), "at 1: it is true or false, and must be a number");
  EXPECT_EQ(Problem("lr", Type::kTruth), "at 1: it is a number, and must be true or false");
  EXPECT_EQ(Problem("optimizer + 1"), "at 11: `+` has a text beside it, where it needs a number");
  EXPECT_EQ(Problem("optimizer == 1", Type::kTruth),
            "at 11: `==` has a number beside it, where it needs a text");
  EXPECT_EQ(Problem("1 and 2", Type::kTruth), "at 3: `and` stands between two comparisons");
  EXPECT_EQ(Problem("not 1", Type::kTruth), "at 1: `not` stands before a comparison");
}

TEST(Expression, DepthAndLengthAreBounded) {
  const std::string deep(1000, '('), negative(1000, '-');
  EXPECT_THAT(Problem(deep + "1" + std::string(1000, ')')), HasSubstr("nested too deeply"));
  EXPECT_THAT(Problem(negative + "1"), HasSubstr("nested too deeply"));
  std::string nots;
  for (int i = 0; i < 1000; ++i) nots += "not ";
  EXPECT_THAT(Problem(nots + "true", Type::kTruth), HasSubstr("nested too deeply"));
  EXPECT_THAT(Problem(std::string(5000, '1')), HasSubstr("longer than"));
  std::string sum = "1";
  for (int i = 0; i < 1000; ++i) sum += "+1";
  EXPECT_EQ(Number(sum), 1001);
}

}  // namespace
}  // namespace pathsweep
