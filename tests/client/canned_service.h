// A coordinator that gives canned answers, and keeps what it was asked.
#pragma once

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "pathsweep/v1/sweep_service.grpc.pb.h"

namespace pathsweep {

// That of which nothing can be said.
v1::Importance CannedImportance();

class CannedService : public v1::SweepService::Service {
 public:
  grpc::Status SubmitSweep(grpc::ServerContext*, const v1::SubmitSweepRequest* request,
                           v1::SubmitSweepResponse* response) override;
  grpc::Status GetSweep(grpc::ServerContext*, const v1::GetSweepRequest* request,
                        v1::Sweep* response) override;
  grpc::Status PauseSweep(grpc::ServerContext*, const v1::PauseSweepRequest*,
                          v1::PauseSweepResponse* response) override;
  grpc::Status ExtendSweep(grpc::ServerContext*, const v1::ExtendSweepRequest* request,
                           v1::ExtendSweepResponse* response) override;
  grpc::Status CancelTrial(grpc::ServerContext*, const v1::CancelTrialRequest* request,
                           v1::CancelTrialResponse* response) override;
  grpc::Status ListSweeps(grpc::ServerContext*, const v1::ListSweepsRequest*,
                          v1::ListSweepsResponse* response) override;
  grpc::Status PruneSweep(grpc::ServerContext*, const v1::PruneSweepRequest* request,
                          v1::PruneSweepResponse*) override;
  grpc::Status RetryFailed(grpc::ServerContext*, const v1::RetryFailedRequest* request,
                           v1::RetryFailedResponse* response) override;
  grpc::Status ListTrials(grpc::ServerContext*, const v1::ListTrialsRequest* request,
                          v1::ListTrialsResponse* response) override;
  grpc::Status GetTable(grpc::ServerContext*, const v1::GetTableRequest* request,
                        v1::Table* response) override;
  grpc::Status GetCurves(grpc::ServerContext*, const v1::GetCurvesRequest* request,
                         v1::Curves* response) override;
  grpc::Status GetComparison(grpc::ServerContext*, const v1::GetComparisonRequest* request,
                             v1::PairedComparison* response) override;
  grpc::Status GetImportance(grpc::ServerContext*, const v1::GetImportanceRequest*,
                             v1::Importance* response) override;
  grpc::Status GetClaims(grpc::ServerContext*, const v1::GetClaimsRequest*,
                         v1::GetClaimsResponse*) override;
  grpc::Status ListEnvironments(grpc::ServerContext*, const v1::ListEnvironmentsRequest*,
                                v1::ListEnvironmentsResponse*) override;

  // What `backup` is: a file in one chunk, or cut off before its last one, and the call's end.
  grpc::Status Backup(grpc::ServerContext* context, const v1::BackupRequest*,
                      grpc::ServerWriter<v1::FileChunk>* writer) override;

  v1::SubmitSweepRequest submitted;
  v1::GetTableRequest table_request;
  v1::GetCurvesRequest curves_request;
  v1::GetComparisonRequest comparison_request;
  v1::ExtendSweepRequest extended;
  v1::Importance importance = CannedImportance();
  std::string retried;
  std::vector<std::string> pruned;
  std::string backup = std::string(3'000'000, 'b');
  grpc::Status environments_end;
  grpc::Status backup_end;
  bool cut = false;
  bool endless = false;
};

}  // namespace pathsweep
