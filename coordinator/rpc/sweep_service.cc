#include "coordinator/rpc/sweep_service.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/claim_proto.h"
#include "base/file_chunks.h"
#include "base/grpc_status.h"
#include "base/parameter_proto.h"
#include "coordinator/rpc/claim_report.h"
#include "coordinator/rpc/comparison_report.h"
#include "coordinator/rpc/convert.h"
#include "coordinator/rpc/curve_report.h"
#include "coordinator/rpc/importance_report.h"
#include "coordinator/rpc/table_report.h"
#include "coordinator/store/database_copy.h"

namespace pathsweep {
namespace {

constexpr int64_t kLargestPage = 1000;
// Points or trials that a call of an optimizer outside may name.
constexpr size_t kMostAsked = 1000;
constexpr absl::Duration kLongestWait = absl::Seconds(60);
constexpr absl::Duration kPauseOfAwaiting = absl::Milliseconds(100);

// The sweep that `find` gives, as it stands now.
absl::StatusOr<Sweep> CopySweep(
    EngineThread& engine,
    const std::function<absl::StatusOr<const Sweep*>(const State& state)>& find) {
  absl::StatusOr<Sweep> found;
  absl::Status status = engine.Ask({Inspect{}, [&](const absl::Status&, const State& state) {
                                      absl::StatusOr<const Sweep*> sweep = find(state);
                                      if (sweep.ok()) {
                                        found = **sweep;
                                      } else {
                                        found = sweep.status();
                                      }
                                    }});
  if (!status.ok()) return status;
  return found;
}

absl::StatusOr<v1::ListEnvironmentsResponse> EnvironmentsOf(const Sweep& sweep,
                                                            const v1::ListEnvironmentsRequest&,
                                                            ResultsReader& reader) {
  const absl::StatusOr<std::vector<EnvironmentRecord>> environments =
      reader.ReadEnvironments(sweep);
  if (!environments.ok()) return environments.status();
  v1::ListEnvironmentsResponse response;
  for (const EnvironmentRecord& one : *environments) {
    *response.add_environments() = ToProto(one);
  }
  return response;
}

absl::Status Ending() { return absl::UnavailableError("the coordinator is ending"); }

}  // namespace

void SweepServiceHandler::Close() {
  absl::MutexLock lock(&mutex_);
  reader_.reset();
}

grpc::Status SweepServiceHandler::SubmitSweep(grpc::ServerContext*,
                                              const v1::SubmitSweepRequest* request,
                                              v1::SubmitSweepResponse* response) {
  if (request->request_id().empty()) {
    return ToGrpc(absl::InvalidArgumentError("`request_id` is empty; send a random UUID"));
  }
  absl::StatusOr<SweepSpec> spec = FromProto(request->spec());
  if (!spec.ok()) return ToGrpc(spec.status());
  absl::StatusOr<std::vector<ReusedTrial>> reused = FindReusable(*spec);
  if (!reused.ok()) return ToGrpc(reused.status());
  return Run(
      {pathsweep::SubmitSweep{request->request_id(), *std::move(spec), *std::move(reused)},
       nullptr},
      [&](const State& state) { return state.FindSweepByRequest(request->request_id()); },
      *response->mutable_sweep());
}

grpc::Status SweepServiceHandler::ExtendSweep(grpc::ServerContext*,
                                              const v1::ExtendSweepRequest* request,
                                              v1::ExtendSweepResponse* response) {
  absl::StatusOr<Extension> extension = FromProto(*request);
  if (!extension.ok()) return ToGrpc(extension.status());
  return Change(pathsweep::ExtendSweep{request->sweep(), *std::move(extension)},
                *response->mutable_sweep());
}

grpc::Status SweepServiceHandler::AddPoints(grpc::ServerContext*,
                                            const v1::AddPointsRequest* request,
                                            v1::AddPointsResponse* response) {
  absl::StatusOr<JointAxis> points = FromProto(request->points());
  if (!points.ok()) return ToGrpc(points.status());
  if (points->points().size() > kMostAsked) {
    return ToGrpc(absl::InvalidArgumentError(absl::StrCat(
        "a call adds at most ", kMostAsked, " points, not ", points->points().size())));
  }
  const Extension extension{.axes = {}, .seeds = {}, .points = *points};
  const absl::Status done =
      engine_.Ask({pathsweep::ExtendSweep{request->sweep(), extension}, nullptr});
  if (!done.ok()) return ToGrpc(done);
  absl::StatusOr<Sweep> sweep = FindSweep(request->sweep());
  if (!sweep.ok()) return ToGrpc(sweep.status());
  for (const std::vector<TrialId>& trials : TrialsOfPoints(*sweep, *points)) {
    response->add_points()->mutable_ids()->Assign(trials.begin(), trials.end());
  }
  return grpc::Status::OK;
}

absl::StatusOr<bool> SweepServiceHandler::HaveEnded(const std::vector<TrialId>& trials) {
  absl::StatusOr<bool> ended = true;
  absl::Status asked = engine_.Ask({Inspect{}, [&](const absl::Status&, const State& state) {
                                      for (TrialId trial : trials) {
                                        const auto sweep = RequireSweepOfTrial(state, trial);
                                        if (!sweep.ok()) {
                                          ended = sweep.status();
                                          return;
                                        }
                                        const bool waits =
                                            !(*sweep)->cancelled && (*sweep)->IsUntouched(trial);
                                        if (!waits && !state.live_trials.contains(trial)) continue;
                                        ended = false;
                                        return;
                                      }
                                    }});
  if (!asked.ok()) return asked;
  return ended;
}

grpc::Status SweepServiceHandler::AwaitTrials(grpc::ServerContext* context,
                                              const v1::AwaitTrialsRequest* request,
                                              v1::AwaitTrialsResponse* response) {
  const std::vector<TrialId> trials(request->ids().begin(), request->ids().end());
  if (trials.empty() || trials.size() > kMostAsked) {
    return ToGrpc(absl::InvalidArgumentError(
        absl::StrCat("a call awaits 1 to ", kMostAsked, " trials, not ", trials.size())));
  }
  const absl::Duration longest = absl::Seconds(request->timeout_seconds());
  if (!(longest >= absl::ZeroDuration() && longest <= kLongestWait)) {
    return ToGrpc(absl::InvalidArgumentError("`timeout_seconds` must be from 0 to 60"));
  }
  const absl::Time end = absl::Now() + longest;
  while (true) {
    const absl::StatusOr<bool> ended = HaveEnded(trials);
    if (!ended.ok()) return ToGrpc(ended.status());
    if (context->IsCancelled()) return grpc::Status::CANCELLED;
    if (*ended || absl::Now() >= end) break;
    absl::SleepFor(std::min(kPauseOfAwaiting, end - absl::Now()));
  }
  absl::StatusOr<Sweep> sweep = absl::NotFoundError("");
  for (TrialId id : trials) {
    if (!sweep.ok() || !sweep->Contains(id)) {
      sweep =
          CopySweep(engine_, [&](const State& state) { return RequireSweepOfTrial(state, id); });
    }
    if (!sweep.ok()) return ToGrpc(sweep.status());
    const auto trial = ReadTrials(*sweep, sweep->NumberOf(id), 1);
    if (!trial.ok()) return ToGrpc(trial.status());
    *response->add_trials() = ToProto(trial->front());
  }
  return grpc::Status::OK;
}

grpc::Status SweepServiceHandler::CancelTrial(grpc::ServerContext*,
                                              const v1::CancelTrialRequest* request,
                                              v1::CancelTrialResponse* response) {
  if (absl::Status status = engine_.Ask({pathsweep::CancelTrial{request->id()}, nullptr});
      !status.ok()) {
    return ToGrpc(status);
  }
  absl::StatusOr<TrialRecord> trial = FindTrial(request->id());
  if (!trial.ok()) return ToGrpc(trial.status());
  *response->mutable_trial() = ToProto(*trial);
  return grpc::Status::OK;
}

grpc::Status SweepServiceHandler::CancelSweep(grpc::ServerContext*,
                                              const v1::CancelSweepRequest* request,
                                              v1::CancelSweepResponse* response) {
  return Change(pathsweep::CancelSweep{request->sweep()}, *response->mutable_sweep());
}

grpc::Status SweepServiceHandler::PauseSweep(grpc::ServerContext*,
                                             const v1::PauseSweepRequest* request,
                                             v1::PauseSweepResponse* response) {
  return Change(pathsweep::PauseSweep{request->sweep(), true}, *response->mutable_sweep());
}

grpc::Status SweepServiceHandler::ResumeSweep(grpc::ServerContext*,
                                              const v1::ResumeSweepRequest* request,
                                              v1::ResumeSweepResponse* response) {
  return Change(pathsweep::PauseSweep{request->sweep(), false}, *response->mutable_sweep());
}

grpc::Status SweepServiceHandler::RetryFailed(grpc::ServerContext*,
                                              const v1::RetryFailedRequest* request,
                                              v1::RetryFailedResponse* response) {
  return Change(pathsweep::RetryFailed{request->sweep()}, *response->mutable_sweep());
}

grpc::Status SweepServiceHandler::PruneSweep(grpc::ServerContext*,
                                             const v1::PruneSweepRequest* request,
                                             v1::PruneSweepResponse*) {
  return ToGrpc(engine_.Ask({pathsweep::PruneSweep{request->sweep()}, nullptr}));
}

template <typename Command>
grpc::Status SweepServiceHandler::Change(const Command& command, v1::Sweep& changed) {
  return Run(
      {command, nullptr}, [&](const State& state) { return state.FindSweep(command.sweep); },
      changed);
}

grpc::Status SweepServiceHandler::Run(Request request,
                                      const std::function<const Sweep*(const State&)>& find,
                                      v1::Sweep& changed) {
  bool gone = false;
  request.done = [&](const absl::Status& status, const State& state) {
    if (!status.ok()) return;
    const Sweep* sweep = find(state);
    gone = sweep == nullptr;
    if (!gone) changed = ToProto(*sweep);
  };
  const absl::Status status = engine_.Ask(std::move(request));
  return ToGrpc(gone ? absl::NotFoundError("the sweep was pruned at the same moment") : status);
}

grpc::Status SweepServiceHandler::ListSweeps(grpc::ServerContext*, const v1::ListSweepsRequest*,
                                             v1::ListSweepsResponse* response) {
  return ToGrpc(engine_.Ask({Inspect{}, [&](const absl::Status&, const State& state) {
                               for (auto sweep = state.sweeps.rbegin();
                                    sweep != state.sweeps.rend(); ++sweep) {
                                 *response->add_sweeps() = SummaryToProto(sweep->second);
                               }
                             }}));
}

grpc::Status SweepServiceHandler::GetSweep(grpc::ServerContext*, const v1::GetSweepRequest* request,
                                           v1::Sweep* response) {
  absl::StatusOr<Sweep> sweep = FindSweep(request->sweep());
  if (!sweep.ok()) return ToGrpc(sweep.status());
  *response = ToProto(*sweep);
  response->set_trouble(std::string(engine_.health().message()));
  if (!request->with_early_stops()) return grpc::Status::OK;
  const absl::StatusOr<std::unique_ptr<ResultsReader>> reader = OpenReader();
  if (!reader.ok()) return ToGrpc(reader.status());
  const absl::StatusOr<std::vector<EarlyStops>> stops = (*reader)->ReadEarlyStops(*sweep);
  if (!stops.ok()) return ToGrpc(stops.status());
  for (const EarlyStops& one : *stops) *response->add_early_stops() = ToProto(one);
  return grpc::Status::OK;
}

grpc::Status SweepServiceHandler::ListTrials(grpc::ServerContext*,
                                             const v1::ListTrialsRequest* request,
                                             v1::ListTrialsResponse* response) {
  int64_t first = 0;
  if (!request->page_token().empty() &&
      (!absl::SimpleAtoi(request->page_token(), &first) || first < 0)) {
    return ToGrpc(absl::InvalidArgumentError("`page_token` is not one that ListTrials gave"));
  }
  absl::StatusOr<Sweep> sweep = FindSweep(request->sweep());
  if (!sweep.ok()) return ToGrpc(sweep.status());
  const int64_t limit = request->page_size() <= 0
                            ? kLargestPage
                            : std::min<int64_t>(request->page_size(), kLargestPage);
  absl::StatusOr<std::vector<TrialRecord>> trials = ReadTrials(*sweep, first, limit);
  if (!trials.ok()) return ToGrpc(trials.status());
  for (const TrialRecord& trial : *trials) *response->add_trials() = ToProto(trial);
  if (first + limit < sweep->trials) response->set_next_page_token(absl::StrCat(first + limit));
  return grpc::Status::OK;
}

grpc::Status SweepServiceHandler::GetTrial(grpc::ServerContext*, const v1::GetTrialRequest* request,
                                           v1::Trial* response) {
  absl::StatusOr<TrialRecord> trial = FindTrial(request->id());
  if (!trial.ok()) return ToGrpc(trial.status());
  *response = ToProto(*trial);
  return ToGrpc(ReadDetails(request->id(), *response));
}

template <typename Asked, typename Answer, typename Analysis>
grpc::Status SweepServiceHandler::Analyze(const Asked& request, const Analysis& analyze,
                                          Answer& response) {
  const absl::StatusOr<Sweep> sweep = FindSweep(request.sweep());
  if (!sweep.ok()) return ToGrpc(sweep.status());
  const absl::StatusOr<std::unique_ptr<ResultsReader>> reader = OpenReader();
  if (!reader.ok()) return ToGrpc(reader.status());
  absl::StatusOr<Answer> answer = analyze(*sweep, request, **reader);
  if (!answer.ok()) return ToGrpc(answer.status());
  response = *std::move(answer);
  return ToGrpc(CheckThere(*sweep));
}

grpc::Status SweepServiceHandler::GetTable(grpc::ServerContext*, const v1::GetTableRequest* request,
                                           v1::Table* response) {
  return Analyze(*request, &TableOf, *response);
}

grpc::Status SweepServiceHandler::GetImportance(grpc::ServerContext*,
                                                const v1::GetImportanceRequest* request,
                                                v1::Importance* response) {
  return Analyze(*request, &ImportanceOf, *response);
}

grpc::Status SweepServiceHandler::GetCurves(grpc::ServerContext*,
                                            const v1::GetCurvesRequest* request,
                                            v1::Curves* response) {
  return Analyze(*request, &CurvesOf, *response);
}

grpc::Status SweepServiceHandler::GetComparison(grpc::ServerContext*,
                                                const v1::GetComparisonRequest* request,
                                                v1::PairedComparison* response) {
  return Analyze(*request, &ComparisonOf, *response);
}

grpc::Status SweepServiceHandler::GetClaims(grpc::ServerContext* context,
                                            const v1::GetClaimsRequest* request,
                                            v1::GetClaimsResponse* response) {
  const auto ask = [&](const Sweep& sweep, const v1::GetClaimsRequest& asked,
                       ResultsReader& reader) {
    return ClaimsOf(sweep, asked, reader, [&] { return context->IsCancelled(); });
  };
  const grpc::Status status = Analyze(*request, ask, *response);
  response->set_database(database_);
  return status;
}

grpc::Status SweepServiceHandler::ListEnvironments(grpc::ServerContext*,
                                                   const v1::ListEnvironmentsRequest* request,
                                                   v1::ListEnvironmentsResponse* response) {
  return Analyze(*request, &EnvironmentsOf, *response);
}

grpc::Status SweepServiceHandler::ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest*,
                                              v1::ListWorkersResponse* response) {
  return ToGrpc(engine_.Ask({Inspect{}, [&](const absl::Status&, const State& state) {
                               for (const auto& [name, worker] : state.workers) {
                                 *response->add_workers() = ToProto(
                                     worker, static_cast<int>(state.leases.OfWorker(name).size()));
                               }
                             }}));
}

grpc::Status SweepServiceHandler::Backup(grpc::ServerContext* context, const v1::BackupRequest*,
                                         grpc::ServerWriter<v1::FileChunk>* writer) {
  absl::StatusOr<std::unique_ptr<DatabaseCopy>> copy =
      DatabaseCopy::Make(database_, database_, [&] { return !context->IsCancelled(); });
  if (!copy.ok()) return ToGrpc(copy.status());
  std::ifstream file((*copy)->path(), std::ios::binary);
  copy->reset();  // its name; the file itself goes away with the stream, however this ends
  ChunkSource source(file);
  while (const std::optional<v1::FileChunk> chunk = source.Next()) {
    if (!writer->Write(*chunk)) return grpc::Status::CANCELLED;
  }
  if (file.eof() && !file.bad()) return grpc::Status::OK;
  return ToGrpc(absl::DataLossError(absl::StrCat("cannot read the copy of `", database_, "`")));
}

absl::StatusOr<Sweep> SweepServiceHandler::FindSweep(const std::string& name_or_id) {
  return CopySweep(engine_, [&](const State& state) { return RequireSweep(state, name_or_id); });
}

absl::StatusOr<TrialRecord> SweepServiceHandler::FindTrial(TrialId trial) {
  absl::StatusOr<Sweep> sweep =
      CopySweep(engine_, [&](const State& state) { return RequireSweepOfTrial(state, trial); });
  if (!sweep.ok()) return sweep.status();
  absl::StatusOr<std::vector<TrialRecord>> trials = ReadTrials(*sweep, sweep->NumberOf(trial), 1);
  if (!trials.ok()) return trials.status();
  return std::move(trials->front());
}

absl::StatusOr<std::unique_ptr<ResultsReader>> SweepServiceHandler::OpenReader() const {
  return ResultsReader::Open(database_);
}

absl::StatusOr<std::vector<ReusedTrial>> SweepServiceHandler::FindReusable(
    const SweepSpec& spec) const {
  if (!spec.reuse) return std::vector<ReusedTrial>();
  const absl::StatusOr<std::unique_ptr<ResultsReader>> reader = OpenReader();
  if (!reader.ok()) return reader.status();
  return (*reader)->Reusable(spec.grid);
}

absl::StatusOr<std::vector<TrialRecord>> SweepServiceHandler::ReadTrials(const Sweep& sweep,
                                                                         int64_t first,
                                                                         int64_t limit) {
  absl::StatusOr<std::vector<TrialRecord>> trials = Ending();
  {
    absl::MutexLock lock(&mutex_);
    if (reader_ != nullptr) trials = reader_->Trials(sweep, first, limit);
  }
  if (!trials.ok()) return trials;
  if (absl::Status there = CheckThere(sweep); !there.ok()) return there;
  return trials;
}

absl::Status SweepServiceHandler::CheckThere(const Sweep& sweep) {
  absl::Status there;
  absl::Status asked = engine_.Ask({Inspect{}, [&](const absl::Status&, const State& state) {
                                      there = RequireSweep(state, absl::StrCat(sweep.id)).status();
                                    }});
  return asked.ok() ? there : asked;
}

absl::Status SweepServiceHandler::ReadDetails(TrialId trial, v1::Trial& proto) {
  absl::MutexLock lock(&mutex_);
  if (reader_ == nullptr) return Ending();
  absl::StatusOr<std::vector<Measurement>> history = reader_->History(trial);
  if (!history.ok()) return history.status();
  for (const Measurement& one : *history) *proto.add_history() = ToProto(one);
  absl::StatusOr<std::vector<AttemptRecord>> attempts = reader_->Attempts(trial);
  if (!attempts.ok()) return attempts.status();
  for (const AttemptRecord& one : *attempts) *proto.add_attempts() = ToProto(one);
  return absl::OkStatus();
}

}  // namespace pathsweep
