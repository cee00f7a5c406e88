// Path-star graphs G(degree, length; nodes) and their token form (arXiv 2403.06963,
// section 4.1): `degree` chains leave one start node, every path from the start to a leaf
// has `length` nodes, labels are drawn without repetition from {0, …, nodes − 1}, the goal
// is a uniform leaf, the edge list is shuffled and its edges point away from the start, unless
// the shape says otherwise.
//
//   TaskShape shape{.degree = 2, .length = 5, .nodes = 9};
//   Example example = DrawExample(shape, /*seed=*/1, Stream::kTestGraphs, /*index=*/0);
//
// Tokens: node k is k, `|` is nodes, `=` is nodes + 1, `/` is nodes + 2, `$` (dummy) is
// nodes + 3. An example's prefix is edge|edge|…/start goal=, or with the query first
// start goal/edge|edge|…=; its target is the path.
//
// The functions that work on buffers compile for the CPU and, under nvcc, for the GPU.
// Pure; thread safe.
#pragma once

#include <cstdint>
#include <vector>

#include "base/philox.h"

namespace pathsweep {

// Streams of a trial's seed: one for each thing that is drawn.
enum class Stream : uint32_t {
  kTrainGraphs = 1,
  kTestGraphs = 2,
  kTrainOrder = 3,
  kInitialWeights = 4,
  kSampling = 5,
  kDropout = 6,
};

// Sorted: path after path, each from the start to its leaf.
enum class EdgeOrder : uint8_t { kShuffled, kSorted };
// How an edge is written: away from the start, towards it, or each edge by a coin.
enum class EdgeDirection : uint8_t { kForward, kBackward, kMixed };

// Requires degree >= 1, length >= 2, nodes >= NodesUsed().
struct TaskShape {
  int32_t degree = 2;
  int32_t length = 5;
  int32_t nodes = 9;
  EdgeOrder edge_order = EdgeOrder::kShuffled;
  EdgeDirection edge_direction = EdgeDirection::kForward;
  bool query_first = false;

  PATHSWEEP_HOST_DEVICE int32_t Edges() const { return degree * (length - 1); }
  PATHSWEEP_HOST_DEVICE int32_t NodesUsed() const { return Edges() + 1; }
  PATHSWEEP_HOST_DEVICE int32_t Vocabulary() const { return nodes + 4; }
  // Tokens through `=`.
  PATHSWEEP_HOST_DEVICE int32_t PrefixLength() const { return 3 * Edges() + 3; }
  // Tokens that the model reads: the prefix and all of the target but its last token.
  PATHSWEEP_HOST_DEVICE int32_t InputLength() const { return PrefixLength() + length - 1; }

  PATHSWEEP_HOST_DEVICE int32_t EdgeToken() const { return nodes; }
  PATHSWEEP_HOST_DEVICE int32_t EqualsToken() const { return nodes + 1; }
  PATHSWEEP_HOST_DEVICE int32_t SlashToken() const { return nodes + 2; }
  PATHSWEEP_HOST_DEVICE int32_t DummyToken() const { return nodes + 3; }
};

// A graph with its question and answer.
struct Example {
  std::vector<int32_t> edges;  // from, to, from, to, … as they are written
  std::vector<int32_t> path;   // start, …, goal

  bool operator==(const Example&) const = default;
};

// Swaps a uniformly drawn element of deck[first], …, deck[size − 1] to `first`: a step of
// the Fisher-Yates shuffle.
PATHSWEEP_HOST_DEVICE inline int32_t DrawCard(int32_t* deck, int32_t first, int32_t size,
                                              PhiloxStream& random) {
  const int32_t drawn = first + static_cast<int32_t>(random.Below(size - first));
  const int32_t card = deck[drawn];
  deck[drawn] = deck[first];
  deck[first] = card;
  return card;
}

// The goal of a drawn example is the leaf of a drawn path.
inline constexpr int32_t kDrawnGoal = -1;

// Draws an example into `edges` [2 * Edges()] and `path` [length]; its goal ends path `goal` of the
// star, kDrawnGoal or 0 … degree − 1. `labels` [nodes] and `order` [Edges()] are scratch. The graph
// is the same whatever the goal and the edges' order and direction.
PATHSWEEP_HOST_DEVICE inline void DrawExample(const TaskShape& shape, PhiloxStream random,
                                              int32_t goal, int32_t* labels, int32_t* order,
                                              int32_t* edges, int32_t* path) {
  for (int32_t i = 0; i < shape.nodes; ++i) labels[i] = i;
  for (int32_t i = 0; i < shape.NodesUsed(); ++i) DrawCard(labels, i, shape.nodes, random);
  // labels[0] is the start; chain c holds the length − 1 labels after it and those of
  // the chains before.
  const int32_t chain_length = shape.length - 1;
  const auto drawn_chain = static_cast<int32_t>(random.Below(shape.degree));
  const int32_t goal_chain = goal == kDrawnGoal ? drawn_chain : goal;
  for (int32_t i = 0; i < shape.Edges(); ++i) order[i] = i;
  for (int32_t i = 0; i < shape.Edges(); ++i) {
    const bool shuffled = shape.edge_order == EdgeOrder::kShuffled;
    const int32_t edge = shuffled ? DrawCard(order, i, shape.Edges(), random) : i;
    edges[2 * i] = edge % chain_length == 0 ? labels[0] : labels[edge];
    edges[2 * i + 1] = labels[edge + 1];
  }
  for (int32_t i = 0; i < shape.Edges() && shape.edge_direction != EdgeDirection::kForward; ++i) {
    if (shape.edge_direction == EdgeDirection::kMixed && random.Below(2) == 0) continue;
    const int32_t from = edges[2 * i];
    edges[2 * i] = edges[2 * i + 1];
    edges[2 * i + 1] = from;
  }
  path[0] = labels[0];
  for (int32_t i = 0; i < chain_length; ++i)
    path[i + 1] = labels[goal_chain * chain_length + i + 1];
}

// Writes the prefix's tokens [PrefixLength()].
PATHSWEEP_HOST_DEVICE inline void EncodePrefix(const TaskShape& shape, const int32_t* edges,
                                               int32_t start, int32_t goal, int64_t* tokens) {
  int64_t* query = shape.query_first ? tokens : tokens + 3 * shape.Edges();
  int64_t* list = shape.query_first ? tokens + 3 : tokens;
  int64_t* slash = shape.query_first ? list - 1 : query - 1;
  for (int32_t i = 0; i < shape.Edges(); ++i) {
    if (i > 0) list[3 * i - 1] = shape.EdgeToken();
    list[3 * i] = edges[2 * i];
    list[3 * i + 1] = edges[2 * i + 1];
  }
  *slash = shape.SlashToken();
  query[0] = start;
  query[1] = goal;
  tokens[shape.PrefixLength() - 1] = shape.EqualsToken();
}

// Example `index` of a seed's stream: always the same.
Example DrawExample(const TaskShape& shape, uint64_t seed, Stream stream, uint64_t index,
                    int32_t goal = kDrawnGoal);

// The prefix's tokens, and after them nothing.
std::vector<int64_t> EncodePrefix(const TaskShape& shape, const Example& example);

}  // namespace pathsweep
