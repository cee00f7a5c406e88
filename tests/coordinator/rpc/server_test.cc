// A whole coordinator in this process, asked over gRPC.
#include "coordinator/rpc/server.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/atomic_file.h"
#include "base/file_chunks.h"
#include "base/parameter_proto.h"
#include "base/protocol_version.h"
#include "coordinator/store/sqlite_store.h"
#include "pathsweep/v1/sweep_service.grpc.pb.h"
#include "pathsweep/v1/worker_service.grpc.pb.h"
#include "tests/coordinator/store/temporary_folder.h"

namespace pathsweep {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

v1::SweepSpec SpecOf(const std::string& name, std::vector<double> rates) {
  Grid grid;
  GridAxis& axis = grid.axes.emplace_back();
  axis.name = "lr";
  axis.values.assign(rates.begin(), rates.end());
  v1::SweepSpec spec;
  spec.set_name(name);
  ToProto(grid, spec);
  return spec;
}

v1::WorkerReport FirstReport() {
  v1::WorkerReport report;
  report.set_protocol_version(kProtocolVersion);
  report.set_sequence(1);
  report.mutable_worker()->set_name("w");
  report.mutable_worker()->set_slots(1);
  return report;
}

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() { Start(); }

  void Start() {
    server_ =
        Server::Start({.listen = "127.0.0.1:0", .database = folder_.File("results.db")}, clock_)
            .value();
    const auto channel =
        grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
    sweeps_ = v1::SweepService::NewStub(channel);
    workers_ = v1::WorkerService::NewStub(channel);
  }

  grpc::Status Submit(const std::string& request_id, const v1::SweepSpec& spec) {
    grpc::ClientContext context;
    v1::SubmitSweepRequest request;
    request.set_request_id(request_id);
    *request.mutable_spec() = spec;
    v1::SubmitSweepResponse response;
    grpc::Status status = sweeps_->SubmitSweep(&context, request, &response);
    sweep_ = response.sweep();
    return status;
  }

  // The stream's end after one report.
  grpc::Status StatusAfter(const v1::WorkerReport& report) {
    grpc::ClientContext context;
    const auto stream = workers_->Exchange(&context);
    stream->Write(report);
    v1::Directive directive;
    stream->Read(&directive);
    stream->WritesDone();
    return stream->Finish();
  }

  // Ends the stream once the report is acknowledged.
  static void ReportLast(grpc::ClientReaderWriter<v1::WorkerReport, v1::Directive>& stream,
                         const v1::WorkerReport& report) {
    ASSERT_TRUE(stream.Write(report));
    v1::Directive directive;
    do {
      ASSERT_TRUE(stream.Read(&directive));
    } while (directive.acknowledged_sequence() < report.sequence());
    stream.WritesDone();
    EXPECT_TRUE(stream.Finish().ok());
  }

  // Temporary files beside the database.
  int Leftovers() const {
    int leftovers = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.File(""))) {
      if (absl::StrContains(entry.path().string(), kPartialSuffix)) ++leftovers;
    }
    return leftovers;
  }

  const TemporaryFolder folder_;
  const SystemClock clock_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<v1::SweepService::Stub> sweeps_;
  std::unique_ptr<v1::WorkerService::Stub> workers_;
  v1::Sweep sweep_;
};

TEST_F(ServerTest, RepeatedSubmitGivesTheSameSweepAlsoAfterARestart) {
  ASSERT_TRUE(Submit("id", SpecOf("a", {1e-3, 2e-3})).ok());
  const v1::Sweep first = sweep_;
  EXPECT_EQ(first.trials().pending(), 2);
  ASSERT_TRUE(Submit("id", SpecOf("a", {1e-3, 2e-3})).ok());
  EXPECT_EQ(sweep_.id(), first.id());
  server_.reset();
  Start();
  ASSERT_TRUE(Submit("id", SpecOf("a", {1e-3, 2e-3})).ok());
  EXPECT_EQ(sweep_.id(), first.id());
}

TEST_F(ServerTest, WrongSpecsAreRefusedWithTheReason) {
  const std::vector<std::pair<v1::SweepSpec, std::string>> cases = {
      {SpecOf("", {1e-3}), "1 to 64"},
      {SpecOf("42", {1e-3}), "not be digits alone"},
      {SpecOf("a b", {1e-3}), "not `a b`"},
      {SpecOf("a", {}), "no values"},
      {SpecOf("a", {1e-3, 1e-3}), "twice"},
      {SpecOf("a", {-1}), "above 0"},
      {SpecOf("a", {std::numeric_limits<double>::quiet_NaN()}), "above 0"},
  };
  for (const auto& [spec, reason] : cases) {
    const grpc::Status status = Submit("id", spec);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr(reason));
  }
  EXPECT_EQ(Submit("", SpecOf("a", {1e-3})).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServerTest, ALongReasonArrivesCut) {
  v1::SweepSpec spec = SpecOf("a", {1e-3});
  spec.mutable_axes(0)->set_name(std::string(100'000, 'x'));
  const grpc::Status status = Submit("id", spec);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), StartsWith("unknown parameter `xxx"));
  EXPECT_THAT(status.error_message(), EndsWith("xxx..."));
}

TEST_F(ServerTest, WorkerOfAnotherProtocolVersionIsRefused) {
  v1::WorkerReport report = FirstReport();
  report.set_protocol_version(99);
  const grpc::Status status = StatusAfter(report);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("protocol version 99"));
}

TEST_F(ServerTest, MalformedReportsAreRefused) {
  v1::WorkerReport nameless = FirstReport();
  nameless.mutable_worker()->clear_name();
  EXPECT_EQ(StatusAfter(nameless).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  v1::WorkerReport endless = FirstReport();
  v1::Measurement& measurement = *endless.add_attempts()->add_measurements();
  measurement.set_metric("x");
  measurement.set_value(std::numeric_limits<double>::infinity());
  EXPECT_EQ(StatusAfter(endless).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  v1::WorkerReport undecided = FirstReport();
  undecided.add_attempts()->mutable_outcome();
  EXPECT_EQ(StatusAfter(undecided).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServerTest, TrialGoesFromLeaseToTable) {
  ASSERT_TRUE(Submit("id", SpecOf("a", {1e-3})).ok());
  grpc::ClientContext context;
  const auto stream = workers_->Exchange(&context);
  ASSERT_TRUE(stream->Write(FirstReport()));
  v1::Directive directive;
  ASSERT_TRUE(stream->Read(&directive));
  ASSERT_EQ(directive.leases_size(), 1);
  v1::WorkerReport report = FirstReport();
  report.set_sequence(2);
  v1::AttemptReport& attempt = *report.add_attempts();
  attempt.set_trial_id(directive.leases(0).trial_id());
  attempt.set_attempt(directive.leases(0).attempt());
  v1::Measurement& measurement = *attempt.add_measurements();
  measurement.set_metric("exact_match");
  measurement.set_value(1);
  v1::Measurement& loss = *attempt.add_measurements();
  loss.set_metric("test_loss");
  loss.set_value(0.25);
  attempt.mutable_outcome()->set_kind(v1::Outcome::DIVERGED);
  ReportLast(*stream, report);

  grpc::ClientContext table_context;
  v1::GetTableRequest request;
  request.set_sweep("a");
  request.add_rows("lr");
  v1::Table table;
  ASSERT_TRUE(sweeps_->GetTable(&table_context, request, &table).ok());
  ASSERT_EQ(table.cells_size(), 1);
  EXPECT_EQ(table.cells(0).n(), 1);
  EXPECT_EQ(table.cells(0).solved(), 1);
  EXPECT_EQ(table.cells(0).diverged(), 1);
  EXPECT_EQ(table.cells(0).metric().value(), 1);
  EXPECT_FALSE(table.cells(0).metric().has_low());

  grpc::ClientContext loss_context;
  request.set_metric("test_loss");
  ASSERT_TRUE(sweeps_->GetTable(&loss_context, request, &table).ok());
  EXPECT_EQ(table.cells(0).metric().value(), 0.25);
  EXPECT_EQ(table.cells(0).solved(), 1) << "by exact_match all the same";
  grpc::ClientContext solved_context;
  request.set_statistic(v1::STATISTIC_SOLVED);
  EXPECT_THAT(sweeps_->GetTable(&solved_context, request, &table).error_message(),
              HasSubstr("of exact_match, not of `test_loss`"));
  request.clear_metric();
  grpc::ClientContext share_context;
  ASSERT_TRUE(sweeps_->GetTable(&share_context, request, &table).ok());
  EXPECT_EQ(table.metric(), "exact_match");

  grpc::ClientContext steps_context;
  request.set_statistic(v1::STATISTIC_STEPS);
  request.set_best_first(true);
  ASSERT_TRUE(sweeps_->GetTable(&steps_context, request, &table).ok());
  EXPECT_EQ(table.cells(0).metric().value(), 0) << "it solved the task before the first step";
  EXPECT_EQ(table.cells(0).best_trial(), directive.leases(0).trial_id());
  request.clear_statistic();

  grpc::ClientContext wrong_context;
  request.set_metric("exact_mach");
  const grpc::Status wrong = sweeps_->GetTable(&wrong_context, request, &table);
  EXPECT_THAT(wrong.error_message(), HasSubstr("did you mean `exact_match`?"));
}

TEST_F(ServerTest, ClaimsAreJudgedByWhatTheTrialsMeasured) {
  v1::SweepSpec spec = SpecOf("a", {1e-3, 2e-3});
  for (int64_t seed : {2, 3}) spec.add_seeds(seed);
  v1::Claim& claim = *spec.add_claims();
  claim.set_name("solves");
  claim.set_at_least("0.9");
  ASSERT_TRUE(Submit("id", spec).ok());
  grpc::ClientContext context;
  const auto stream = workers_->Exchange(&context);
  v1::WorkerReport report = FirstReport();
  report.mutable_worker()->set_slots(6);
  ASSERT_TRUE(stream->Write(report));
  v1::Directive directive;
  ASSERT_TRUE(stream->Read(&directive));
  ASSERT_EQ(directive.leases_size(), 6);
  report.set_sequence(2);
  for (const v1::Lease& lease : directive.leases()) {
    v1::AttemptReport& attempt = *report.add_attempts();
    attempt.set_trial_id(lease.trial_id());
    attempt.set_attempt(lease.attempt());
    v1::Measurement& measurement = *attempt.add_measurements();
    measurement.set_metric("exact_match");
    measurement.set_value(lease.trial_id() % 2 == 1 ? 0.99 : 0.4);  // by learning rate
    attempt.mutable_outcome()->set_kind(v1::Outcome::COMPLETED);
  }
  ReportLast(*stream, report);

  const auto ask = [&](const v1::GetClaimsRequest& request, v1::GetClaimsResponse& response) {
    grpc::ClientContext claims_context;
    return sweeps_->GetClaims(&claims_context, request, &response);
  };
  v1::GetClaimsRequest request;
  request.set_sweep("a");
  v1::GetClaimsResponse response;
  ASSERT_TRUE(ask(request, response).ok());
  ASSERT_EQ(response.claims_size(), 1);
  const v1::ClaimReport& found = response.claims(0);
  EXPECT_EQ(found.holds(), 1);
  EXPECT_DOUBLE_EQ(found.worst().mean().value(), 0.4);
  EXPECT_DOUBLE_EQ(found.best().mean().value(), 0.99);
  EXPECT_EQ(found.fails(), 1);
  ASSERT_EQ(found.verdicts_size(), 2);
  EXPECT_EQ(found.verdicts(0).parameters(0).value().real(), 2e-3);
  EXPECT_THAT(found.verdicts(0).counterexamples(), ::testing::ElementsAre(2, 4, 6));
  EXPECT_EQ(found.boundary(0).holding_to_failing(), 1);
  EXPECT_EQ(response.database(), folder_.File("results.db"));
  EXPECT_EQ(response.unfinished(), 0);

  // One that the sweep was submitted without, instead.
  request.set_max_verdicts(1);
  v1::Claim& other = *request.add_claims();
  other.set_name("other");
  other.set_at_most("0.5");
  ASSERT_TRUE(ask(request, response).ok());
  EXPECT_EQ(response.claims(0).claim().name(), "other");
  EXPECT_EQ(response.claims(0).verdicts_size(), 1);
  request.mutable_claims(0)->set_at_most("0.5 +");
  EXPECT_EQ(ask(request, response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_claims();
  request.add_names("solve");
  EXPECT_THAT(ask(request, response).error_message(), HasSubstr("did you mean `solves`?"));
}

// Trains every trial that it is leased, by `value` of its learning rate and seed, until the sweep
// has ended.
void TrainAll(v1::SweepService::Stub& sweeps, v1::WorkerService::Stub& workers,
              const std::string& sweep, const std::function<double(double, int64_t)>& value) {
  grpc::ClientContext context;
  const auto stream = workers.Exchange(&context);
  v1::WorkerReport report = FirstReport();
  report.mutable_worker()->set_slots(16);
  ASSERT_TRUE(stream->Write(report));
  uint64_t sequence = 1;
  for (v1::Directive directive; stream->Read(&directive);) {
    report.clear_attempts();
    for (const v1::Lease& lease : directive.leases()) {
      double rate = 1e-3;
      for (const v1::Parameter& one : lease.parameters()) {
        if (one.name() == "lr") rate = one.value().real();
      }
      v1::AttemptReport& attempt = *report.add_attempts();
      attempt.set_trial_id(lease.trial_id());
      attempt.set_attempt(lease.attempt());
      v1::Measurement& measurement = *attempt.add_measurements();
      measurement.set_metric("exact_match");
      measurement.set_value(value(rate, lease.seed()));
      attempt.mutable_outcome()->set_kind(v1::Outcome::COMPLETED);
    }
    v1::GetSweepRequest request;
    request.set_sweep(sweep);
    v1::Sweep now;
    grpc::ClientContext sweep_context;
    ASSERT_TRUE(sweeps.GetSweep(&sweep_context, request, &now).ok());
    if (now.state() == v1::SWEEP_STATE_FINISHED) break;
    report.set_sequence(++sequence);
    ASSERT_TRUE(stream->Write(report));
  }
  context.TryCancel();
}

TEST_F(ServerTest, CurvesAreOfTheGroupsThatAreAskedFor) {
  v1::SweepSpec spec = SpecOf("a", {1e-3, 2e-3});
  for (int64_t seed : {2, 3}) spec.add_seeds(seed);
  ASSERT_TRUE(Submit("id", spec).ok());
  TrainAll(*sweeps_, *workers_, "a",
           [](double rate, int64_t) { return rate == 2e-3 ? 0.25 : 0.5; });
  const auto ask = [&](const v1::GetCurvesRequest& request, v1::Curves& curves) {
    grpc::ClientContext context;
    return sweeps_->GetCurves(&context, request, &curves);
  };
  v1::GetCurvesRequest request;
  request.set_sweep("a");
  v1::Curves curves;
  ASSERT_TRUE(ask(request, curves).ok());
  ASSERT_EQ(curves.curves_size(), 2);
  EXPECT_THAT(curves.by(), ::testing::ElementsAre("lr"));
  EXPECT_EQ(curves.curves(1).parameters(0).value().real(), 2e-3);
  EXPECT_EQ(curves.curves(1).trials(), 3);
  EXPECT_EQ(curves.curves(1).points(0).mean().value(), 0.25);
  EXPECT_THAT(curves.chance(), ::testing::ElementsAre(0.5));

  request.add_by("depth");  // the same for all
  v1::ClaimCondition& where = *request.add_where();
  where.set_parameter("lr");
  where.add_values()->set_real(1e-3);
  ASSERT_TRUE(ask(request, curves).ok());
  ASSERT_EQ(curves.curves_size(), 1);
  EXPECT_EQ(curves.curves(0).points(0).n(), 3);

  where.mutable_values(0)->set_real(5e-3);
  EXPECT_THAT(ask(request, curves).error_message(), HasSubstr("it has 0.001, 0.002"));
  request.clear_where();
  request.set_by(0, "dept");
  EXPECT_THAT(ask(request, curves).error_message(), HasSubstr("did you mean `depth`?"));
  request.clear_by();
  request.set_metric("exact_mach");
  EXPECT_THAT(ask(request, curves).error_message(), HasSubstr("did you mean `exact_match`?"));
}

TEST_F(ServerTest, TwoPartsAreComparedInPairs) {
  v1::SweepSpec spec = SpecOf("a", {1e-3, 2e-3});
  for (int64_t seed : {2, 3}) spec.add_seeds(seed);
  ASSERT_TRUE(Submit("id", spec).ok());
  TrainAll(*sweeps_, *workers_, "a",
           [](double rate, int64_t seed) { return rate == 2e-3 ? 0.25 : 0.75 + 0.0625 * seed; });
  const auto ask = [&](const v1::GetComparisonRequest& request, v1::PairedComparison& comparison) {
    grpc::ClientContext context;
    return sweeps_->GetComparison(&context, request, &comparison);
  };
  v1::GetComparisonRequest request;
  request.set_sweep("a");
  v1::ClaimCondition& first = *request.add_first();
  first.set_parameter("lr");
  first.add_values()->set_real(1e-3);
  v1::ClaimCondition& second = *request.add_second();
  second.set_parameter("lr");
  second.add_values()->set_real(2e-3);
  v1::PairedComparison found;
  ASSERT_TRUE(ask(request, found).ok());
  ASSERT_EQ(found.pairs_size(), 1);
  EXPECT_EQ(found.pairs(0).parameters_size(), 0) << "nothing else varies";
  EXPECT_EQ(found.pairs(0).difference().value(), 0.625);
  EXPECT_EQ(found.pairs(0).first_is_better(), v1::VERDICT_HOLDS);
  EXPECT_EQ(found.better(), 1);
  EXPECT_FALSE(found.mean().has_low()) << "of one pair";

  second.mutable_values(0)->set_real(1e-3);
  EXPECT_THAT(ask(request, found).error_message(), HasSubstr("the same configs"));
  second.mutable_values(0)->set_real(3e-3);
  EXPECT_THAT(ask(request, found).error_message(), HasSubstr("it has 0.001, 0.002"));
  *request.add_second() = second;
  EXPECT_THAT(ask(request, found).error_message(), HasSubstr("`lr` is restricted twice"));
  second.set_parameter("lrr");
  EXPECT_THAT(ask(request, found).error_message(), HasSubstr("did you mean `lr`?"));
}

TEST_F(ServerTest, TooManyCurvesAreRefusedWithAWayOut) {
  std::vector<double> rates;
  for (int i = 1; i <= 101; ++i) rates.push_back(1e-4 * i);
  ASSERT_TRUE(Submit("id", SpecOf("a", rates)).ok());
  v1::GetCurvesRequest request;
  request.set_sweep("a");
  grpc::ClientContext context;
  v1::Curves curves;
  const grpc::Status status = sweeps_->GetCurves(&context, request, &curves);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("101 curves are too many (100 at most); group by"));
}

TEST_F(ServerTest, SeedsAreAddedUntilClaimsAreDecidedAndVerdictsAreStored) {
  v1::SweepSpec spec = SpecOf("a", {1e-3, 2e-3, 4e-3});
  spec.clear_seeds();
  for (int64_t seed : {1, 2, 3}) spec.add_seeds(seed);
  spec.set_most_seeds(8);
  v1::Claim& claim = *spec.add_claims();
  claim.set_name("solves");
  claim.set_at_least("0.9");
  ASSERT_TRUE(Submit("id", spec).ok());
  TrainAll(*sweeps_, *workers_, "a", [](double rate, int64_t seed) {
    if (rate == 1e-3) return 0.99;                   // holds after three
    if (rate == 2e-3) return seed == 2 ? 0.7 : 0.2;  // fails after five
    return seed % 2 == 0 ? 0.2 : 1.0;                // is undecided after eight
  });
  SQLite::Database database(folder_.File("results.db"));
  const auto text = [&](const std::string& sql) { return database.execAndGet(sql).getString(); };
  EXPECT_EQ(text("SELECT group_concat(lr || ' ' || verdict || ' ' || seeds, ', ') FROM "
                 "claim_verdicts"),
            "0.001 holds 3, 0.002 fails 5, 0.004 undecided 8");
  EXPECT_EQ(text("SELECT count(*) FROM trials"), "16");
  EXPECT_EQ(text("SELECT count(*) FROM claim_counterexamples"), "5");
  EXPECT_EQ(text("SELECT group_concat(seed) FROM trials WHERE lr = 0.004"), "1,2,3,4,5,6,7,8");
}

TEST_F(ServerTest, WhatTheDeviceSaysAndHowItRanAnAttemptCanBeAsked) {
  ASSERT_TRUE(Submit("id", SpecOf("a", {1e-3})).ok());
  grpc::ClientContext context;
  const auto stream = workers_->Exchange(&context);
  v1::WorkerReport report = FirstReport();
  report.mutable_device_reading()->set_power_watts(300);
  report.mutable_device_reading()->set_utilization(std::nan(""));  // is left out
  ASSERT_TRUE(stream->Write(report));
  v1::Directive directive;
  ASSERT_TRUE(stream->Read(&directive));
  grpc::ClientContext workers_context;
  v1::ListWorkersResponse listed;
  ASSERT_TRUE(sweeps_->ListWorkers(&workers_context, {}, &listed).ok());
  ASSERT_EQ(listed.workers_size(), 1);
  EXPECT_EQ(listed.workers(0).device_reading().power_watts(), 300);
  EXPECT_FALSE(listed.workers(0).device_reading().has_utilization());

  report = FirstReport();
  report.set_sequence(2);
  v1::AttemptReport& attempt = *report.add_attempts();
  attempt.set_trial_id(1);
  attempt.set_attempt(1);
  attempt.mutable_outcome()->set_kind(v1::Outcome::COMPLETED);
  attempt.mutable_outcome()->set_execution("CUDA graph");
  attempt.mutable_outcome()->set_energy_joules(-5);  // says nothing
  ReportLast(*stream, report);
  grpc::ClientContext trial_context;
  v1::GetTrialRequest request;
  request.set_id(1);
  v1::Trial trial;
  ASSERT_TRUE(sweeps_->GetTrial(&trial_context, request, &trial).ok());
  ASSERT_EQ(trial.attempts_size(), 1);
  EXPECT_EQ(trial.attempts(0).execution(), "CUDA graph");
  EXPECT_EQ(trial.attempts(0).energy_joules(), 0);
}

// The rows go while nobody asks for anything.
TEST_F(ServerTest, WhatIsPrunedGoesAlsoFromTheFile) {
  ASSERT_TRUE(Submit("id", SpecOf("a", {1e-3, 2e-3})).ok());
  StatusAfter(FirstReport());
  grpc::ClientContext cancelling;
  v1::CancelSweepRequest cancel;
  cancel.set_sweep("a");
  v1::CancelSweepResponse cancelled;
  ASSERT_TRUE(sweeps_->CancelSweep(&cancelling, cancel, &cancelled).ok());
  grpc::ClientContext pruning;
  v1::PruneSweepRequest prune;
  prune.set_sweep("a");
  v1::PruneSweepResponse pruned;
  ASSERT_TRUE(sweeps_->PruneSweep(&pruning, prune, &pruned).ok());
  SQLite::Database database(folder_.File("results.db"));
  const auto rows = [&] { return database.execAndGet("SELECT count(*) FROM trials").getInt(); };
  for (int i = 0; i < 1000 && rows() > 0; ++i) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_EQ(rows(), 0);
  ASSERT_TRUE(Submit("id", SpecOf("a", {1e-3})).ok());
  EXPECT_EQ(sweep_.id(), 2);
}

TEST_F(ServerTest, BackupIsAWholeDatabaseAndLeavesNothingBeside) {
  ASSERT_TRUE(Submit("id", SpecOf("a", {1e-3})).ok());
  const std::string path = folder_.File("backup.db");
  grpc::ClientContext context;
  const auto stream = sweeps_->Backup(&context, v1::BackupRequest());
  std::ofstream file(path, std::ios::binary);
  ChunkSink sink([&](absl::string_view data) {
    file << data;
    return absl::OkStatus();
  });
  for (v1::FileChunk chunk; stream->Read(&chunk);) EXPECT_TRUE(sink.Add(chunk).ok());
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_TRUE(sink.Finish().ok());
  file.close();
  EXPECT_TRUE(SqliteStore::Check(path).ok());
  auto store = SqliteStore::Open(path).value();
  EXPECT_NE(store->Load(absl::UnixEpoch(), {}).value().FindSweep("a"), nullptr);
  EXPECT_EQ(Leftovers(), 0);
}

TEST_F(ServerTest, BackupThatNobodyReadsDoesNotHoldUpTheEnd) {
  v1::SweepSpec large = SpecOf("a", {1e-3});
  large.clear_seeds();
  for (int i = 0; i < 200'000; ++i) large.add_seeds(1'000'000'000 + i);
  for (int i = 0; i < 4; ++i) {
    large.set_name(absl::StrCat("s", i));
    ASSERT_TRUE(Submit(large.name(), large).ok());
  }
  grpc::ClientContext context;
  const auto stream = sweeps_->Backup(&context, v1::BackupRequest());
  v1::FileChunk chunk;
  ASSERT_TRUE(stream->Read(&chunk));
  const absl::Time started = absl::Now();
  server_.reset();
  EXPECT_LT(absl::Now() - started, absl::Seconds(2));
  EXPECT_EQ(Leftovers(), 0);
  while (stream->Read(&chunk)) {
  }
  EXPECT_FALSE(stream->Finish().ok());
}

TEST_F(ServerTest, AddressInUseIsRefused) {
  const absl::Status second =
      Server::Start({.listen = server_->address(), .database = folder_.File("other.db")}, clock_)
          .status();
  EXPECT_EQ(second.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.message()), HasSubstr(server_->address()));
}

}  // namespace
}  // namespace pathsweep
