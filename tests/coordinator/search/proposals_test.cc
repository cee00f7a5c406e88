#include "coordinator/search/proposals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace pathsweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

JointAxis Integers(const std::string& name, std::vector<int64_t> values) {
  std::vector<JointAxis::Point> points;
  for (int64_t value : values) points.push_back({value});
  return JointAxis({name}, std::move(points));
}

Search SearchOf(std::vector<JointAxis> groups, int64_t points = 100) {
  return {.method = Search::Method::kTpe, .groups = std::move(groups), .points = points, .seed = 3};
}

TEST(FirstPoints, AreDifferentAndTenAtMost) {
  const Search search =
      SearchOf({Integers("depth", {1, 2, 3, 4, 5, 6}), Integers("batch_size", {8, 16, 32})});
  const JointAxis first = FirstPoints(search, {}).value();
  EXPECT_THAT(first.names(), ElementsAre("depth", "batch_size"));
  EXPECT_THAT(first.points(), SizeIs(10));
  const std::set<JointAxis::Point> distinct(first.points().begin(), first.points().end());
  EXPECT_EQ(distinct.size(), 10);
  EXPECT_EQ(FirstPoints(search, {}).value(), first);
  EXPECT_THAT(FirstPoints(SearchOf(search.groups, 4), {}).value().points(), SizeIs(4));
}

// heads must divide width.
TEST(FirstPoints, GoTogetherWithTheRestOfTheGrid) {
  Grid beside;
  beside.fixed.width = 48;
  const JointAxis first = FirstPoints(SearchOf({Integers("heads", {3, 4, 5, 7})}), beside).value();
  for (const JointAxis::Point& point : first.points())
    EXPECT_EQ(48 % std::get<int64_t>(point[0]), 0);
  EXPECT_THAT(first.points(), SizeIs(2));
  const auto none = FirstPoints(SearchOf({Integers("heads", {5, 7})}), beside);
  EXPECT_THAT(none.status().message(), HasSubstr("none satisfies what parameters need"));
}

TEST(Proposals, AreNewUntilNoneIsLeft) {
  const Search search =
      SearchOf({Integers("depth", {1, 2, 3, 4}), Integers("batch_size", {8, 16, 32})});
  Grid grid;
  grid.joint = {FirstPoints(search, grid).value()};
  std::vector<JointAxis::Point> all = grid.joint[0].points();
  std::vector<std::optional<double>> losses(all.size());
  for (size_t i = 0; i + 1 < losses.size(); ++i) losses[i] = static_cast<double>(i);
  Proposals proposals(search, grid);
  const std::vector<JointAxis::Point> next = proposals.Next(losses, 5);
  EXPECT_THAT(next, SizeIs(2));
  all.insert(all.end(), next.begin(), next.end());
  EXPECT_EQ(std::set<JointAxis::Point>(all.begin(), all.end()).size(), 12);
  EXPECT_THAT(proposals.Next(losses, 1), IsEmpty());
}

TEST(Proposals, AreTheSameForTheSameResults) {
  const Search search = SearchOf({Integers("steps", {100, 200, 300, 400, 500, 600, 700, 800}),
                                  Integers("depth", {1, 2, 3, 4, 5, 6})});
  Grid grid;
  grid.joint = {FirstPoints(search, grid).value()};
  std::vector<std::optional<double>> losses(10, 0.5);
  losses[3] = 0.1;
  EXPECT_EQ(Proposals(search, grid).Next(losses, 6), Proposals(search, grid).Next(losses, 6));
}

// The few that noise makes low draw no search to their neighbours.
TEST(Proposals, AFalsificationLooksEverywhereUntilItSeesMoreThanNoise) {
  std::vector<int64_t> steps(1000);
  std::iota(steps.begin(), steps.end(), 1);
  Search search = SearchOf({Integers("steps", steps)});
  search.method = Search::Method::kFalsify;
  Grid grid;
  std::vector<JointAxis::Point> points;
  std::vector<std::optional<double>> losses;
  for (int64_t i = 0; i < 40; ++i) {
    points.push_back({25 * i + 1});
    losses.emplace_back(PhiloxStream(3, 0, i).Uniform());
  }
  grid.joint = {JointAxis({"steps"}, points)};
  const auto near_the_lowest = [&] {
    const auto lowest = std::ranges::min_element(losses) - losses.begin();
    int near = 0;
    for (const JointAxis::Point& point : Proposals(search, grid).Next(losses, 50)) {
      near += std::abs(std::get<int64_t>(point[0]) - 25 * lowest) < 125 ? 1 : 0;
    }
    return near;
  };
  EXPECT_LT(near_the_lowest(), 20);  // a quarter of the space
  for (int64_t i = 0; i < 40; ++i) losses[i] = static_cast<double>(std::abs(i - 30));
  EXPECT_GT(near_the_lowest(), 30);
}

}  // namespace
}  // namespace pathsweep
