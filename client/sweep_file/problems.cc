#include "client/sweep_file/problems.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace pathsweep {
namespace {

constexpr size_t kMostShown = 10;
// Messages quote what the file says, and a file may say a megabyte.
constexpr size_t kLongestText = 300;

std::string OnOneLine(absl::string_view text) {
  std::string line(Utf8Prefix(text, kLongestText));
  if (text.size() > kLongestText) line += "...";
  std::ranges::replace_if(line, absl::ascii_iscntrl, ' ');
  return line;
}

}  // namespace

void Problems::Add(Place place, absl::string_view text) {
  if (first_.size() == kMostShown) {
    ++left_out_;
    if (place >= first_.back().place) return;
    first_.pop_back();
  }
  const auto after = std::ranges::upper_bound(first_, place, {}, &Problem::place);
  first_.insert(after, {place, OnOneLine(text)});
}

absl::Status Problems::ToStatus() const {
  if (first_.empty()) return absl::OkStatus();
  std::string text;
  for (const auto& [place, problem] : first_) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", file_, ":", place.line, ":", place.column,
                    ": ", problem);
  }
  if (left_out_ > 0) absl::StrAppend(&text, "\n", file_, ": and ", left_out_, " more");
  return absl::InvalidArgumentError(text);
}

}  // namespace pathsweep
