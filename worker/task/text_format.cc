#include "worker/task/text_format.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace pathsweep {
namespace {

constexpr int32_t kLargestLabel = 1'000'000;

absl::StatusOr<std::vector<int32_t>> ParseLabels(absl::string_view text, absl::string_view what) {
  std::vector<int32_t> labels;
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    int32_t label = 0;
    const bool digits = !part.empty() && std::ranges::all_of(part, absl::ascii_isdigit);
    if (!digits || !absl::SimpleAtoi(part, &label) || label > kLargestLabel) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", part.substr(0, 20), "` in the ", what, " is not a node"));
    }
    labels.push_back(label);
  }
  return labels;
}

absl::StatusOr<std::vector<int32_t>> ParsePair(absl::string_view text, absl::string_view what) {
  absl::StatusOr<std::vector<int32_t>> pair = ParseLabels(text, what);
  if (pair.ok() && pair->size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", text.substr(0, 20), "` is not a pair of nodes in the ", what));
  }
  return pair;
}

using Successors = std::map<int32_t, std::vector<int32_t>>;

// Every node but the start has one way in, every node but the start at most one way out.
absl::StatusOr<Successors> CheckStar(const std::vector<int32_t>& edges, int32_t start) {
  Successors successors;
  std::map<int32_t, int> ways_in;
  for (size_t i = 0; i < edges.size(); i += 2) {
    successors[edges[i]].push_back(edges[i + 1]);
    if (++ways_in[edges[i + 1]] > 1 || edges[i + 1] == start) {
      return absl::InvalidArgumentError(
          absl::StrCat("node ", edges[i + 1], " has more edges into it than a star allows"));
    }
  }
  for (const auto& [node, next] : successors) {
    if (node != start && next.size() > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("node ", node, " branches, but only the start may"));
    }
  }
  return successors;
}

// The nodes from `node` to the end of its chain. A star's nodes have one way in, so a
// chain that begins at the start's neighbour cannot loop.
std::vector<int32_t> FollowChain(const Successors& successors, int32_t node) {
  std::vector<int32_t> chain = {node};
  for (auto next = successors.find(node); next != successors.end();
       next = successors.find(chain.back())) {
    chain.push_back(next->second.front());
  }
  return chain;
}

// Fills in the path if there is none.
absl::StatusOr<ParsedExample> CheckExample(Example example, int32_t start, int32_t goal) {
  absl::StatusOr<Successors> successors = CheckStar(example.edges, start);
  if (!successors.ok()) return successors.status();
  const auto neighbours = successors->find(start);
  if (neighbours == successors->end()) {
    return absl::InvalidArgumentError(absl::StrCat("no edge leaves the start ", start));
  }
  std::vector<int32_t> answer;
  size_t reached = 0;
  size_t chain_length = 0;
  for (int32_t neighbour : neighbours->second) {
    const std::vector<int32_t> chain = FollowChain(*successors, neighbour);
    if (chain_length != 0 && chain.size() != chain_length) {
      return absl::InvalidArgumentError("the star's paths differ in length");
    }
    chain_length = chain.size();
    reached += chain_length;
    if (chain.back() == goal) answer = chain;
  }
  if (2 * reached != example.edges.size()) {
    return absl::InvalidArgumentError("some edges cannot be reached from the start");
  }
  if (answer.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("the goal ", goal, " is not a leaf"));
  }
  answer.insert(answer.begin(), start);
  if (example.path.empty()) example.path = answer;
  if (example.path != answer) {
    return absl::InvalidArgumentError(
        absl::StrCat("the path should be ", absl::StrJoin(answer, ",")));
  }
  ParsedExample parsed;
  parsed.degree = static_cast<int32_t>(neighbours->second.size());
  parsed.length = static_cast<int32_t>(chain_length) + 1;
  parsed.largest_label = *std::ranges::max_element(example.edges);
  parsed.example = std::move(example);
  return parsed;
}

// "edges/start,goal", with a path that may be empty.
absl::StatusOr<ParsedExample> ParseGraph(absl::string_view text, std::vector<int32_t> path) {
  const size_t slash = text.find('/');
  Example example;
  for (absl::string_view part : absl::StrSplit(text.substr(0, slash), '|')) {
    absl::StatusOr<std::vector<int32_t>> edge = ParsePair(part, "edges");
    if (!edge.ok()) return edge.status();
    example.edges.insert(example.edges.end(), edge->begin(), edge->end());
  }
  absl::StatusOr<std::vector<int32_t>> ends = ParsePair(text.substr(slash + 1), "start and goal");
  if (!ends.ok()) return ends.status();
  example.path = std::move(path);
  return CheckExample(std::move(example), ends->front(), ends->back());
}

}  // namespace

std::string FormatExample(const Example& example) {
  std::string text;
  for (size_t i = 0; i < example.edges.size(); i += 2) {
    absl::StrAppend(&text, i == 0 ? "" : "|", example.edges[i], ",", example.edges[i + 1]);
  }
  absl::StrAppend(&text, "/", example.path.front(), ",", example.path.back(), "=",
                  absl::StrJoin(example.path, ","));
  return text;
}

absl::StatusOr<ParsedExample> ParseExample(absl::string_view line) {
  line = absl::StripSuffix(line, "\r");
  const size_t equals = line.find('=');
  if (line.find('/') == line.npos || equals == line.npos || equals < line.find('/')) {
    return absl::InvalidArgumentError("the line does not read edges/start,goal=path");
  }
  absl::StatusOr<std::vector<int32_t>> path = ParseLabels(line.substr(equals + 1), "path");
  if (!path.ok()) return path.status();
  return ParseGraph(line.substr(0, equals), *std::move(path));
}

absl::StatusOr<ParsedExample> ParseQuestion(absl::string_view line) {
  if (line.find('/') == line.npos) {
    return absl::InvalidArgumentError("the graph does not read edges/start,goal");
  }
  return ParseGraph(line, {});
}

absl::Status CheckFits(const ParsedExample& parsed, const TaskShape& shape) {
  if (parsed.degree != shape.degree || parsed.length != shape.length) {
    return absl::InvalidArgumentError(absl::StrCat("the graph is G(", parsed.degree, ",",
                                                   parsed.length, "), not the trial's G(",
                                                   shape.degree, ",", shape.length, ")"));
  }
  if (parsed.largest_label >= shape.nodes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "label ", parsed.largest_label, " needs nodes of at least ", parsed.largest_label + 1));
  }
  return absl::OkStatus();
}

}  // namespace pathsweep
