// train_local: trains one trial here, without a coordinator, and prints its metrics.
#include <signal.h>
#include <stdio.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/build_info.h"
#include "base/metrics.h"
#include "base/suggest.h"
#include "worker/recorded_trial.h"
#include "worker/task/example_file.h"
#include "worker/task/task_shape.h"
#include "worker/train/trainer.h"

namespace pathsweep {
namespace {

std::atomic<bool> interrupted = false;

struct Options {
  TrialParameters parameters;
  int64_t seed = 1;
  int seeds = 1;
  std::string device;  // empty: auto, or that of the recorded trial
  int threads = 0;     // 0: 1, or those of the recorded trial
  bool json = false;
  bool tf32 = false;
  std::string test_file;
  std::optional<int64_t> trial;  // to train again
  std::string database = "results.db";
};

// What a trial measures, against what is recorded of it.
class Comparison {
 public:
  explicit Comparison(const RecordedTrial& recorded) : recorded_(recorded) {}

  void Add(int64_t step, absl::Span<const MetricValue> metrics) {
    for (const MetricValue& metric : metrics) {
      if (metric.name == kSamplesPerSecond) continue;
      ++measured_;
      const auto found = recorded_.measurements.find({step, metric.name});
      if (found == recorded_.measurements.end()) {
        Note(absl::StrCat("at step ", step, " ", metric.name, " was not recorded"));
      } else if (found->second != metric.value) {
        ++different_;
        largest_ = std::max(largest_, std::abs(found->second - metric.value));
        Note(absl::StrCat("first at step ", step, ": ", metric.name, " is ",
                          FormatValue(metric.value), ", recorded ", FormatValue(found->second)));
      }
    }
  }

  bool Same() const { return first_.empty() && Missing() == 0; }

  std::string Text() const {
    if (Same())
      return absl::StrCat("all ", measured_, " measurements are those recorded, bit for bit");
    std::string text =
        absl::StrCat(different_, " of ", measured_,
                     " measurements differ from those recorded, by up to ", FormatValue(largest_));
    if (!first_.empty()) absl::StrAppend(&text, "; ", first_);
    if (Missing() > 0) absl::StrAppend(&text, "; ", Missing(), " of those recorded were not made");
    return text;
  }

 private:
  void Note(const std::string& difference) {
    if (first_.empty()) first_ = difference;
  }
  int64_t Missing() const {
    const auto timed = std::ranges::count_if(recorded_.measurements, [](const auto& one) {
      return one.first.second == kSamplesPerSecond;
    });
    return static_cast<int64_t>(recorded_.measurements.size()) - timed - measured_;
  }

  const RecordedTrial& recorded_;
  int64_t measured_ = 0;
  int64_t different_ = 0;
  double largest_ = 0;
  std::string first_;
};

class Printer : public TrialObserver {
 public:
  // Lines begin with the seed if there is one. Notes in `comparison` what a recorded trial has
  // measured else, if there is one.
  Printer(bool json, std::optional<int64_t> seed, Comparison* comparison)
      : json_(json), seed_(seed), comparison_(comparison) {}

  void OnStep(int64_t) override {}
  bool ShouldStop() override { return interrupted; }
  void OnEnd(const TrialOutcome& outcome) override { outcome_ = outcome; }
  const TrialOutcome& outcome() const { return outcome_; }
  // Whether the trial is still to begin, or was crowded out; after that it is not.
  bool TakeToBegin() {
    if (outcome_.kind != TrialOutcome::Kind::kCrowdedOut) return false;
    outcome_ = {};
    return true;
  }

  void OnEvaluation(int64_t step, absl::Span<const MetricValue> metrics) override {
    json_ ? PrintJson(step, metrics) : PrintText(step, metrics);
    if (comparison_ != nullptr) comparison_->Add(step, metrics);
  }

 private:
  void PrintJson(int64_t step, absl::Span<const MetricValue> metrics) const {
    nlohmann::ordered_json line;
    if (seed_) line["seed"] = *seed_;
    line["step"] = step;
    for (const MetricValue& metric : metrics) line[metric.name] = metric.value;
    std::cout << line.dump() << std::endl;
  }

  // The metrics of single positions are left to --json.
  void PrintText(int64_t step, absl::Span<const MetricValue> metrics) const {
    if (seed_) printf("seed %-5lld", static_cast<long long>(*seed_));
    printf("step %-7lld", static_cast<long long>(step));
    for (const MetricValue& metric : metrics) {
      if (metric.name.find('/') != std::string::npos) continue;
      printf("  %s %.4g", metric.name.c_str(), metric.value);
    }
    printf("\n");
    fflush(stdout);
  }

  const bool json_;
  const std::optional<int64_t> seed_;
  Comparison* const comparison_;
  TrialOutcome outcome_{TrialOutcome::Kind::kCrowdedOut, ""};
};

// Gives all seeds at once, and again those that found no room.
class Seeds : public TrialSource {
 public:
  Seeds(const Options& options, const TrialStart& start, Comparison* comparison) {
    for (int64_t i = 0; i < options.seeds; ++i) {
      const int64_t seed = options.seed + i;
      const auto printer = std::make_shared<Printer>(
          options.json, options.seeds > 1 ? std::optional(seed) : std::nullopt, comparison);
      seeds_.push_back(
          {{options.parameters, static_cast<uint64_t>(seed), start, printer}, printer});
    }
  }

  std::vector<TrialTask> Take(int, int room, std::optional<int>) override {
    std::vector<TrialTask> taken;
    for (Seed& seed : seeds_) {
      if (std::cmp_greater_equal(taken.size(), room)) break;
      if (seed.printer->TakeToBegin()) taken.push_back(seed.task);
    }
    return taken;
  }

  // Of all of them: a crash before an interruption.
  int Status() const {
    int status = 0;
    for (const Seed& seed : seeds_) {
      const TrialOutcome& outcome = seed.printer->outcome();
      if (!outcome.detail.empty()) std::cerr << "train_local: " << outcome.detail << "\n";
      if (outcome.kind == TrialOutcome::Kind::kCrashed) status = 1;
      if (outcome.kind == TrialOutcome::Kind::kInterrupted && status == 0) status = 130;
    }
    return status;
  }

  // Of the first.
  const std::string& Execution() const { return seeds_.front().printer->outcome().execution; }

 private:
  struct Seed {
    TrialTask task;
    std::shared_ptr<Printer> printer;
  };
  std::vector<Seed> seeds_;
};

// An option for every line of the parameter table.
void AddParameterOptions(CLI::App& app, TrialParameters& parameters) {
  for (const ParameterSpec& spec : TrialParameterTable()) {
    const auto set = [&spec, &parameters](const std::string& text) {
      const absl::Status status = SetParameter(parameters, spec.name, ParseValue(spec, text));
      if (!status.ok()) throw CLI::ValidationError(std::string(status.message()));
    };
    app.add_option_function<std::string>(absl::StrCat("--", spec.name), set,
                                         absl::StrCat(spec.meaning, "; ", RangeText(spec)))
        ->type_name(absl::AsciiStrToUpper(TypeName(spec)))
        ->default_str(FormatValue(DefaultValue(spec)))
        ->group("Trial parameters");
  }
}

void AddOptions(CLI::App& app, Options& options) {
  app.set_version_flag("--version", PATHSWEEP_VERSION);
  // CLI11 would take what overflows for 0.
  const auto set_seed = [&options](const std::string& text) {
    if (!absl::SimpleAtoi(text, &options.seed) || options.seed < 0) {
      throw CLI::ValidationError(
          absl::StrCat("--seed must be an integer, at least 0, not `", text, "`"));
    }
  };
  app.add_option_function<std::string>("--seed", set_seed, "determines data and initial weights")
      ->type_name("INT")
      ->default_str("1");
  app.add_option("--seeds", options.seeds, "trains so many, from --seed on, as one model")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  app.add_option("--device", options.device, "auto, cpu or cuda:N")->default_str("auto");
  app.add_option("--threads", options.threads, "CPU threads that one operation may use")
      ->default_str("1")
      ->check(CLI::Range(1, 1024));
  app.add_flag("--tf32", options.tf32,
               "on a GPU multiply float32 matrices as TensorFloat-32: faster, to 10 bits");
  app.add_flag("--json", options.json, "print a JSON object per evaluation");
  app.add_option("--database", options.database, "where --trial is recorded")
      ->capture_default_str();
  app.add_option("--test-file", options.test_file,
                 "evaluate on this file in the authors' text format");
  AddParameterOptions(app, options.parameters);
  CLI::Option* trial = app.add_option(
      "--trial", options.trial,
      "trains a recorded trial again, with its device and threads unless given, and compares what "
      "it measures; exits with 1 if anything differs");
  for (CLI::Option* option : app.get_options()) {
    const bool other = option->get_group() == "Trial parameters" ||
                       option->get_name() == "--seed" || option->get_name() == "--seeds" ||
                       option->get_name() == "--test-file";
    if (other) trial->excludes(option);
  }
}

// What was not understood on the command line, and the closest option.
std::string DescribeExtras(const CLI::App& app) {
  const std::string unknown = app.remaining().front();
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) names.push_back(option->get_name());
  const std::vector<absl::string_view> known(names.begin(), names.end());
  return absl::StrCat("unknown argument `", unknown, "`", DidYouMean(unknown, known));
}

int Fail(const absl::Status& status) {
  std::cerr << "train_local: " << std::string(status.message()) << "\n";
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

// Makes the process ready to train on the device.
absl::StatusOr<DeviceInfo> Prepare(const Options& options) {
  SetComputeThreads(std::max(options.threads, 1));
  KeepFreedMemory();
  if (options.tf32) AllowTf32();
  return ResolveDevice(options.device.empty() ? "auto" : options.device);
}

// What may change the numbers of a recorded trial here.
std::string DescribePlace(const RecordedTrial& recorded, const DeviceInfo& device, int threads) {
  if (recorded.build.empty()) return "where it was recorded is not known";
  std::vector<std::string> differences;
  const auto compare = [&](absl::string_view what, const auto& then, const auto& now) {
    if (then != now) differences.push_back(absl::StrCat(what, " ", then, ", here ", now));
  };
  compare("device", recorded.device, device.device);
  compare("device name", recorded.device_name, device.name);
  compare("build", recorded.build, BuildId());
  compare("LibTorch", recorded.libtorch, LibTorchVersion());
  compare("threads", recorded.threads, threads);
  if (recorded.fused > 1) {
    differences.push_back(absl::StrCat("one model with up to ", recorded.fused - 1,
                                       " others, which rounds differently; here alone"));
  }
  if (differences.empty()) return "device, threads, build and LibTorch are those recorded";
  return absl::StrCat("what differs from where it was recorded: ",
                      absl::StrJoin(differences, "; "));
}

// --trial: the recorded parameters, seed, device and threads, where none are given.
void TakeRecorded(const RecordedTrial& recorded, Options& options) {
  if (recorded.state != "succeeded" && recorded.state != "stopped") {
    std::cerr << "train_local: trial " << *options.trial << " has no result: it is "
              << recorded.state << "\n";
  }
  options.parameters = recorded.parameters;
  options.seed = recorded.seed;
  if (options.device.empty()) options.device = recorded.device;
  if (options.threads == 0) options.threads = recorded.threads;
}

int Retrain(Options options) {
  absl::StatusOr<RecordedTrial> recorded = ReadRecordedTrial(options.database, *options.trial);
  if (!recorded.ok()) return Fail(recorded.status());
  Comparison comparison(*recorded);
  TakeRecorded(*recorded, options);
  absl::StatusOr<DeviceInfo> device = Prepare(options);
  if (!device.ok()) return Fail(device.status());
  std::cerr << "train_local: " << DescribePlace(*recorded, *device, std::max(options.threads, 1))
            << std::endl;
  Seeds seeds(options, {}, &comparison);
  if (absl::Status status = TrainTrials(device->device, seeds); !status.ok()) return Fail(status);
  const std::string execution = seeds.Execution();
  if (!recorded->execution.empty() && execution != recorded->execution) {
    std::cerr << "train_local: computed by other code: " << execution << ", recorded "
              << recorded->execution << "\n";
  }
  std::cerr << "train_local: " << comparison.Text() << std::endl;
  const int status = seeds.Status();
  return status == 0 && !comparison.Same() ? 1 : status;
}

int Train(const Options& options) {
  if (absl::Status status = CheckTogether(options.parameters); !status.ok()) return Fail(status);
  absl::StatusOr<DeviceInfo> device = Prepare(options);
  if (!device.ok()) return Fail(device.status());
  TrialStart start;
  if (!options.test_file.empty()) {
    absl::StatusOr<std::vector<Example>> read =
        ReadExamples(options.test_file, TaskShapeOf(options.parameters));
    if (!read.ok()) return Fail(read.status());
    start.test_examples = *std::move(read);
  }
  if (options.seed > std::numeric_limits<int64_t>::max() - options.seeds) {
    return Fail(absl::InvalidArgumentError("--seed and --seeds go beyond the largest seed"));
  }
  Seeds seeds(options, start, nullptr);
  if (absl::Status status = TrainTrials(device->device, seeds); !status.ok()) return Fail(status);
  return seeds.Status();
}

}  // namespace
}  // namespace pathsweep

int main(int argc, char** argv) {
  pathsweep::Options options;
  CLI::App app{"train_local: trains one trial without a coordinator and prints its metrics"};
  pathsweep::AddOptions(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    return pathsweep::Fail(absl::InvalidArgumentError(pathsweep::DescribeExtras(app)));
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return pathsweep::Fail(absl::InvalidArgumentError(error.what()));
  }
  signal(SIGINT, [](int) { pathsweep::interrupted = true; });
  signal(SIGTERM, [](int) { pathsweep::interrupted = true; });
  return options.trial ? pathsweep::Retrain(options) : pathsweep::Train(options);
}
