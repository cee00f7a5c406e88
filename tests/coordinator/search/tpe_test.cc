#include "coordinator/search/tpe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace pathsweep {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::Lt;
using ::testing::Optional;

using Choice = SearchPool::Choice;

JointAxis Shares(const std::string& name, int count) {
  std::vector<JointAxis::Point> points;
  for (int i = 0; i < count; ++i) points.push_back({(i + 0.5) / count});
  return JointAxis({name}, std::move(points));
}

bool Any(const Choice&) { return true; }

TEST(SearchPool, SeesNumbersByRankAndTextsAsCategories) {
  const SearchPool pool(
      {{JointAxis({"lr"}, {{1e-4}, {1e-2}, {1e-3}}),
        JointAxis({"objective", "depth"}, {{std::string("standard"), int64_t{2}},
                                           {std::string("reverse"), int64_t{2}},
                                           {std::string("reverse"), int64_t{6}},
                                           {std::string("reverse"), int64_t{8}}})}});
  ASSERT_EQ(pool.lanes().size(), 3);
  EXPECT_THAT(pool.lanes()[0].at, ElementsAre(1.0 / 6, 5.0 / 6, 0.5));
  EXPECT_EQ(pool.lanes()[1].categories, 2);
  EXPECT_THAT(pool.lanes()[1].at, ElementsAre(1, 0, 0, 0));
  EXPECT_EQ(pool.lanes()[2].group, 1);
  EXPECT_THAT(pool.lanes()[2].at, ElementsAre(0.25, 0.25, 0.625, 0.875));
  const Choice choice = {2, 1};
  const JointAxis::Point point = pool.PointOf(choice);
  EXPECT_THAT(point, ElementsAre(ParameterValue(1e-3), ParameterValue(std::string("reverse")),
                                 ParameterValue(int64_t{2})));
  EXPECT_THAT(pool.Find(point), Optional(choice));
  EXPECT_EQ(pool.Find({5e-3, std::string("reverse"), int64_t{2}}), std::nullopt);
}

// The proposals of so many rounds, each with a seed of its own.
std::vector<Choice> Propose(const SearchPool& pool, const std::vector<Observation>& seen,
                            const std::vector<Choice>& pending = {}, const MayPropose& may = Any) {
  std::vector<Choice> choices;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    PhiloxStream random(seed, 0, 0);
    choices.push_back(ProposeByTpe(pool, seen, pending, may, random).value());
  }
  return choices;
}

TEST(Tpe, LooksNearWhatWasGood) {
  const SearchPool pool({{Shares("lr", 100)}});
  std::vector<Observation> seen;
  for (uint32_t point = 0; point < 100; point += 4) {
    seen.push_back({{point}, std::abs(static_cast<double>(point) - 70)});
  }
  for (const Choice& one : Propose(pool, seen)) EXPECT_NEAR(one[0], 70, 15);
}

TEST(Tpe, PrefersTheCategoryThatWasGood) {
  std::vector<JointAxis::Point> names;
  for (const char* name : {"learned", "sinusoidal", "rope"}) names.push_back({std::string(name)});
  const SearchPool pool({{JointAxis({"position"}, std::move(names))}});
  std::vector<Observation> seen;
  for (uint32_t i = 0; i < 30; ++i) seen.push_back({{i % 3}, i % 3 == 1 ? 0.0 : 1.0});
  EXPECT_THAT(Propose(pool, seen), Each(Choice{1}));
}

TEST(Tpe, KeepsAwayFromPendingPoints) {
  const SearchPool pool({{Shares("lr", 1000)}});
  std::vector<Observation> seen;
  for (uint32_t i = 0; i < 20; ++i) {
    seen.push_back({{i * 50}, std::abs(static_cast<double>(i) * 50 - 500)});
  }
  const auto away = [](const std::vector<Choice>& choices, double from) {
    double sum = 0;
    for (const Choice& one : choices) sum += std::abs(one[0] - from);
    return sum / static_cast<double>(choices.size());
  };
  const std::vector<Choice> alone = Propose(pool, seen);
  const std::vector<Choice> pending(8, Choice{480});
  EXPECT_THAT(away(Propose(pool, seen, pending), 480), Gt(away(alone, 480)));
}

TEST(Tpe, PointsTiedTogetherStayTogether) {
  std::vector<JointAxis::Point> points;
  for (int64_t heads : {1, 2, 4, 8}) points.push_back({heads, 16 * heads});
  const SearchPool pool({{JointAxis({"heads", "width"}, std::move(points)), Shares("lr", 10)}});
  std::vector<Observation> seen;
  for (uint32_t i = 0; i < 40; ++i) seen.push_back({{i % 4, i % 10}, i % 4 == 2 ? 0.0 : 1.0});
  int good = 0;
  for (const Choice& one : Propose(pool, seen)) good += one[0] == 2 ? 1 : 0;
  EXPECT_GT(good, 40);
}

TEST(Tpe, ProposesOnlyWhatItMay) {
  const SearchPool pool({{Shares("lr", 100)}});
  const std::vector<Observation> seen = {{{50}, 0.0}, {{10}, 1.0}, {{90}, 1.0}};
  const auto even = [](const Choice& one) { return one[0] % 2 == 0; };
  for (const Choice& one : Propose(pool, seen, {}, even)) EXPECT_EQ(one[0] % 2, 0);
  PhiloxStream random(1, 0, 0);
  const auto none = [](const Choice&) { return false; };
  EXPECT_EQ(ProposeByTpe(pool, seen, {}, none, random), std::nullopt);
}

TEST(Tpe, WithoutAnyResultEverythingIsAlike) {
  const SearchPool pool({{Shares("lr", 10)}});
  std::vector<int> counts(10);
  for (const Choice& one : Propose(pool, {})) ++counts[one[0]];
  EXPECT_THAT(counts, Each(Lt(15)));
}

}  // namespace
}  // namespace pathsweep
