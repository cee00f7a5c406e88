// Collects what is wrong with a text file, so that a user sees all of it at once. Of a file
// that is wrong everywhere only what is shown is kept, for there may be millions of problems.
//
//   Problems problems("grid.yaml");
//   problems.Add({7, 3}, "unknown parameter `detph`, did you mean `depth`?");
//   return problems.ToStatus();  // "grid.yaml:7:3: unknown parameter …"
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pathsweep {

// A place in a text file; lines and columns count from 1.
struct Place {
  int line = 1;
  int column = 1;

  auto operator<=>(const Place&) const = default;
};

class Problems {
 public:
  explicit Problems(absl::string_view file) : file_(file) {}

  void Add(Place place, absl::string_view text);
  bool empty() const { return first_.empty(); }

  // OK, or InvalidArgument with a line for each of the first ten problems in the order of
  // their places.
  absl::Status ToStatus() const;

 private:
  struct Problem {
    Place place;
    std::string text;
  };

  std::string file_;
  std::vector<Problem> first_;  // in the order of their places
  size_t left_out_ = 0;
};

}  // namespace pathsweep
