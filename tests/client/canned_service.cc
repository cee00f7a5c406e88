#include "tests/client/canned_service.h"

#include <optional>
#include <sstream>

#include "absl/time/clock.h"
#include "base/file_chunks.h"
#include "base/parameter_proto.h"

namespace pathsweep {
namespace {

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

}  // namespace

v1::Importance CannedImportance() {
  v1::Importance importance;
  importance.set_sweep("demo");
  importance.mutable_effects()->set_none("no parameter varies");
  return importance;
}

grpc::Status CannedService::SubmitSweep(grpc::ServerContext*, const v1::SubmitSweepRequest* request,
                                        v1::SubmitSweepResponse* response) {
  submitted = *request;
  *response->mutable_sweep() = CannedSweep();
  return grpc::Status::OK;
}

grpc::Status CannedService::GetSweep(grpc::ServerContext*, const v1::GetSweepRequest* request,
                                     v1::Sweep* response) {
  if (request->sweep() != "demo") return {grpc::StatusCode::NOT_FOUND, "no sweep `x`"};
  *response = CannedSweep();
  return grpc::Status::OK;
}

grpc::Status CannedService::PauseSweep(grpc::ServerContext*, const v1::PauseSweepRequest*,
                                       v1::PauseSweepResponse* response) {
  *response->mutable_sweep() = CannedSweep();
  response->mutable_sweep()->set_state(v1::SWEEP_STATE_PAUSED);
  return grpc::Status::OK;
}

grpc::Status CannedService::ExtendSweep(grpc::ServerContext*, const v1::ExtendSweepRequest* request,
                                        v1::ExtendSweepResponse* response) {
  extended = *request;
  *response->mutable_sweep() = CannedSweep();
  return grpc::Status::OK;
}

grpc::Status CannedService::CancelTrial(grpc::ServerContext*, const v1::CancelTrialRequest* request,
                                        v1::CancelTrialResponse* response) {
  response->mutable_trial()->set_id(request->id());
  response->mutable_trial()->set_state(v1::TRIAL_STATE_CANCELLED);
  return grpc::Status::OK;
}

grpc::Status CannedService::ListSweeps(grpc::ServerContext*, const v1::ListSweepsRequest*,
                                       v1::ListSweepsResponse* response) {
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

grpc::Status CannedService::PruneSweep(grpc::ServerContext*, const v1::PruneSweepRequest* request,
                                       v1::PruneSweepResponse*) {
  pruned.push_back(request->sweep());
  return {grpc::StatusCode::NOT_FOUND, "as after a lost reply"};
}

grpc::Status CannedService::RetryFailed(grpc::ServerContext*, const v1::RetryFailedRequest* request,
                                        v1::RetryFailedResponse* response) {
  retried = request->sweep();
  *response->mutable_sweep() = CannedSweep();
  return grpc::Status::OK;
}

grpc::Status CannedService::ListTrials(grpc::ServerContext*, const v1::ListTrialsRequest* request,
                                       v1::ListTrialsResponse* response) {
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

grpc::Status CannedService::GetTable(grpc::ServerContext*, const v1::GetTableRequest* request,
                                     v1::Table* response) {
  table_request = *request;
  *response = CannedTable();
  response->set_statistic(request->statistic());
  response->set_interval(request->interval());
  response->set_best_first(request->best_first());
  return grpc::Status::OK;
}

grpc::Status CannedService::GetCurves(grpc::ServerContext*, const v1::GetCurvesRequest* request,
                                      v1::Curves* response) {
  curves_request = *request;
  *response = CannedCurves();
  return grpc::Status::OK;
}

grpc::Status CannedService::GetComparison(grpc::ServerContext*,
                                          const v1::GetComparisonRequest* request,
                                          v1::PairedComparison* response) {
  comparison_request = *request;
  *response = CannedComparison();
  return grpc::Status::OK;
}

grpc::Status CannedService::GetImportance(grpc::ServerContext*, const v1::GetImportanceRequest*,
                                          v1::Importance* response) {
  *response = importance;
  return grpc::Status::OK;
}

grpc::Status CannedService::GetClaims(grpc::ServerContext*, const v1::GetClaimsRequest*,
                                      v1::GetClaimsResponse*) {
  return grpc::Status::OK;
}

grpc::Status CannedService::ListEnvironments(grpc::ServerContext*,
                                             const v1::ListEnvironmentsRequest*,
                                             v1::ListEnvironmentsResponse*) {
  return environments_end;
}

grpc::Status CannedService::Backup(grpc::ServerContext* context, const v1::BackupRequest*,
                                   grpc::ServerWriter<v1::FileChunk>* writer) {
  std::istringstream file(backup);
  ChunkSource source(file);
  while (const std::optional<v1::FileChunk> chunk = source.Next()) {
    if (chunk->has_crc32() && cut) break;
    writer->Write(*chunk);
  }
  while (endless && !context->IsCancelled()) absl::SleepFor(absl::Milliseconds(1));
  return backup_end;
}

}  // namespace pathsweep
