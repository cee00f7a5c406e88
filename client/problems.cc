#include "client/problems.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

constexpr size_t kMostShown = 10;
// Messages quote what the file says, and a file may say a megabyte.
constexpr size_t kLongestText = 300;

std::string OnOneLine(absl::string_view text) {
  std::string line(text.substr(0, kLongestText));
  if (text.size() > kLongestText) {
    while (!line.empty() && !absl::ascii_isascii(line.back())) line.pop_back();
    line += "...";
  }
  std::ranges::replace_if(line, absl::ascii_iscntrl, ' ');
  return line;
}

}  // namespace

void Problems::Add(Place place, absl::string_view text) {
  found_.push_back({place, OnOneLine(text)});
}

absl::Status Problems::ToStatus() const {
  if (found_.empty()) return absl::OkStatus();
  std::vector<Problem> sorted = found_;
  std::ranges::stable_sort(sorted, {}, &Problem::place);
  std::string text;
  for (size_t i = 0; i < std::min(sorted.size(), kMostShown); ++i) {
    const auto& [place, problem] = sorted[i];
    absl::StrAppend(&text, i == 0 ? "" : "\n", file_, ":", place.line, ":", place.column, ": ",
                    problem);
  }
  if (sorted.size() > kMostShown) {
    absl::StrAppend(&text, "\n", file_, ": and ", sorted.size() - kMostShown, " more");
  }
  return absl::InvalidArgumentError(text);
}

}  // namespace pathsweep
