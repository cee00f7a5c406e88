#include "worker/task/example_file.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "worker/task/text_format.h"

namespace pathsweep {

absl::StatusOr<std::vector<Example>> ReadExamples(const std::string& path, const TaskShape& shape) {
  if (shape.edge_order != EdgeOrder::kShuffled || shape.edge_direction != EdgeDirection::kForward) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", path,
                     "` holds edges in the authors' format, shuffled and forward; a "
                     "trial of another edge_order or edge_direction cannot be tested on it"));
  }
  std::ifstream file(path);
  std::vector<Example> examples;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    absl::StatusOr<ParsedExample> parsed = ParseExample(line);
    const absl::Status status = parsed.ok() ? CheckFits(*parsed, shape) : parsed.status();
    if (!status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ":", number, ": ", status.message()));
    }
    examples.push_back(std::move(parsed->example));
  }
  if (examples.empty()) {
    return absl::NotFoundError(absl::StrCat("cannot read examples from `", path, "`"));
  }
  return examples;
}

}  // namespace pathsweep
