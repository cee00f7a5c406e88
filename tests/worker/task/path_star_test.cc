#include "worker/task/path_star.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "worker/task/text_format.h"

namespace pathsweep {
namespace {

using ::testing::ElementsAre;

constexpr uint64_t kSeed = 20240311;

TaskShape RandomShape(PhiloxStream& random) {
  TaskShape shape;
  shape.degree = static_cast<int32_t>(2 + random.Below(9));
  shape.length = static_cast<int32_t>(2 + random.Below(9));
  shape.nodes = shape.NodesUsed() + static_cast<int32_t>(random.Below(3) * random.Below(50));
  return shape;
}

// The definition, word for word: `degree` chains leave the start, each path from the start
// to a leaf has `length` nodes, labels are not repeated, the path leads to the goal.
void ExpectPathStar(const TaskShape& shape, const Example& example) {
  ASSERT_EQ(example.edges.size(), 2 * static_cast<size_t>(shape.Edges()));
  ASSERT_EQ(example.path.size(), static_cast<size_t>(shape.length));
  std::map<int32_t, int32_t> parent;
  std::multiset<int32_t> origins;
  for (size_t i = 0; i < example.edges.size(); i += 2) {
    EXPECT_TRUE(parent.emplace(example.edges[i + 1], example.edges[i]).second);
    origins.insert(example.edges[i]);
  }
  std::set<int32_t> labels(example.edges.begin(), example.edges.end());
  EXPECT_EQ(labels.size(), static_cast<size_t>(shape.NodesUsed()));
  EXPECT_GE(*labels.begin(), 0);
  EXPECT_LT(*labels.rbegin(), shape.nodes);
  int32_t leaves = 0;
  for (int32_t leaf : labels) {
    if (origins.contains(leaf)) continue;
    ++leaves;
    std::vector<int32_t> path = {leaf};
    while (parent.contains(path.back())) path.push_back(parent.at(path.back()));
    std::ranges::reverse(path);
    EXPECT_EQ(path.size(), static_cast<size_t>(shape.length));
    EXPECT_EQ(path.front(), example.path.front());
    if (leaf == example.path.back()) {
      EXPECT_EQ(path, example.path);
    }
  }
  EXPECT_EQ(leaves, shape.degree);
  EXPECT_FALSE(origins.contains(example.path.back())) << "the goal is not a leaf";
}

TEST(DrawExample, ObeysTheDefinition) {
  PhiloxStream random(kSeed, /*stream=*/0, /*index=*/0);
  for (uint64_t i = 0; i < 500; ++i) {
    const TaskShape shape = RandomShape(random);
    const Example example = DrawExample(shape, kSeed, Stream::kTrainGraphs, i);
    SCOPED_TRACE(testing::Message()
                 << "seed " << kSeed << ", index " << i << ", G(" << shape.degree << ","
                 << shape.length << ";" << shape.nodes << "): " << FormatExample(example));
    ExpectPathStar(shape, example);
  }
}

TEST(DrawExample, AgreesWithTheParser) {
  PhiloxStream random(kSeed, /*stream=*/0, /*index=*/1);
  for (uint64_t i = 0; i < 500; ++i) {
    const TaskShape shape = RandomShape(random);
    const Example example = DrawExample(shape, kSeed, Stream::kTestGraphs, i);
    const absl::StatusOr<ParsedExample> parsed = ParseExample(FormatExample(example));
    ASSERT_TRUE(parsed.ok()) << "seed " << kSeed << ", index " << i << ": " << parsed.status();
    EXPECT_EQ(parsed->example, example);
    EXPECT_EQ(parsed->degree, shape.degree);
    EXPECT_EQ(parsed->length, shape.length);
    EXPECT_LT(parsed->largest_label, shape.nodes);
  }
}

// What seed 1 draws must not change: results are compared across versions and machines.
TEST(DrawExample, IsTheSameForEver) {
  const TaskShape shape{.degree = 2, .length = 4, .nodes = 7};
  EXPECT_EQ(FormatExample(DrawExample(shape, 1, Stream::kTrainGraphs, 0)),
            "3,4|5,1|0,5|1,6|2,3|0,2/0,4=0,2,3,4");
  EXPECT_EQ(FormatExample(DrawExample(shape, 1, Stream::kTestGraphs, 5'000'000'000)),
            "6,0|1,3|3,2|4,1|5,6|4,5/4,0=4,5,6,0");
}

TEST(DrawExample, SeedsStreamsAndIndicesDiffer) {
  const TaskShape shape{.degree = 3, .length = 5, .nodes = 50};
  const Example first = DrawExample(shape, 1, Stream::kTrainGraphs, 0);
  EXPECT_EQ(DrawExample(shape, 1, Stream::kTrainGraphs, 0), first);
  EXPECT_NE(DrawExample(shape, 1, Stream::kTrainGraphs, 1), first);
  EXPECT_NE(DrawExample(shape, 1, Stream::kTestGraphs, 0), first);
  EXPECT_NE(DrawExample(shape, 2, Stream::kTrainGraphs, 0), first);
}

// Neither the goal's label, nor its chain's place among the edges, nor the start's label
// may be told from anything but the graph.
TEST(DrawExample, DrawsLabelsGoalsAndEdgeOrderUniformly) {
  const TaskShape shape{.degree = 2, .length = 3, .nodes = 5};
  constexpr int kDraws = 20000;
  std::map<int32_t, int> starts, goals;
  int goal_edge_first = 0;
  for (uint64_t i = 0; i < kDraws; ++i) {
    const Example example = DrawExample(shape, kSeed, Stream::kTrainGraphs, i);
    ++starts[example.path.front()];
    ++goals[example.path.back()];
    const bool on_path = std::ranges::find(example.path, example.edges[1]) != example.path.end();
    goal_edge_first += on_path ? 1 : 0;
  }
  constexpr double kSlack = 4 * 56.6;  // four standard deviations of a count of 4,000
  for (int32_t label = 0; label < shape.nodes; ++label) {
    EXPECT_NEAR(starts[label], kDraws / 5.0, kSlack) << label;
    EXPECT_NEAR(goals[label], kDraws / 5.0, kSlack) << label;
  }
  EXPECT_NEAR(goal_edge_first, kDraws / 2.0, 4 * 70.7);
}

TEST(EncodePrefix, WritesTheTokensOfTheTask) {
  const TaskShape shape{.degree = 2, .length = 3, .nodes = 10};
  const Example example{{4, 7, 7, 1, 4, 0, 0, 9}, {4, 0, 9}};
  constexpr int kEdge = 10, kEquals = 11, kSlash = 12;
  EXPECT_THAT(EncodePrefix(shape, example),
              ElementsAre(4, 7, kEdge, 7, 1, kEdge, 4, 0, kEdge, 0, 9, kSlash, 4, 9, kEquals));
}

TEST(TaskShape, CountsTokens) {
  const TaskShape shape{.degree = 2, .length = 5, .nodes = 50};
  EXPECT_EQ(shape.Vocabulary(), 54);
  EXPECT_EQ(shape.EdgeToken(), 50);
  EXPECT_EQ(shape.EqualsToken(), 51);
  EXPECT_EQ(shape.SlashToken(), 52);
  EXPECT_EQ(shape.DummyToken(), 53);
  EXPECT_EQ(shape.NodesUsed(), 9);
  EXPECT_EQ(shape.PrefixLength(), 3 * 8 - 1 + 4);
  EXPECT_EQ(shape.InputLength(), 27 + 4);
}

// As text, for the comparison of examples that differ in their edges alone.
std::vector<std::pair<int32_t, int32_t>> EdgesOf(const Example& example) {
  std::vector<std::pair<int32_t, int32_t>> edges;
  for (size_t i = 0; i < example.edges.size(); i += 2) {
    edges.emplace_back(example.edges[i], example.edges[i + 1]);
  }
  return edges;
}

Example Draw(const TaskShape& shape, uint64_t index, int32_t goal = kDrawnGoal) {
  return DrawExample(shape, kSeed, Stream::kTrainGraphs, index, goal);
}

TEST(DrawExample, SortedEdgesRunAlongOnePathAfterAnother) {
  TaskShape shape{.degree = 3, .length = 4, .nodes = 30};
  TaskShape sorted = shape;
  sorted.edge_order = EdgeOrder::kSorted;
  for (uint64_t i = 0; i < 50; ++i) {
    const auto edges = EdgesOf(Draw(sorted, i));
    for (size_t j = 0; j < edges.size(); ++j) {
      EXPECT_EQ(edges[j].first, j % 3 == 0 ? edges[0].first : edges[j - 1].second);
    }
    EXPECT_EQ(Draw(sorted, i).path, Draw(shape, i).path);
    auto shuffled = EdgesOf(Draw(shape, i));
    EXPECT_NE(shuffled, edges);
    EXPECT_TRUE(std::ranges::is_permutation(shuffled, edges));
  }
}

TEST(DrawExample, TurnsEdgesRoundAllOrByACoin) {
  const TaskShape shape{.degree = 3, .length = 4, .nodes = 30};
  TaskShape backward = shape, mixed = shape;
  backward.edge_direction = EdgeDirection::kBackward;
  mixed.edge_direction = EdgeDirection::kMixed;
  int turned = 0, all = 0;
  for (uint64_t i = 0; i < 200; ++i) {
    const auto edges = EdgesOf(Draw(shape, i));
    const auto back = EdgesOf(Draw(backward, i)), either = EdgesOf(Draw(mixed, i));
    for (size_t j = 0; j < edges.size(); ++j) {
      const std::pair round(edges[j].second, edges[j].first);
      EXPECT_EQ(back[j], round);
      EXPECT_TRUE(either[j] == edges[j] || either[j] == round);
      turned += either[j] == round ? 1 : 0;
      ++all;
    }
  }
  EXPECT_NEAR(static_cast<double>(turned) / all, 0.5, 0.04);
}

TEST(DrawExample, ShowsTheSameGraphWithEveryGoal) {
  const TaskShape shape{.degree = 3, .length = 4, .nodes = 30};
  for (uint64_t i = 0; i < 50; ++i) {
    std::set<int32_t> goals;
    for (int32_t goal = 0; goal < shape.degree; ++goal) {
      const Example example = Draw(shape, i, goal);
      ExpectPathStar(shape, example);
      EXPECT_EQ(example.edges, Draw(shape, i).edges);
      goals.insert(example.path.back());
    }
    EXPECT_EQ(goals.size(), 3U);
    EXPECT_TRUE(goals.contains(Draw(shape, i).path.back()));
  }
}

TEST(EncodePrefix, PutsTheQueryFirstIfAsked) {
  const TaskShape shape{.degree = 2, .length = 2, .nodes = 5, .query_first = true};
  const Example example{{1, 2, 1, 3}, {1, 3}};
  EXPECT_THAT(EncodePrefix(shape, example), ElementsAre(1, 3, 7, 1, 2, 5, 1, 3, 6));
}

}  // namespace
}  // namespace pathsweep
