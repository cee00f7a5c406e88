// What users ask: the service of proto/pathsweep/v1/sweep_service.proto.
//
// Handlers are synchronous: each posts to the engine and waits, and reads results
// through one reader. Thread safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/engine/engine_thread.h"
#include "coordinator/store/results_reader.h"
#include "pathsweep/v1/sweep_service.grpc.pb.h"

namespace pathsweep {

class SweepServiceHandler final : public v1::SweepService::Service {
 public:
  // The engine must outlive the handler; `database` is the file that it stores in.
  SweepServiceHandler(EngineThread& engine, std::string database,
                      std::unique_ptr<ResultsReader> reader)
      : engine_(engine), database_(std::move(database)), reader_(std::move(reader)) {}

  // Closes the reader; calls that need it are Unavailable from now on.
  void Close();

  grpc::Status SubmitSweep(grpc::ServerContext*, const v1::SubmitSweepRequest* request,
                           v1::SubmitSweepResponse* response) override;
  grpc::Status ExtendSweep(grpc::ServerContext*, const v1::ExtendSweepRequest* request,
                           v1::ExtendSweepResponse* response) override;
  grpc::Status AddPoints(grpc::ServerContext*, const v1::AddPointsRequest* request,
                         v1::AddPointsResponse* response) override;
  grpc::Status AwaitTrials(grpc::ServerContext* context, const v1::AwaitTrialsRequest* request,
                           v1::AwaitTrialsResponse* response) override;
  grpc::Status CancelTrial(grpc::ServerContext*, const v1::CancelTrialRequest* request,
                           v1::CancelTrialResponse* response) override;
  grpc::Status CancelSweep(grpc::ServerContext*, const v1::CancelSweepRequest* request,
                           v1::CancelSweepResponse* response) override;
  grpc::Status PauseSweep(grpc::ServerContext*, const v1::PauseSweepRequest* request,
                          v1::PauseSweepResponse* response) override;
  grpc::Status ResumeSweep(grpc::ServerContext*, const v1::ResumeSweepRequest* request,
                           v1::ResumeSweepResponse* response) override;
  grpc::Status RetryFailed(grpc::ServerContext*, const v1::RetryFailedRequest* request,
                           v1::RetryFailedResponse* response) override;
  grpc::Status PruneSweep(grpc::ServerContext*, const v1::PruneSweepRequest* request,
                          v1::PruneSweepResponse*) override;
  grpc::Status ListSweeps(grpc::ServerContext*, const v1::ListSweepsRequest* request,
                          v1::ListSweepsResponse* response) override;
  grpc::Status GetSweep(grpc::ServerContext*, const v1::GetSweepRequest* request,
                        v1::Sweep* response) override;
  grpc::Status ListTrials(grpc::ServerContext*, const v1::ListTrialsRequest* request,
                          v1::ListTrialsResponse* response) override;
  grpc::Status GetTrial(grpc::ServerContext*, const v1::GetTrialRequest* request,
                        v1::Trial* response) override;
  grpc::Status GetTable(grpc::ServerContext*, const v1::GetTableRequest* request,
                        v1::Table* response) override;
  grpc::Status GetImportance(grpc::ServerContext*, const v1::GetImportanceRequest* request,
                             v1::Importance* response) override;
  grpc::Status GetCurves(grpc::ServerContext*, const v1::GetCurvesRequest* request,
                         v1::Curves* response) override;
  grpc::Status GetComparison(grpc::ServerContext*, const v1::GetComparisonRequest* request,
                             v1::PairedComparison* response) override;
  grpc::Status GetClaims(grpc::ServerContext* context, const v1::GetClaimsRequest* request,
                         v1::GetClaimsResponse* response) override;
  grpc::Status ListEnvironments(grpc::ServerContext*, const v1::ListEnvironmentsRequest* request,
                                v1::ListEnvironmentsResponse* response) override;
  grpc::Status ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest* request,
                           v1::ListWorkersResponse* response) override;
  grpc::Status Backup(grpc::ServerContext* context, const v1::BackupRequest*,
                      grpc::ServerWriter<v1::FileChunk>* writer) override;

 private:
  // Runs a command about the sweep that it names, and answers how that sweep then is.
  template <typename Command>
  grpc::Status Change(const Command& command, v1::Sweep& changed);
  // Runs a command, and answers how the sweep is that `find` then gives.
  grpc::Status Run(Request request, const std::function<const Sweep*(const State&)>& find,
                   v1::Sweep& changed);
  // Answers a question to the sweep that the request names, out of the database.
  // `analyze` takes the sweep, the request and a reader.
  template <typename Asked, typename Answer, typename Analysis>
  grpc::Status Analyze(const Asked& request, const Analysis& analyze, Answer& response);
  // A copy of the sweep as it stands now; NotFound if there is none.
  absl::StatusOr<Sweep> FindSweep(const std::string& name_or_id);
  absl::StatusOr<TrialRecord> FindTrial(TrialId trial);
  // Whether all of them have; NotFound if one is none.
  absl::StatusOr<bool> HaveEnded(const std::vector<TrialId>& trials);
  // One of its own, for what may take seconds: other readers should not wait for it.
  absl::StatusOr<std::unique_ptr<ResultsReader>> OpenReader() const;
  // Results that the sweep may take over.
  absl::StatusOr<std::vector<ReusedTrial>> FindReusable(const SweepSpec& spec) const;
  absl::StatusOr<std::vector<TrialRecord>> ReadTrials(const Sweep& sweep, int64_t first,
                                                      int64_t limit);
  // NotFound if it was pruned while its rows were read: trials without one look untouched.
  absl::Status CheckThere(const Sweep& sweep);
  // Adds what GetTrial says and lists do not.
  absl::Status ReadDetails(TrialId trial, v1::Trial& proto);

  EngineThread& engine_;
  const std::string database_;
  absl::Mutex mutex_;
  std::unique_ptr<ResultsReader> reader_ ABSL_GUARDED_BY(mutex_);  // null once closed
};

}  // namespace pathsweep
