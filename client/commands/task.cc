#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/trial_parameters.h"
#include "client/commands/commands.h"
#include "client/sweep_file/text_file.h"
#include "worker/task/path_star.h"
#include "worker/task/task_shape.h"
#include "worker/task/text_format.h"

namespace pathsweep {
namespace {

constexpr int64_t kLargestFile = int64_t{1} << 30;
constexpr int kBadLinesShown = 20;

// For CLI11, which would wrap or clamp what an integer cannot hold: empty, or what is wrong.
std::string IsSeed(const std::string& text) {
  int64_t seed = 0;
  if (absl::SimpleAtoi(text, &seed) && seed >= 0) return "";
  return absl::StrCat("a seed is an integer from 0 to 2^63 - 1, not `", text, "`");
}

struct GenerateOptions {
  TrialParameters parameters;
  int64_t count = 1000;
  int64_t seed = 1;
  std::string out;
};

absl::Status CheckShape(const TrialParameters& parameters) {
  for (const char* name : {"degree", "length", "nodes"}) {
    const ParameterSpec& spec = *FindParameter(name);
    absl::Status status = CheckValue(spec, GetParameter(parameters, spec)).status();
    if (!status.ok()) return status;
  }
  return CheckTogether(parameters);
}

absl::Status Generate(Context& context, const GenerateOptions& options) {
  if (absl::Status status = CheckShape(options.parameters); !status.ok()) return status;
  std::ofstream file;
  if (!options.out.empty()) file.open(options.out);
  std::ostream& out = options.out.empty() ? context.environment.out : file;
  const TaskShape shape = TaskShapeOf(options.parameters);
  for (int64_t i = 0; out && i < options.count; ++i) {
    out << FormatExample(DrawExample(shape, options.seed, Stream::kTestGraphs, i)) << '\n';
  }
  out.flush();
  if (out) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("cannot write all examples to `", options.out.empty() ? "stdout" : options.out,
                   "`; is the folder there, and room on the disk?"));
}

// The file's graphs by degree and length.
struct Census {
  struct Graphs {
    int64_t examples = 0;
    int32_t largest_label = 0;
  };
  std::map<std::pair<int32_t, int32_t>, Graphs> graphs;
  int64_t lines = 0;
  std::vector<std::string> problems;

  int64_t valid() const { return lines - static_cast<int64_t>(problems.size()); }
};

Census Count(const std::string& name, absl::string_view text) {
  Census census;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (line.data() + line.size() == text.data() + text.size() && line.empty()) break;
    ++census.lines;
    absl::StatusOr<ParsedExample> parsed = ParseExample(line);
    if (parsed.ok()) {
      Census::Graphs& graphs = census.graphs[{parsed->degree, parsed->length}];
      ++graphs.examples;
      graphs.largest_label = std::max(graphs.largest_label, parsed->largest_label);
    } else {
      census.problems.push_back(
          absl::StrCat(name, ":", census.lines, ": ", parsed.status().message()));
    }
  }
  return census;
}

absl::Status Check(Context& context, const std::string& name) {
  absl::StatusOr<std::string> text = ReadTextFile(name, kLargestFile);
  if (!text.ok()) return text.status();
  const Census census = Count(name, *text);
  Report report{{{"file", name}, {"lines", census.lines}, {"valid", census.valid()}},
                {"graph", "examples"},
                {}};
  report.json["graphs"] = Json::array();
  for (const auto& [graph, found] : census.graphs) {
    const auto& [degree, length] = graph;
    const int32_t nodes = found.largest_label + 1;
    report.json["graphs"].push_back({{"degree", degree},
                                     {"length", length},
                                     {"nodes_at_least", nodes},
                                     {"examples", found.examples}});
    report.rows.push_back({absl::StrCat("G(", degree, ",", length, "; N >= ", nodes, ")"),
                           absl::StrCat(found.examples)});
  }
  report.json["problems"] = census.problems;
  report.rows.push_back({"valid lines", absl::StrCat(census.valid(), " of ", census.lines)});
  context.Print(report);
  for (size_t i = 0; i < census.problems.size() && i < kBadLinesShown; ++i) {
    context.environment.err << census.problems[i] << "\n";
  }
  if (census.lines > 0 && census.problems.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(census.lines == 0
                                        ? absl::StrCat("`", name, "` is empty")
                                        : absl::StrCat(census.problems.size(), " of ", census.lines,
                                                       " lines of `", name, "` are no examples"));
}

}  // namespace

void AddTaskCommands(CLI::App& app, const Choose& choose) {
  CLI::App* task = app.add_subcommand("task", "path-star files in the authors' text format");
  task->require_subcommand(1);
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* generate = task->add_subcommand("generate", "write examples of G(degree, length)");
  generate->add_option("--degree", options->parameters.degree)->capture_default_str();
  generate->add_option("--length", options->parameters.length)->capture_default_str();
  generate->add_option("--nodes", options->parameters.nodes)->capture_default_str();
  generate->add_option("--count", options->count, "number of examples")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000'000}));
  generate->add_option("--seed", options->seed, "another seed, other graphs")
      ->capture_default_str()
      ->check(IsSeed);
  generate->add_option("--out", options->out, "file to write (default: standard output)");
  generate->callback(
      [=] { choose([=](Context& context) { return Generate(context, *options); }); });
  auto file = std::make_shared<std::string>();
  CLI::App* check = task->add_subcommand(
      "check", "say how many lines are valid examples, of which graphs, and name the others");
  check->add_option("file", *file)->required();
  check->callback([=] { choose([=](Context& context) { return Check(context, *file); }); });
}

}  // namespace pathsweep
