// Pictures by gnuplot.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pathsweep {

struct Plot {
  std::string commands;  // of gnuplot, without terminal and output
  int width = 460;  // in points of the screen; a PDF has the width of a column, and letters of 8 pt
  int height = 320;
};

// What the file is to hold, by the end of its name: .svg, .png (300 dots an inch in a column) or
// .pdf; .gp is the script itself, for gnuplot. InvalidArgument for another ending,
// FailedPrecondition if gnuplot is not installed, Internal with its words if it fails.
absl::StatusOr<std::string> Draw(const Plot& plot, const std::filesystem::path& file);

// The picture as the text of an SVG.
absl::StatusOr<std::string> DrawSvg(const Plot& plot);

// Whether the metric lies from 0 to 1, and the commands for such an axis.
bool IsShare(absl::string_view metric);
inline constexpr char kShareRange[] = "set yrange [-0.02:1.02]\n";

// A text between quotes, as data and titles need it: without backquotes, which gnuplot would run.
std::string Quoted(absl::string_view text);

}  // namespace pathsweep
