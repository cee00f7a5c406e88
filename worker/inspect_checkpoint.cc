// inspect_checkpoint: decodes graphs with a checkpoint's model and writes what it saw and thought
// as JSON. `sweepctl inspect` runs it and draws what it says.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "worker/task/task_shape.h"
#include "worker/task/text_format.h"
#include "worker/train/inspector.h"

namespace pathsweep {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string checkpoint;
  std::string output;
  std::vector<std::string> graphs;
  int64_t count = 4;
  bool attention = false;
};

// A graph as the trial writes it, and as people do: with edges from the start to the leaves.
struct WrittenGraph {
  Example example;
  std::string text;
};

std::string TokenText(const TaskShape& shape, int64_t token) {
  if (token < 0) return "?";
  if (token < shape.nodes) return absl::StrCat(token);
  return std::string(1, "|=/$"[token - shape.nodes]);
}

Json TokensJson(const TaskShape& shape, const std::vector<int64_t>& tokens) {
  Json json = Json::array();
  for (int64_t token : tokens) json.push_back(TokenText(shape, token));
  return json;
}

Json AnswersJson(const TaskShape& shape, const std::vector<Answer>& answers) {
  Json json = Json::array();
  for (const Answer& answer : answers) {
    json.push_back({{"token", TokenText(shape, answer.token)},
                    {"probability", answer.probability},
                    {"right_probability", answer.right_probability}});
  }
  return json;
}

bool IsRight(const InspectedGraph& graph) {
  for (size_t i = 0; i < graph.targets.size(); ++i) {
    if (graph.answers[i].token != graph.targets[i]) return false;
  }
  return true;
}

Json GraphJson(const TaskShape& shape, const std::string& text, const InspectedGraph& graph) {
  Json lens = Json::array();
  for (const std::vector<Answer>& layer : graph.lens) lens.push_back(AnswersJson(shape, layer));
  return {{"graph", text},
          {"inputs", TokensJson(shape, graph.inputs)},
          {"targets", TokensJson(shape, graph.targets)},
          {"answers", AnswersJson(shape, graph.answers)},
          {"right", IsRight(graph)},
          {"lens", lens},
          {"attention", graph.attention}};
}

Json TrialJson(const InspectedModel& model) {
  Json parameters;
  for (const ParameterSpec& spec : TrialParameterTable()) {
    std::visit([&](const auto& value) { parameters[std::string(spec.name)] = value; },
               GetParameter(model.parameters, spec));
  }
  return {{"seed", model.seed}, {"step", model.step}, {"parameters", parameters}};
}

// A graph that the user wrote. A trial of mixed edges reads it forward.
absl::StatusOr<WrittenGraph> ReadGraph(const std::string& text, const TaskShape& shape) {
  const bool answered = text.find('=') != std::string::npos;
  absl::StatusOr<ParsedExample> parsed = answered ? ParseExample(text) : ParseQuestion(text);
  absl::Status status = parsed.status();
  if (status.ok()) status = CheckFits(*parsed, shape);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--graph `", text.substr(0, 60), "`: ", status.message()));
  }
  WrittenGraph graph{parsed->example, FormatExample(parsed->example)};
  if (shape.edge_direction == EdgeDirection::kBackward) {
    std::vector<int32_t>& edges = graph.example.edges;
    for (size_t i = 0; i < edges.size(); i += 2) std::swap(edges[i], edges[i + 1]);
  }
  return graph;
}

WrittenGraph DrawGraph(const InspectedModel& model, uint64_t index) {
  const TaskShape shape = TaskShapeOf(model.parameters);
  TaskShape forward = shape;
  forward.edge_direction = EdgeDirection::kForward;
  return {DrawExample(shape, model.seed, Stream::kTestGraphs, index),
          FormatExample(DrawExample(forward, model.seed, Stream::kTestGraphs, index))};
}

// Those given, or else the first test graphs of the trial.
absl::StatusOr<std::vector<WrittenGraph>> GraphsOf(const Options& options,
                                                   const InspectedModel& model) {
  std::vector<WrittenGraph> graphs;
  for (const std::string& text : options.graphs) {
    absl::StatusOr<WrittenGraph> graph = ReadGraph(text, TaskShapeOf(model.parameters));
    if (!graph.ok()) return graph.status();
    graphs.push_back(*std::move(graph));
  }
  for (int64_t i = 0; options.graphs.empty() && i < options.count; ++i) {
    graphs.push_back(DrawGraph(model, i));
  }
  return graphs;
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code ignored;
  std::ifstream file(path, std::ios::binary);
  if (!file || !std::filesystem::is_regular_file(path, ignored))
    return absl::NotFoundError(absl::StrCat("cannot read `", path, "`"));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

absl::Status Run(const Options& options) {
  absl::StatusOr<std::string> checkpoint = ReadFile(options.checkpoint);
  if (!checkpoint.ok()) return checkpoint.status();
  absl::StatusOr<InspectedModel> model = ReadModel(*checkpoint);
  if (!model.ok()) return model.status();
  absl::StatusOr<std::vector<WrittenGraph>> graphs = GraphsOf(options, *model);
  if (!graphs.ok()) return graphs.status();
  std::vector<Example> examples;
  for (const WrittenGraph& graph : *graphs) examples.push_back(graph.example);
  absl::StatusOr<std::vector<InspectedGraph>> inspected =
      InspectGraphs(*checkpoint, examples, options.attention);
  if (!inspected.ok()) return inspected.status();
  Json json = {{"trial", TrialJson(*model)}, {"graphs", Json::array()}};
  for (size_t i = 0; i < graphs->size(); ++i) {
    json["graphs"].push_back(
        GraphJson(TaskShapeOf(model->parameters), (*graphs)[i].text, (*inspected)[i]));
  }
  std::ofstream file;
  if (!options.output.empty()) file.open(options.output);
  std::ostream& out = options.output.empty() ? std::cout : file;
  out << json.dump() << std::endl;
  if (out) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("cannot write `", options.output, "`"));
}

}  // namespace
}  // namespace pathsweep

int main(int argc, char** argv) {
  pathsweep::Options options;
  CLI::App app{
      "inspect_checkpoint: decodes graphs with a checkpoint's model; tokens, probabilities, logit "
      "lens and attention as JSON"};
  app.set_version_flag("--version", PATHSWEEP_VERSION);
  app.add_option("checkpoint", options.checkpoint, "file that a sweep with keep_checkpoint left")
      ->required();
  app.add_option("--graph", options.graphs,
                 "edges/start,goal as in the authors' format, forward, in place of test graphs; "
                 "repeatable");
  app.add_option("--count", options.count, "test graphs of the trial's seed")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000));
  app.add_flag("--attention", options.attention, "with the shares of every attention head");
  app.add_option("--output", options.output, "file to write; none: standard output");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = pathsweep::Run(options);
  if (status.ok()) return 0;
  std::cerr << "inspect_checkpoint: " << std::string(status.message()) << "\n";
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ? 2 : 1;
}
