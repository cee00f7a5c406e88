#include "client/plot/gnuplot.h"

#include <fstream>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "base/metrics.h"
#include "client/programs/child_process.h"
#include "client/programs/scratch_folder.h"

namespace pathsweep {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(120);

// What all pictures have in common. The colours are those of Okabe & Ito (2008), which the
// colour-blind can tell apart.
constexpr absl::string_view kStyle = R"gp(set encoding utf8
set border 3 linewidth 0.8 linecolor rgb '#404040'
set tics nomirror textcolor rgb '#202020'
set key noenhanced samplen 2 textcolor rgb '#202020'
set style textbox opaque noborder margins 0.5, 0.2
set style line 1 linecolor rgb '#0072B2' linewidth 1.6 pointtype 7 pointsize 0.6
set style line 2 linecolor rgb '#D55E00' linewidth 1.6 pointtype 5 pointsize 0.6
set style line 3 linecolor rgb '#009E73' linewidth 1.6 pointtype 9 pointsize 0.8
set style line 4 linecolor rgb '#CC79A7' linewidth 1.6 pointtype 11 pointsize 0.8
set style line 5 linecolor rgb '#E69F00' linewidth 1.6 pointtype 13 pointsize 0.8
set style line 6 linecolor rgb '#56B4E9' linewidth 1.6 pointtype 6 pointsize 0.6
set style line 7 linecolor rgb '#202020' linewidth 1.6 pointtype 4 pointsize 0.6
set style line 9 linecolor rgb '#707070' linewidth 1.0 dashtype 2
set linetype cycle 7
)gp";

absl::StatusOr<std::string> Terminal(const std::string& ending, const Plot& plot) {
  const std::string size = absl::StrCat(plot.width, ",", plot.height);
  if (ending == ".svg" || ending == ".gp") {
    return absl::StrCat("set terminal svg size ", size,
                        " dynamic enhanced font 'Arial,12' background '#ffffff'\n");
  }
  if (ending == ".png") {
    return absl::StrCat("set terminal pngcairo size ", 3 * plot.width, ",", 3 * plot.height,
                        " enhanced font 'Arial,9' fontscale 3 linewidth 3 pointscale 3\n");
  }
  if (ending == ".pdf") {  // in inches: a column of 3.35
    return absl::StrCat("set terminal pdfcairo size ", plot.width / 137.0, ",", plot.height / 137.0,
                        " enhanced font 'Arial,8' fontscale 1 linewidth 0.8\n");
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a picture's name must end with .svg, .png, .pdf or .gp, not `", ending, "`"));
}

absl::Status WriteText(const std::filesystem::path& file, absl::string_view text) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << text << std::flush;
  return stream.good()
             ? absl::OkStatus()
             : absl::InvalidArgumentError(absl::StrCat("cannot write `", file.string(), "`"));
}

// The picture's bytes.
absl::StatusOr<std::string> Run(const std::string& terminal, const Plot& plot) {
  const absl::StatusOr<std::filesystem::path> gnuplot = FindProgram(
      "gnuplot",
      "it draws the pictures: `apt-get install gnuplot-nox`; or name a file that ends with .gp, "
      "which is the script for it");
  if (!gnuplot.ok()) return gnuplot.status();
  const absl::StatusOr<ScratchFolder> folder = ScratchFolder::Make();
  if (!folder.ok()) return folder.status();
  const std::filesystem::path script = folder->path() / "plot.gp", log = folder->path() / "log",
                              picture = folder->path() / "picture";
  absl::Status written =
      WriteText(script, absl::StrCat(terminal, "set output ", Quoted(picture.string()), "\n",
                                     kStyle, plot.commands, "unset output\n"));
  if (!written.ok()) return written;
  const auto process = ChildProcess::Start(*gnuplot, {script.string()}, log);
  if (!process.ok()) return process.status();
  (*process)->Wait(absl::Now() + kPatience);
  std::string bytes = folder->BytesOf("picture");
  // It goes on after an error in some cases, with half of a picture.
  const std::string said = folder->BytesOf("log");
  const bool complained = said.find(", line ") != std::string::npos;
  if ((*process)->Succeeded() && !bytes.empty() && !complained) return bytes;
  return FailureOf("gnuplot", said);
}

}  // namespace

absl::StatusOr<std::string> Draw(const Plot& plot, const std::filesystem::path& file) {
  const std::string ending = absl::AsciiStrToLower(file.extension().string());
  const absl::StatusOr<std::string> terminal = Terminal(ending, plot);
  if (!terminal.ok()) return terminal.status();
  if (ending == ".gp") {
    const std::string picture = std::filesystem::path(file).replace_extension(".svg").filename();
    return absl::StrCat(*terminal, "set output ", Quoted(picture), "\n", kStyle, plot.commands);
  }
  return Run(*terminal, plot);
}

absl::StatusOr<std::string> DrawSvg(const Plot& plot) { return Draw(plot, "picture.svg"); }

bool IsShare(absl::string_view metric) {
  const MetricRange range = RangeOfMetric(metric);
  return range.lowest == 0 && range.highest == 1;
}

std::string Quoted(absl::string_view text) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", " "}, {"`", "'"}}),
      "\"");
}

}  // namespace pathsweep
