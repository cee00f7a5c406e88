#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "base/file_chunks.h"
#include "client/commands/commands.h"
#include "client/programs/child_process.h"
#include "client/programs/scratch_folder.h"
#include "client/views/attention_picture.h"
#include "client/views/reports.h"
#include "pathsweep/v1/checkpoint_service.grpc.pb.h"

namespace pathsweep {
namespace {

namespace fs = std::filesystem;

struct InspectOptions {
  int64_t trial = 0;
  std::vector<std::string> graphs;
  int64_t count = 4;
  std::string folder;
};

// Why there is no checkpoint, and what to do.
absl::Status NoCheckpoint(const v1::Trial& trial) {
  if (trial.reused_from() != 0) {
    return absl::FailedPreconditionError(absl::StrCat("trial ", trial.id(),
                                                      " has the results of trial ",
                                                      trial.reused_from(), "; inspect that one"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("trial ", trial.id(),
                   " has no kept checkpoint: it has not ended by itself, its sweep does not say "
                   "`keep_checkpoint: last` or `best`, or it did not reach the coordinator, and "
                   "then the log of its worker says why"));
}

absl::Status FetchCheckpoint(Context& context, Connection& connection, const v1::Trial& trial,
                             const fs::path& path) {
  std::ofstream file(path, std::ios::binary);
  ChunkSink sink([&](absl::string_view data) {
    file.write(data.data(), static_cast<std::streamsize>(data.size()));
    return file ? absl::OkStatus() : absl::ResourceExhaustedError("no room for the checkpoint");
  });
  v1::GetCheckpointRequest request;
  request.set_trial_id(trial.id());
  request.set_kept(true);
  absl::Status status = connection.Stream<v1::GetCheckpointRequest, v1::FileChunk>(
      &v1::CheckpointService::Stub::GetCheckpoint, request,
      [&](const v1::FileChunk& chunk) { return sink.Add(chunk); }, context.environment.interrupts);
  if (absl::IsNotFound(status)) return NoCheckpoint(trial);
  if (status.ok()) status = sink.Finish();
  return status;
}

std::string Contents(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// It is much, so only where it is read.
bool WantsAttention(const Context& context, const InspectOptions& options) {
  return !options.folder.empty() || context.options.output == OutputFormat::kJson;
}

// A folder of checkpoints may have come from another database.
absl::Status CheckIsOf(const v1::Trial& trial, const Json& said) {
  bool same = said["trial"]["seed"] == trial.seed();
  for (const v1::Parameter& parameter : trial.parameters()) {
    same = same &&
           said["trial"]["parameters"].value(parameter.name(), Json()) == ToJson(parameter.value());
  }
  if (same) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the coordinator's kept checkpoint of trial ", trial.id(),
      " is of other parameters or another seed; was its folder that of another database?"));
}

// Runs inspect_checkpoint on what was fetched.
absl::StatusOr<Json> Examine(Context& context, const InspectOptions& options,
                             const fs::path& folder) {
  const fs::path said = folder / "inspect.json", log = folder / "log";
  std::vector<std::string> arguments = {(folder / "checkpoint").string(), "--output", said.string(),
                                        "--count", absl::StrCat(options.count)};
  if (WantsAttention(context, options)) arguments.emplace_back("--attention");
  for (const std::string& graph : options.graphs) {
    arguments.insert(arguments.end(), {"--graph", graph});
  }
  absl::StatusOr<std::unique_ptr<ChildProcess>> child =
      ChildProcess::Start(context.environment.programs / "inspect_checkpoint", arguments, log);
  if (!child.ok()) return child.status();
  while ((*child)->Running()) {
    if (!context.environment.interrupts.Wait(absl::Milliseconds(20))) {
      return absl::CancelledError("interrupted");
    }
  }
  Json json = Json::parse(Contents(said), nullptr, /*allow_exceptions=*/false);
  if (!json.is_discarded()) return json;
  return absl::InvalidArgumentError(absl::StrCat(
      "the model cannot be inspected: ", absl::StripTrailingAsciiWhitespace(Contents(log))));
}

std::string AnswerText(const Json& answer, const Json& right) {
  const bool same = answer["token"] == right;
  return absl::StrFormat("%s %.2f%s", answer["token"].get<std::string>(),
                         answer["probability"].get<double>(), same ? "" : " (wrong)");
}

// A row for each layer of each graph: what it would answer at each position.
Report LensReport(const Json& said) {
  Report report{said, {"graph", "layer"}, {}};
  size_t number = 0;
  for (const Json& graph : said["graphs"]) {
    const Json &targets = graph["targets"], &lens = graph["lens"];
    for (size_t i = report.columns.size() - 2; i < targets.size(); ++i) {
      report.columns.push_back(absl::StrCat("position ", i + 1));
    }
    ++number;
    for (size_t layer = 0; layer < lens.size(); ++layer) {
      std::vector<std::string> row = {absl::StrCat(number), layer == 0 ? "embedding"
                                                            : layer + 1 == lens.size()
                                                                ? absl::StrCat(layer, ", answer")
                                                                : absl::StrCat(layer)};
      for (size_t i = 0; i < targets.size(); ++i) {
        row.push_back(AnswerText(lens[layer][i], targets[i]));
      }
      report.rows.push_back(std::move(row));
    }
  }
  return report;
}

absl::Status WriteText(const fs::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.close();
  if (file) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("cannot write `", path.string(), "`; name another folder with -o"));
}

absl::Status WriteFiles(const Json& said, const fs::path& folder, std::ostream& err) {
  std::error_code ignored;  // writing will say it
  fs::create_directories(folder, ignored);
  absl::Status status = WriteText(folder / "inspect.json", said.dump() + "\n");
  size_t pictures = 0;
  for (size_t i = 0; status.ok() && i < said["graphs"].size(); ++i) {
    const Json& graph = said["graphs"][i];
    if (graph["attention"].empty()) continue;
    ++pictures;
    status = WriteText(folder / absl::StrCat("attention-", i + 1, ".svg"), AttentionPicture(graph));
  }
  if (!status.ok()) return status;
  err << "wrote " << (folder / "inspect.json").string() << " and " << pictures
      << " pictures of attention" << std::endl;
  return absl::OkStatus();
}

void WriteGraphs(std::ostream& out, int64_t trial, const Json& said) {
  out << "trial " << trial << " after step " << said["trial"]["step"].get<int64_t>()
      << ": the most probable node and its probability, as each layer's result would have it\n\n";
  size_t number = 0;
  for (const Json& graph : said["graphs"]) {
    out << "graph " << ++number << ": " << graph["graph"].get<std::string>()
        << (graph["right"].get<bool>() ? "  right\n" : "  WRONG\n");
  }
  out << '\n';
}

absl::Status Inspect(Context& context, const InspectOptions& options) {
  context.environment.interrupts.Catch();
  absl::StatusOr<ScratchFolder> folder = ScratchFolder::Make();
  if (!folder.ok()) return folder.status();
  Connection connection(context.options.server);
  v1::GetTrialRequest request;
  request.set_id(options.trial);
  absl::StatusOr<v1::Trial> trial = connection.Call(&Connection::Stub::GetTrial, request);
  if (!trial.ok()) return trial.status();
  absl::Status fetched =
      FetchCheckpoint(context, connection, *trial, folder->path() / "checkpoint");
  if (!fetched.ok()) return fetched;
  absl::StatusOr<Json> said = Examine(context, options, folder->path());
  if (!said.ok()) return said.status();
  if (absl::Status same = CheckIsOf(*trial, *said); !same.ok()) return same;
  if (context.options.output == OutputFormat::kTable) {
    WriteGraphs(context.environment.out, options.trial, *said);
  }
  context.Print(LensReport(*said));
  return options.folder.empty() ? absl::OkStatus()
                                : WriteFiles(*said, options.folder, context.environment.err);
}

}  // namespace

void AddInspectCommand(CLI::App& app, const Choose& choose) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* inspect = app.add_subcommand(
      "inspect",
      "decode graphs with a trial's kept checkpoint: probabilities, logit lens, attention");
  inspect->add_option("trial", options->trial, "number of a trial of a sweep with keep_checkpoint")
      ->required();
  inspect->add_option("--graph", options->graphs,
                      "edges/start,goal, e.g. 0,1|0,2|1,3|2,4/0,3; repeatable; none: test graphs");
  inspect->add_option("--count", options->count, "test graphs of the trial's seed")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  inspect->add_option("-o,--folder", options->folder,
                      "folder for inspect.json and attention maps as SVG");
  inspect->callback([=] { choose([=](Context& context) { return Inspect(context, *options); }); });
}

}  // namespace pathsweep
