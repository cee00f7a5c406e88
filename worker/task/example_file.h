// A file of examples in the authors' format, one a line.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/task/path_star.h"

namespace pathsweep {

// All examples of a file for the given task. InvalidArgument names the first line that is
// no example of G(degree, length) with labels below nodes, or says that the task writes its edges
// in another way; NotFound if the file cannot be read.
absl::StatusOr<std::vector<Example>> ReadExamples(const std::string& path, const TaskShape& shape);

}  // namespace pathsweep
