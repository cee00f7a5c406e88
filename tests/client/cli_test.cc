// The command line as a function: arguments in, text and exit code out, against a
// coordinator in this process that gives canned answers.
#include "client/cli.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file_chunks.h"
#include "base/parameter_proto.h"
#include "pathsweep/v1/sweep_service.grpc.pb.h"

namespace pathsweep {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

v1::Sweep CannedSweep() {
  v1::Sweep sweep;
  sweep.set_id(3);
  sweep.mutable_spec()->set_name("demo");
  sweep.mutable_spec()->add_seeds(1);
  sweep.mutable_spec()->add_axes()->set_name("lr");
  sweep.set_state(v1::SWEEP_STATE_FINISHED);
  sweep.mutable_trials()->set_total(12);
  sweep.mutable_trials()->set_succeeded(11);
  sweep.mutable_trials()->set_failed(1);
  return sweep;
}

v1::TableCell Cell(const std::string& objective, double lr) {
  v1::TableCell cell;
  v1::Parameter& row = *cell.add_parameters();
  row.set_name("lr");
  row.mutable_value()->set_real(lr);
  v1::Parameter& column = *cell.add_parameters();
  column.set_name("objective");
  column.mutable_value()->set_choice(objective);
  return cell;
}

v1::Table CannedTable() {
  v1::Table table;
  table.set_sweep("demo");
  table.set_metric("exact_match");
  table.set_statistic(v1::STATISTIC_MEAN);
  table.add_rows("lr");
  table.add_columns("objective");
  table.add_chance(0.5);
  v1::TableCell full = Cell("standard", 1e-3);
  full.set_n(2);
  full.set_configs(1);
  full.set_seeds(2);
  full.set_solved(1);
  full.set_results(2);
  full.set_best_trial(7);
  full.mutable_metric()->set_value(0.75);
  full.mutable_metric()->set_low(0.2);
  full.mutable_metric()->set_high(1);
  full.mutable_solved_share()->set_value(0.5);
  full.mutable_solved_share()->set_low(0.0945);
  full.mutable_solved_share()->set_high(0.905);
  *table.add_cells() = full;
  v1::TableCell single = Cell("reverse", 1e-3);
  single.set_n(1);
  single.set_results(1);
  single.set_configs(1);
  single.mutable_metric()->set_value(1);
  single.mutable_solved_share()->set_value(0);
  single.mutable_solved_share()->set_low(0);
  single.mutable_solved_share()->set_high(0.793);
  single.set_seeds(1);
  single.set_failed(1);
  *table.add_cells() = single;
  v1::TableCell waiting = Cell("standard", 1e-2);
  waiting.set_unfinished(2);
  *table.add_cells() = waiting;
  *table.add_cells() = Cell("reverse", 1e-2);
  return table;
}

v1::Curves CannedCurves() {
  v1::Curves curves;
  curves.set_sweep("demo");
  curves.set_metric("exact_match");
  curves.add_by("objective");
  v1::Curve& curve = *curves.add_curves();
  v1::Parameter& objective = *curve.add_parameters();
  objective.set_name("objective");
  objective.mutable_value()->set_choice("standard");
  curve.set_configs(1);
  curve.set_trials(2);
  v1::CurvePoint& first = *curve.add_points();
  first.set_step(100);
  first.mutable_mean()->set_value(0.5);
  first.set_n(1);
  v1::CurvePoint& second = *curve.add_points();
  second.set_step(200);
  second.mutable_mean()->set_value(0.75);
  second.mutable_mean()->set_low(0.2);
  second.mutable_mean()->set_high(1);
  second.set_n(2);
  second.set_carried(1);
  return curves;
}

void AddObjective(const std::string& value,
                  google::protobuf::RepeatedPtrField<v1::ClaimCondition>& side) {
  v1::ClaimCondition& condition = *side.Add();
  condition.set_parameter("objective");
  condition.add_values()->set_choice(value);
}

v1::PairedComparison CannedComparison() {
  v1::PairedComparison comparison;
  comparison.set_sweep("demo");
  comparison.set_metric("exact_match");
  AddObjective("reverse", *comparison.mutable_first());
  AddObjective("standard", *comparison.mutable_second());
  for (double lr : {1e-3, 1e-2}) {
    v1::ConfigPair& pair = *comparison.add_pairs();
    v1::Parameter& rate = *pair.add_parameters();
    rate.set_name("lr");
    rate.mutable_value()->set_real(lr);
    pair.set_seeds(lr == 1e-3 ? 3 : 1);
    pair.mutable_difference()->set_value(lr == 1e-3 ? 0.5 : 0.25);
    pair.set_q(lr == 1e-3 ? 0.01 : 1);
    if (lr == 1e-3) {
      pair.mutable_difference()->set_low(0.25);
      pair.mutable_difference()->set_high(0.75);
      pair.set_first_is_better(v1::VERDICT_HOLDS);
    } else {
      pair.set_missing(2);
    }
  }
  comparison.set_better(2);
  comparison.mutable_mean()->set_value(0.375);
  comparison.mutable_share()->set_value(1);
  comparison.mutable_share()->set_low(0.158);
  comparison.mutable_share()->set_high(1);
  comparison.set_p(0.5);
  return comparison;
}

class CannedService : public v1::SweepService::Service {
 public:
  grpc::Status SubmitSweep(grpc::ServerContext*, const v1::SubmitSweepRequest* request,
                           v1::SubmitSweepResponse* response) override {
    submitted = *request;
    *response->mutable_sweep() = CannedSweep();
    return grpc::Status::OK;
  }
  grpc::Status GetSweep(grpc::ServerContext*, const v1::GetSweepRequest* request,
                        v1::Sweep* response) override {
    if (request->sweep() != "demo") return {grpc::StatusCode::NOT_FOUND, "no sweep `x`"};
    *response = CannedSweep();
    return grpc::Status::OK;
  }
  grpc::Status PauseSweep(grpc::ServerContext*, const v1::PauseSweepRequest*,
                          v1::PauseSweepResponse* response) override {
    *response->mutable_sweep() = CannedSweep();
    response->mutable_sweep()->set_state(v1::SWEEP_STATE_PAUSED);
    return grpc::Status::OK;
  }
  grpc::Status ExtendSweep(grpc::ServerContext*, const v1::ExtendSweepRequest* request,
                           v1::ExtendSweepResponse* response) override {
    extended = *request;
    *response->mutable_sweep() = CannedSweep();
    return grpc::Status::OK;
  }
  grpc::Status CancelTrial(grpc::ServerContext*, const v1::CancelTrialRequest* request,
                           v1::CancelTrialResponse* response) override {
    response->mutable_trial()->set_id(request->id());
    response->mutable_trial()->set_state(v1::TRIAL_STATE_CANCELLED);
    return grpc::Status::OK;
  }
  grpc::Status ListSweeps(grpc::ServerContext*, const v1::ListSweepsRequest*,
                          v1::ListSweepsResponse* response) override {
    v1::Sweep old = CannedSweep();
    old.set_id(7);
    *old.mutable_trials() = {};
    old.mutable_created_at()->set_seconds(absl::ToUnixSeconds(absl::Now() - absl::Hours(72)));
    *response->add_sweeps() = old;
    v1::Sweep young = old;
    young.set_id(8);
    young.mutable_created_at()->set_seconds(absl::ToUnixSeconds(absl::Now() - absl::Hours(24)));
    *response->add_sweeps() = young;
    old.set_id(9);
    old.set_state(v1::SWEEP_STATE_RUNNING);
    *response->add_sweeps() = old;
    return grpc::Status::OK;
  }
  grpc::Status PruneSweep(grpc::ServerContext*, const v1::PruneSweepRequest* request,
                          v1::PruneSweepResponse*) override {
    pruned.push_back(request->sweep());
    return {grpc::StatusCode::NOT_FOUND, "as after a lost reply"};
  }
  grpc::Status RetryFailed(grpc::ServerContext*, const v1::RetryFailedRequest* request,
                           v1::RetryFailedResponse* response) override {
    retried = request->sweep();
    *response->mutable_sweep() = CannedSweep();
    return grpc::Status::OK;
  }
  grpc::Status ListTrials(grpc::ServerContext*, const v1::ListTrialsRequest* request,
                          v1::ListTrialsResponse* response) override {
    const bool first = request->page_token().empty();
    v1::Trial& trial = *response->add_trials();
    trial.set_id(first ? 1 : 2);
    trial.set_state(v1::TRIAL_STATE_SUCCEEDED);
    trial.set_attempt(1);
    trial.set_seed(7);
    trial.set_reason("completed");
    TrialParameters parameters;
    parameters.lr = first ? 1e-3 : 3e-3;
    ToProto(parameters, *trial.mutable_parameters());
    v1::Measurement& metric = *trial.add_metrics();
    metric.set_metric("exact_match");
    metric.set_value(0.5);
    if (first) response->set_next_page_token("1");
    return grpc::Status::OK;
  }
  grpc::Status GetTable(grpc::ServerContext*, const v1::GetTableRequest* request,
                        v1::Table* response) override {
    table_request = *request;
    *response = CannedTable();
    response->set_statistic(request->statistic());
    response->set_interval(request->interval());
    response->set_best_first(request->best_first());
    return grpc::Status::OK;
  }

  grpc::Status GetCurves(grpc::ServerContext*, const v1::GetCurvesRequest* request,
                         v1::Curves* response) override {
    curves_request = *request;
    *response = CannedCurves();
    return grpc::Status::OK;
  }

  grpc::Status GetComparison(grpc::ServerContext*, const v1::GetComparisonRequest* request,
                             v1::PairedComparison* response) override {
    comparison_request = *request;
    *response = CannedComparison();
    return grpc::Status::OK;
  }

  grpc::Status GetImportance(grpc::ServerContext*, const v1::GetImportanceRequest*,
                             v1::Importance* response) override {
    response->set_sweep("demo");
    response->mutable_effects()->set_none("no parameter varies");
    return grpc::Status::OK;
  }
  grpc::Status GetClaims(grpc::ServerContext*, const v1::GetClaimsRequest*,
                         v1::GetClaimsResponse*) override {
    return grpc::Status::OK;
  }
  grpc::Status ListEnvironments(grpc::ServerContext*, const v1::ListEnvironmentsRequest*,
                                v1::ListEnvironmentsResponse*) override {
    return environments_end;
  }

  // What `backup` is: a file in one chunk, or cut off before its last one, and the call's end.
  grpc::Status Backup(grpc::ServerContext* context, const v1::BackupRequest*,
                      grpc::ServerWriter<v1::FileChunk>* writer) override {
    std::istringstream file(backup);
    ChunkSource source(file);
    while (const std::optional<v1::FileChunk> chunk = source.Next()) {
      if (chunk->has_crc32() && cut) break;
      writer->Write(*chunk);
    }
    while (endless && !context->IsCancelled()) absl::SleepFor(absl::Milliseconds(1));
    return backup_end;
  }

  v1::SubmitSweepRequest submitted;
  v1::GetTableRequest table_request;
  v1::GetCurvesRequest curves_request;
  v1::GetComparisonRequest comparison_request;
  v1::ExtendSweepRequest extended;
  std::string retried;
  std::vector<std::string> pruned;
  std::string backup = std::string(3'000'000, 'b');
  grpc::Status environments_end;
  grpc::Status backup_end;
  bool cut = false;
  bool endless = false;
};

// None, or one as soon as somebody listens.
class CannedInterrupts : public Interrupts {
 public:
  explicit CannedInterrupts(bool interrupted) : interrupted_(interrupted) {}
  void Catch() override {}
  bool Wait(absl::Duration) override { return !interrupted_; }

 private:
  const bool interrupted_;
};

struct Output {
  int code;
  std::string out;
  std::string err;
};

class CliTest : public ::testing::Test {
 protected:
  CliTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    file_ = ::testing::TempDir() + absl::StrCat("cli_test-", getpid(), ".yaml");
    std::ofstream(file_) << "name: demo\nmethod: grid\nparameters:\n"
                            "  lr: {values: [1e-3, 3e-3]}\n  depth: {values: [2, 4]}\nseeds: 2\n";
  }
  ~CliTest() override { std::filesystem::remove(file_); }

  Output Run(std::vector<std::string> arguments, bool interrupted = false) {
    std::vector<std::string> all = {"sweepctl", "--server", absl::StrCat("127.0.0.1:", port_)};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return RunAs(all, interrupted);
  }

  static Output RunAs(const std::vector<std::string>& words, bool interrupted = false) {
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    std::ostringstream out, err;
    const SystemClock clock;
    CannedInterrupts interrupts(interrupted);
    Environment environment{out, err, /*terminal=*/false, clock, interrupts, "/nowhere"};
    const ExitCode code = RunCli(static_cast<int>(argv.size()), argv.data(), environment);
    return {static_cast<int>(code), out.str(), err.str()};
  }

  static std::string Completed(const std::string& line);

  CannedService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::string file_;
};

TEST_F(CliTest, SubmitPrintsNameNumberAndTrials) {
  const Output output = Run({"submit", file_, "--output", "json"});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(json::parse(output.out), json({{"sweep", "demo"}, {"id", 3}, {"trials", 12}}));
  EXPECT_EQ(service_.submitted.spec().axes_size(), 2);
  EXPECT_FALSE(service_.submitted.request_id().empty());
}

TEST_F(CliTest, SubmitPrintsTheNameAloneForShells) {
  const Output output = Run({"submit", file_});
  EXPECT_EQ(output.out, "demo\n");
  EXPECT_EQ(output.err, "12 trials queued\n");
}

TEST_F(CliTest, DryRunNeedsNoCoordinator) {
  const Output output = RunAs({"sweepctl", "submit", file_, "--dry-run"});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(output.out,
            "trial   seed  lr     depth\n"
            "1 of 8  1     0.001  2\n"
            "2 of 8  1     0.001  4\n"
            "3 of 8  1     0.003  2\n"
            "4 of 8  1     0.003  4\n"
            "5 of 8  2     0.001  2\n");
}

TEST_F(CliTest, ShowHasTheStateAndTheCountsThatScriptsRelyOn) {
  const Output output = Run({"show", "demo", "--output", "json"});
  const json shown = json::parse(output.out);
  EXPECT_EQ(shown["state"], "finished");
  EXPECT_EQ(shown["trials"], json({{"total", 12},
                                   {"pending", 0},
                                   {"running", 0},
                                   {"succeeded", 11},
                                   {"failed", 1},
                                   {"stopped", 0},
                                   {"paused", 0},
                                   {"cancelled", 0}}));
}

TEST_F(CliTest, TrialsAreListedOverAllPages) {
  const json trials = json::parse(Run({"trials", "demo", "--output", "json"}).out);
  ASSERT_EQ(trials.size(), 2u);
  EXPECT_EQ(trials[0]["id"], 1);
  EXPECT_EQ(trials[0]["state"], "succeeded");
  EXPECT_EQ(trials[0]["metrics"], json({{"exact_match", 0.5}}));
  EXPECT_EQ(trials[1]["parameters"]["lr"], 3e-3);
  EXPECT_EQ(trials[1]["parameters"]["tie_embeddings"], false);
  EXPECT_EQ(Run({"trials", "demo"}).out,
            "id  state      attempt  seed  lr     exact_match  reason\n"
            "1   succeeded  1        7     0.001  0.5          completed\n"
            "2   succeeded  1        7     0.003  0.5          completed\n");
}

TEST_F(CliTest, TableShowsIntervalsSolvedSharesAndChance) {
  EXPECT_EQ(Run({"table", "demo", "--rows", "lr", "--cols", "objective"}).out,
            "demo: exact_match, mean over seeds and share solved, with 95 % intervals; chance of "
            "exact_match 1/degree = 0.5\n\n"
            "lr     objective=standard                         objective=reverse\n"
            "0.001  0.75 [0.2, 1]  solved 1/2 [0.0945, 0.905]  "
            "1 (one seed, no interval)  solved 0/1 [0, 0.793]  1 failed\n"
            "0.01   2 unfinished                               -\n");
}

TEST_F(CliTest, CurvesHaveARowForEachStep) {
  EXPECT_EQ(Run({"curves", "demo"}).out,
            "demo: exact_match by step, mean over trials with 95 % intervals; trials that ended "
            "before count with their last value\n\n"
            "objective  step  exact_match    trials  ended before\n"
            "standard   100   0.5            1       0\n"
            "standard   200   0.75 [0.2, 1]  2       1\n");
  EXPECT_EQ(Run({"curves", "demo", "--output", "csv"}).out,
            "objective,step,metric,value,low,high,n,carried\n"
            "standard,100,exact_match,0.5,,,1,0\n"
            "standard,200,exact_match,0.75,0.2,1.0,2,1\n");
  const json curves = json::parse(Run({"curves", "demo", "--output", "json"}).out);
  ASSERT_EQ(curves.size(), 1u);
  EXPECT_EQ(curves[0]["parameters"], json({{"objective", "standard"}}));
  EXPECT_EQ(curves[0]["points"][0], json({{"step", 100},
                                          {"value", 0.5},
                                          {"low", nullptr},
                                          {"high", nullptr},
                                          {"n", 1},
                                          {"carried", 0}}));
}

TEST_F(CliTest, CurvesAreAskedByGroupsOfAPart) {
  const Output output = Run({"curves", "demo", "--by", "objective,lr", "--metric", "loss",
                             "--where", "depth=4,objective=standard"});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_THAT(service_.curves_request.by(), ElementsAre("objective", "lr"));
  EXPECT_EQ(service_.curves_request.metric(), "loss");
  ASSERT_EQ(service_.curves_request.where_size(), 2);
  EXPECT_EQ(service_.curves_request.where(0).parameter(), "depth");
  EXPECT_EQ(service_.curves_request.where(0).values(0).integer(), 4);
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"depth", "`depth` says no value; write NAME=VALUE"},
      {"dept=4", "did you mean `depth`?"},
      {"objective=standart", "objective"}};
  for (const auto& [where, reason] : wrong) {
    const Output refused = Run({"curves", "demo", "--where", where});
    EXPECT_EQ(refused.code, 2) << where;
    EXPECT_THAT(refused.err, HasSubstr(reason));
  }
}

TEST_F(CliTest, CompareShowsEachPairAndWhatTheySayTogether) {
  EXPECT_EQ(
      Run({"compare", "demo", "objective=reverse", "objective=standard"}).out,
      "demo: exact_match of objective=reverse less that of objective=standard, config by config "
      "and seed by seed, with 95 % intervals\n"
      "2 pairs of configs: the mean of objective=reverse is ahead in 2 (share 1 [0.158, 1]), that "
      "of "
      "objective=standard in 0\n"
      "mean difference over pairs 0.375, p = 0.5 (Wilcoxon's signed ranks)\n\n"
      "lr     difference        seeds          q     better (q ≤ 0.05)\n"
      "0.001  0.5 [0.25, 0.75]  3              0.01  objective=reverse\n"
      "0.01   0.25              1 (2 missing)  -     undecided\n");
  EXPECT_EQ(service_.comparison_request.first(0).values(0).choice(), "reverse");
  EXPECT_EQ(service_.comparison_request.second(0).values(0).choice(), "standard");
  EXPECT_EQ(Run({"compare", "demo", "lr=1e-3", "lr=3e-3", "--output", "csv"}).out,
            "lr,difference,low,high,seeds,missing,q,better\n"
            "0.001,0.5,0.25,0.75,3,0,0.01,first\n"
            "0.01,0.25,,,1,2,,\n");
  const json found =
      json::parse(Run({"compare", "demo", "lr=1e-3", "lr=3e-3", "--output", "json"}).out);
  EXPECT_EQ(found["first"], json({{"objective", "reverse"}}));
  EXPECT_EQ(found["share"], json({{"value", 1.0}, {"low", 0.158}, {"high", 1.0}}));
  EXPECT_EQ(found["pairs"][0]["better"], "first");
  EXPECT_EQ(found["pairs"][1]["q"], nullptr);
}

TEST_F(CliTest, CompareRefusesWhatIsNoSide) {
  EXPECT_EQ(Run({"compare", "demo", "objective=reverse"}).code, 2);
  const Output misspelt = Run({"compare", "demo", "objectiv=reverse", "objective=standard"});
  EXPECT_EQ(misspelt.code, 2);
  EXPECT_THAT(misspelt.err, HasSubstr("did you mean `objective`?"));
  EXPECT_THAT(Run({"compare", "demo", "reverse", "standard"}).err, HasSubstr("write NAME=VALUE"));
  EXPECT_THAT(Run({"compare", "demo", "", "lr=1e-3"}).err, HasSubstr("write NAME=VALUE"));
}

TEST_F(CliTest, ExportHasARecordForEachTrialOfAllPages) {
  const std::string file = absl::StrCat(file_, ".export");
  const auto text = [&] {
    std::ifstream stream(file);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  EXPECT_EQ(Run({"export", "demo", "--format", "csv", "-o", file}).out,
            absl::StrCat(file, ": 2 trials\n"));
  EXPECT_EQ(text(),
            "trial,state,reason,seed,last_step,lr,exact_match\n"
            "1,succeeded,completed,7,0,0.001,0.5\n"
            "2,succeeded,completed,7,0,0.003,0.5\n");
  EXPECT_EQ(Run({"export", "demo", "--format", "json", "-o", file, "--output", "json"}).out,
            absl::StrCat("{\"file\":\"", file, "\",\"trials\":2}\n"));
  const json records = json::parse(text());
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1], json({{"trial", 2},
                              {"state", "succeeded"},
                              {"reason", "completed"},
                              {"seed", 7},
                              {"last_step", 0},
                              {"parameters", {{"lr", 0.003}}},
                              {"metrics", {{"exact_match", 0.5}}}}));
  std::filesystem::remove(file);
}

TEST_F(CliTest, ExportThatFailsLeavesNoFile) {
  const std::string file = absl::StrCat(file_, ".export");
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  const Output parquet = Run({"export", "demo", "--format", "parquet", "-o", file});
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(parquet.code, 1);
  EXPECT_THAT(parquet.err, HasSubstr("duckdb is not in PATH"));
  EXPECT_EQ(Run({"export", "demo", "--format", "xml", "-o", file}).code, 2);
  EXPECT_EQ(Run({"export", "demo", "--format", "csv", "-o", file}, /*interrupted=*/true).code, 130);
  EXPECT_THAT(Run({"export", "demo", "--format", "csv", "-o", "/nonexistent/x"}).err,
              HasSubstr("name a file in a folder that can be written"));
  EXPECT_THAT(Run({"export", "demo", "--format", "csv", "-o", "/tmp"}).err,
              HasSubstr("`/tmp` is not a file"));
  EXPECT_THAT(Run({"export", "demo", "--format", "optuna", "--metric", "los", "-o", file}).err,
              HasSubstr("no trial of the sweep measured `los`"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(CliTest, ReportIsOneFileOrNone) {
  const std::string file = absl::StrCat(file_, ".html");
  service_.environments_end = {grpc::StatusCode::UNIMPLEMENTED, "an old coordinator"};
  EXPECT_EQ(Run({"report", "demo", "-o", file}).code, 1);
  EXPECT_FALSE(std::filesystem::exists(file));
  service_.environments_end = grpc::Status::OK;
  EXPECT_EQ(Run({"report", "nowhere", "-o", file}).code, 4);
  const Output output = Run({"report", "demo", "-o", file});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_THAT(output.out, StartsWith(absl::StrCat(file, ": ")));
  std::ifstream stream(file);
  const std::string page(std::istreambuf_iterator<char>(stream), {});
  EXPECT_THAT(page, HasSubstr("<h1>Sweep demo</h1>"));
  EXPECT_THAT(page, HasSubstr("cannot be said: no parameter varies"));
  std::filesystem::remove(file);
}

TEST_F(CliTest, TableAsJsonIsAListOfCells) {
  const json cells = json::parse(Run({"table", "demo", "--output", "json"}).out);
  ASSERT_EQ(cells.size(), 4u);
  EXPECT_EQ(cells[0], json({{"parameters", {{"lr", 1e-3}, {"objective", "standard"}}},
                            {"metric", "exact_match"},
                            {"statistic", "mean"},
                            {"value", 0.75},
                            {"low", 0.2},
                            {"high", 1.0},
                            {"n", 2},
                            {"configs", 1},
                            {"seeds", 2},
                            {"results", 2},
                            {"solved", 0.5},
                            {"solved_low", 0.0945},
                            {"solved_high", 0.905},
                            {"best_trial", 7},
                            {"unfinished", 0},
                            {"failed", 0},
                            {"stopped", 0}}));
  EXPECT_TRUE(cells[1]["low"].is_null());
  EXPECT_TRUE(cells[2]["value"].is_null());
}

TEST_F(CliTest, TableAsCsvHasARecordPerCell) {
  EXPECT_THAT(
      Run({"table", "demo", "--output", "csv"}).out,
      StartsWith("lr,objective,metric,statistic,value,low,high,n,configs,seeds,results,solved,"
                 "solved_low,solved_high,best_trial,unfinished,failed,stopped\n"
                 "0.001,standard,exact_match,mean,0.75,0.2,1.0,2,1,2,2,0.5,0.0945,0.905,7,"
                 "0,0,0\n"));
}

TEST_F(CliTest, TableAsksForAStatisticWithAnInterval) {
  const Output median = Run({"table", "demo", "--statistic", "median", "--interval", "bootstrap"});
  EXPECT_EQ(service_.table_request.statistic(), v1::STATISTIC_MEDIAN);
  EXPECT_EQ(service_.table_request.interval(), v1::INTERVAL_METHOD_BOOTSTRAP);
  EXPECT_THAT(
      median.out,
      StartsWith("demo: exact_match, median and share solved, with 95 % bootstrap intervals"));
  EXPECT_THAT(Run({"table", "demo", "--statistic", "solved"}).out,
              HasSubstr("\n0.001  solved 1/2 [0.2, 1]"));
  const Output wrong = Run({"table", "demo", "--statistic", "men"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err,
              HasSubstr("--statistic must be mean, median, iqm, best, solved or steps, not `men`"));
}

TEST_F(CliTest, BestAsksForTheBestConfigsAndNamesATrialOfEach) {
  const Output best = Run({"best", "demo", "--top", "3"});
  EXPECT_TRUE(service_.table_request.best_first());
  EXPECT_EQ(service_.table_request.limit(), 3);
  EXPECT_THAT(service_.table_request.rows(), ElementsAre("lr"));
  EXPECT_THAT(best.out, StartsWith("demo: best configs by exact_match, mean over seeds"));
  EXPECT_THAT(best.out, HasSubstr("best trial\n"));
  EXPECT_EQ(Run({"best", "demo", "--top", "0"}).code, 2);
}

TEST_F(CliTest, WatchEndsWithTheSweepAndFailsIfTrialsFailed) {
  const Output output = Run({"watch", "demo"});
  EXPECT_EQ(output.out, "################ 12/12 trials, 0 running, 1 failed\n");
  EXPECT_EQ(output.code, 1);
  EXPECT_THAT(output.err, HasSubstr("some trials failed"));
}

TEST_F(CliTest, ProgressDoesNotMixWithOutputForMachines) {
  const Output output = Run({"submit", file_, "--watch", "--output", "json"});
  EXPECT_EQ(json::parse(output.out)["sweep"], "demo");
  EXPECT_THAT(output.err, HasSubstr("12/12 trials"));
}

TEST_F(CliTest, PauseAndRetryShowTheSweepAfterwards) {
  EXPECT_EQ(json::parse(Run({"pause", "demo", "--output", "json"}).out)["state"], "paused");
  EXPECT_EQ(Run({"retry", "demo", "--failed"}).code, 0);
  EXPECT_EQ(service_.retried, "demo");
}

TEST_F(CliTest, PruneShowsWhatIsOldAndHasEndedAndRemovesItWithYes) {
  const Output shown = Run({"prune", "--older-than", "2", "--output", "json"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  ASSERT_EQ(json::parse(shown.out).size(), 1u) << shown.out;
  EXPECT_EQ(json::parse(shown.out)[0]["id"], 7);
  EXPECT_THAT(shown.err, HasSubstr("nothing is removed yet"));
  EXPECT_THAT(service_.pruned, ::testing::IsEmpty());
  const Output removed = Run({"prune", "--older-than", "2", "--yes"});
  EXPECT_EQ(removed.code, 0) << removed.err;
  EXPECT_THAT(service_.pruned, ::testing::ElementsAre("7"));
  EXPECT_EQ(Run({"prune", "demo", "--yes"}).code, 0);
  EXPECT_THAT(service_.pruned, ::testing::ElementsAre("7", "3"));
}

TEST_F(CliTest, PruneRefusesToGuess) {
  EXPECT_EQ(Run({"prune", "--yes"}).code, 2);
  EXPECT_EQ(Run({"prune", "demo", "--older-than", "2"}).code, 2);
  EXPECT_EQ(Run({"prune", "--older-than", "-1"}).code, 2);
  EXPECT_EQ(Run({"prune", "--older-than=-nan", "--yes"}).code, 2);
  EXPECT_NE(Run({"prune", "demo", "missing", "--yes"}).code, 0);
  EXPECT_THAT(service_.pruned, ::testing::IsEmpty()) << "all or none";
}

TEST_F(CliTest, ExtendSendsTheParametersAndSeedsOfTheFile) {
  std::ofstream(file_, std::ios::app) << "stop_when: solved\npriority: 3\n";
  EXPECT_EQ(json::parse(Run({"extend", "demo", file_, "--output", "json"}).out)["sweep"], "demo");
  EXPECT_EQ(service_.extended.sweep(), "demo");
  ASSERT_EQ(service_.extended.axes_size(), 2);
  EXPECT_EQ(service_.extended.axes(0).name(), "lr");
  EXPECT_EQ(service_.extended.seeds_size(), 2);
  std::ofstream(file_) << "method: grid\nparameters: {depth: {value: 6}}\n";
  EXPECT_EQ(Run({"extend", "demo", file_}).code, 0);
  ASSERT_EQ(service_.extended.axes_size(), 1);
  EXPECT_EQ(service_.extended.axes(0).name(), "depth");
  EXPECT_EQ(service_.extended.seeds_size(), 0) << "the file names none";
}

TEST_F(CliTest, CancelTakesASweepOrATrial) {
  EXPECT_EQ(json::parse(Run({"cancel", "--trial", "17", "--output", "json"}).out)["state"],
            "cancelled");
  EXPECT_EQ(Run({"cancel"}).code, 2);
  EXPECT_EQ(Run({"cancel", "demo", "--trial", "17"}).code, 2);
}

TEST_F(CliTest, WatchForMachinesEndsWithTheSweep) {
  const Output output = Run({"watch", "demo", "--output", "json"});
  EXPECT_EQ(json::parse(output.out)["state"], "finished");
}

TEST_F(CliTest, WhatIsNotThereHasItsOwnCode) {
  const Output output = Run({"show", "x"});
  EXPECT_EQ(output.code, 4);
  EXPECT_EQ(output.err, "sweepctl: no sweep `x`\n");
}

TEST_F(CliTest, UnreachableCoordinatorIsNamed) {
  const Output output = RunAs({"sweepctl", "--server", "127.0.0.1:1", "list"});
  EXPECT_EQ(output.code, 3);
  EXPECT_THAT(output.err, HasSubstr("no coordinator answers at 127.0.0.1:1"));
}

TEST_F(CliTest, WrongArgumentsAreUsageErrors) {
  EXPECT_EQ(RunAs({"sweepctl"}).code, 2);
  EXPECT_EQ(RunAs({"sweepctl", "sumbit"}).code, 2);
  EXPECT_EQ(RunAs({"sweepctl", "list", "--output", "xml"}).code, 2);
  EXPECT_EQ(RunAs({"sweepctl", "trial", "one"}).code, 2);
  EXPECT_EQ(RunAs({"sweepctl", "--help"}).code, 0);
  EXPECT_EQ(RunAs({"sweepctl", "submit", "missing.yaml"}).code, 2);
}

TEST_F(CliTest, MisspeltWordsNameTheClosest) {
  EXPECT_THAT(RunAs({"sweepctl", "shw", "demo"}).err,
              HasSubstr("unknown command `shw`, did you mean `show`?"));
  EXPECT_THAT(RunAs({"sweepctl", "list", "--outptu=json"}).err,
              HasSubstr("unknown option `--outptu`, did you mean `--output`?"));
  EXPECT_THAT(RunAs({"sweepctl", "task", "check"}).err,
              HasSubstr("see `sweepctl task check --help`"));
  EXPECT_THAT(RunAs({"sweepctl", "list", "--output", "yaml"}).err,
              HasSubstr("--output must be table, json, csv, markdown or latex, not `yaml`"));
  EXPECT_THAT(RunAs({"sweepctl", "task", "generate", "--seed", "-1"}).err,
              HasSubstr("a seed is an integer from 0"));
  EXPECT_THAT(RunAs({"sweepctl", "task", "generate", "--seed", "18446744073709551616"}).err,
              HasSubstr("a seed is an integer from 0"));
}

// A folder for the file of `backup`, and what is in it afterwards.
class BackupTest : public CliTest {
 protected:
  BackupTest() { std::filesystem::create_directory(folder_); }
  ~BackupTest() override { std::filesystem::remove_all(folder_); }

  std::string Content() const {
    std::ostringstream content;
    content << std::ifstream(path_).rdbuf();
    return content.str();
  }
  // The code and words of a backup that does not succeed; it must leave nothing.
  void ExpectFailure(const Output& output, int code, const std::string& words) {
    EXPECT_EQ(output.code, code);
    EXPECT_EQ(output.out, "");
    EXPECT_THAT(output.err, HasSubstr(words));
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
  }

  const std::string folder_ = file_ + "-backup";
  const std::string path_ = folder_ + "/backup.db";
};

TEST_F(BackupTest, WritesTheFileAndSaysHowLargeItIs) {
  const Output table = Run({"backup", path_});
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_EQ(table.out, path_ + ": 3000000 bytes\n");
  EXPECT_TRUE(Content() == service_.backup);
  const Output machine = Run({"backup", path_, "--force", "--output", "json"});
  EXPECT_EQ(json::parse(machine.out), json({{"file", path_}, {"bytes", 3'000'000}}));
}

TEST_F(BackupTest, ReplacesAFileByForceOnly) {
  std::ofstream(path_) << "precious";
  const Output refused = Run({"backup", path_});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--force"));
  EXPECT_EQ(Content(), "precious");
  service_.cut = true;
  EXPECT_EQ(Run({"backup", path_, "--force"}).code, 1);
  EXPECT_EQ(Content(), "precious") << "until there is a whole one";
  service_.cut = false;
  EXPECT_EQ(Run({"backup", path_, "--force"}).code, 0);
  EXPECT_EQ(Content().size(), 3'000'000u);
}

TEST_F(BackupTest, NeverReplacesADatabaseInUseOrADevice) {
  std::ofstream(path_) << "precious";
  std::ofstream(path_ + "-wal") << "precious";
  const Output in_use = Run({"backup", path_, "--force"});
  EXPECT_EQ(in_use.code, 2);
  EXPECT_THAT(in_use.err, HasSubstr("in use"));
  EXPECT_EQ(Content(), "precious");
  EXPECT_EQ(Run({"backup", "/dev/null", "--force"}).code, 2);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(BackupTest, WhatCannotBeWrittenIsSaidBeforeAnythingIsAsked) {
  const Output output = Run({"backup", folder_ + "/no/such/backup.db"});
  ExpectFailure(output, 2, "no/such/backup.db");
  EXPECT_THAT(output.err, HasSubstr("name a file in a folder that can be written"));
}

TEST_F(BackupTest, StreamThatIsCutOffLeavesNothing) {
  service_.cut = true;
  ExpectFailure(Run({"backup", path_}), 1, "cut off");
  service_.backup_end = {grpc::StatusCode::UNAVAILABLE, "Socket closed"};
  ExpectFailure(Run({"backup", path_}), 3, "broke off: Socket closed; no backup was written");
  service_.backup_end = {grpc::StatusCode::CANCELLED, "ending"};
  ExpectFailure(Run({"backup", path_}), 3, "broke off");
}

TEST_F(BackupTest, CoordinatorWithoutRoomIsAFailureThatLeavesNothing) {
  service_.cut = true;
  service_.backup_end = {grpc::StatusCode::RESOURCE_EXHAUSTED, "make room and try again"};
  ExpectFailure(Run({"backup", path_}), 1, "make room");
}

TEST_F(BackupTest, InterruptEndsItAndLeavesNothing) {
  service_.endless = true;
  ExpectFailure(Run({"backup", path_}, /*interrupted=*/true), 130, "interrupted");
}

TEST_F(BackupTest, UnreachableCoordinatorLeavesNothing) {
  ExpectFailure(RunAs({"sweepctl", "--server", "127.0.0.1:1", "backup", path_}), 3,
                "no coordinator answers");
}

// The limit of this process stands for a full disk.
TEST_F(BackupTest, FileThatCannotGrowIsAFailureThatLeavesNothing) {
  rlimit old;
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{1'000'000, old.rlim_max};
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const Output output = Run({"backup", path_});
  setrlimit(RLIMIT_FSIZE, &old);
  signal(SIGXFSZ, handler);
  ExpectFailure(output, 1, absl::StrCat("cannot write `", path_, "`"));
}

TEST_F(CliTest, GeneratedTaskFilesAreValid) {
  const Output generated = RunAs({"sweepctl", "task", "generate", "--degree", "3", "--length", "4",
                                  "--nodes", "12", "--count", "50", "--seed", "9"});
  const std::string path = file_ + ".txt";
  std::ofstream(path) << generated.out;
  const Output checked = RunAs({"sweepctl", "--output", "json", "task", "check", path});
  EXPECT_EQ(checked.code, 0) << checked.err;
  const json report = json::parse(checked.out);
  EXPECT_EQ(report["valid"], 50);
  EXPECT_EQ(
      report["graphs"],
      json::array({{{"degree", 3}, {"length", 4}, {"nodes_at_least", 12}, {"examples", 50}}}));
  std::ofstream(path) << "0,1|0,2/0,1=0,1\n0,1|0,2/0,1=0,2\nnonsense\n";
  const Output bad = RunAs({"sweepctl", "task", "check", path});
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, HasSubstr(path + ":2: the path should be 0,1"));
  EXPECT_THAT(bad.err, HasSubstr(path + ":3: the line does not read edges/start,goal=path"));
  std::filesystem::remove(path);
}

TEST_F(CliTest, DocumentedParametersAreThoseOfTheTable) {
  std::ifstream file(PATHSWEEP_SOURCE_DIR "/docs/parameters.md");
  std::stringstream documented;
  documented << file.rdbuf();
  EXPECT_THAT(documented.str(),
              HasSubstr(RunAs({"sweepctl", "parameters", "--output", "markdown"}).out))
      << "write docs/parameters.md anew from `sweepctl parameters --output markdown`";
}

// The script in a real bash: what it offers after a line.
std::string CliTest::Completed(const std::string& line) {
  const std::string path = ::testing::TempDir() + absl::StrCat("completion-", getpid());
  std::ofstream(path) << RunAs({"sweepctl", "completion", "bash"}).out << "COMP_WORDS=(" << line
                      << ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_sweepctl\n"
                      << "echo \"${COMPREPLY[*]}\"\n";
  std::string offered(4096, 0);
  FILE* bash = popen(("bash " + path).c_str(), "r");
  offered.resize(fread(offered.data(), 1, offered.size(), bash));
  pclose(bash);
  std::filesystem::remove(path);
  return offered;
}

TEST_F(CliTest, BashCompletesCommandsOptionsAndChoices) {
  EXPECT_EQ(Completed("sweepctl sub"), "submit\n");
  EXPECT_EQ(Completed("sweepctl task ''"), "generate check\n");
  EXPECT_EQ(Completed("sweepctl task generate --de"), "--degree\n");
  EXPECT_EQ(Completed("sweepctl list --output j"), "json\n");
  EXPECT_EQ(Completed("sweepctl completion ''"), "bash zsh fish\n");
  EXPECT_EQ(Completed("sweepctl table list --me"), "--metric\n");
  EXPECT_EQ(Completed("sweepctl --server list ta"), "table task\n");
  EXPECT_EQ(Completed("sweepctl list --output = j"), "json\n");
  EXPECT_EQ(Completed("sweepctl backup --fo"), "--force\n");
}

TEST_F(CliTest, CompletionKnowsEveryCommand) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Output output = RunAs({"sweepctl", "completion", shell});
    EXPECT_EQ(output.code, 0);
    for (const char* word : {"submit", "run", "table", "rows", "dry-run", "backup"}) {
      EXPECT_THAT(output.out, HasSubstr(word)) << shell;
    }
  }
}

}  // namespace
}  // namespace pathsweep
