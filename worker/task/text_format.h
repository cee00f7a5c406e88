// The text form of the paper's authors, one example a line:
//
//   32,3|16,12|3,19|32,34|34,6|6,16|19,47|47,28/32,12=32,34,6,16,12
//   edges                                      /start,goal=path
//
// Pure; thread safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/task/path_star.h"

namespace pathsweep {

// A line that is a valid example, and the graph it shows.
struct ParsedExample {
  Example example;
  int32_t degree = 0;
  int32_t length = 0;
  int32_t largest_label = 0;
};

std::string FormatExample(const Example& example);

// InvalidArgument says what is wrong with the line: its syntax; edges that do not make a
// star of equally long paths; or a path that is not the one from start to goal.
absl::StatusOr<ParsedExample> ParseExample(absl::string_view line);

// The same of a graph and a question alone, edges/start,goal: the answer is filled in.
absl::StatusOr<ParsedExample> ParseQuestion(absl::string_view line);

// InvalidArgument unless the graph is one of the task's: its degree, its length, its labels.
absl::Status CheckFits(const ParsedExample& parsed, const TaskShape& shape);

}  // namespace pathsweep
