// Any message is refused with a reason or becomes a value of the domain that is as it should
// be: it goes out as it came in, to the database and over the wire. The first byte chooses the
// message.
#include <google/protobuf/stubs/logging.h>

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "base/grid.h"
#include "coordinator/domain/decide.h"
#include "coordinator/domain/scheduler.h"
#include "coordinator/rpc/convert.h"
#include "coordinator/store/spec_json.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/wire.h"

namespace pathsweep {
namespace {

void CheckConfig(const Grid& grid, int64_t config) {
  const TrialParameters parameters = ConfigAt(grid, config);
  const absl::Status together = CheckTogether(parameters);
  Require(together.ok(), "every config of a grid can run", together.message());
  for (const ParameterSpec& one : TrialParameterTable()) {
    Require(CheckValue(one, GetParameter(parameters, one)).ok(), "a config is in range", one.name);
  }
}

void CheckSpec(const SweepSpec& spec) {
  const absl::StatusOr<int64_t> trials = CountTrials(spec.grid);
  Require(trials.ok() && *trials > 0, "a grid has trials", trials.status().message());
  const int64_t configs = ConfigCount(spec.grid);
  for (int64_t config : {int64_t{0}, configs / 2, configs - 1}) CheckConfig(spec.grid, config);
  Sweep sweep;
  sweep.spec = spec;
  sweep.trials = *trials;
  const v1::Sweep shown = OverTheWire(ToProto(sweep));
  if (!spec.search) {  // whose groups are not shown
    const absl::StatusOr<SweepSpec> sent = FromProto(shown.spec());
    Require(sent.ok() && *sent == spec, "a spec comes back over the wire", sent.status().message());
  }
  const absl::StatusOr<SweepSpec> stored = SpecFromJson(SpecToJson(spec));
  Require(stored.ok() && *stored == spec, "a spec comes back from the database",
          stored.status().message());
}

void TakeSpec(const v1::SweepSpec& proto) {
  const absl::StatusOr<SweepSpec> spec = FromProto(proto);
  if (spec.ok()) return CheckSpec(*spec);
  Require(absl::IsInvalidArgument(spec.status()) || absl::IsResourceExhausted(spec.status()),
          "a spec is refused for what it says", spec.status().message());
}

void CheckReport(const WorkerReport& report) {
  Require(!report.worker.name.empty() && report.worker.slots > 0, "a worker has name and slots");
  for (const AttemptReport& attempt : report.attempts) {
    for (const Measurement& one : attempt.measurements) {
      Require(std::isfinite(one.value) && one.step >= 0 && !one.metric.empty(),
              "a measurement has a step, a name and a number");
    }
    if (!attempt.outcome.has_value()) continue;
    v1::Trial trial;  // that shows the detail to a user
    trial.set_reason(attempt.outcome->detail);
    OverTheWire(trial);
  }
}

void ApplyAll(State& state, const Events& events) {
  for (const Event& event : events) Apply(state, event);
}

// Trials 1 and 2 wait. The worker gets them, reports, and is answered.
void Answer(const WorkerReport& report) {
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  SubmitSweep submit{"request", {.name = "sweep"}};
  submit.spec.grid.seeds = {1, 2};
  State state;
  ApplyAll(state, *Decide(state, submit, now, {}));
  ApplyAll(state, *Decide(state, ReceiveReport{{.worker = report.worker}}, now, {}));
  ApplyAll(state, ScheduleLeases(state, now, {}));
  ApplyAll(state, *Decide(state, ReceiveReport{report}, now, {}));
  v1::Directive answer;
  ToProto(DirectiveFor(state, report.worker.name, {}), answer);
  OverTheWire(answer);
}

void TakeReport(const v1::WorkerReport& proto) {
  const absl::StatusOr<WorkerReport> report = FromProto(proto);
  if (!report.ok()) return;
  CheckReport(*report);
  Answer(*report);
}

void TakeBytes(const uint8_t* data, size_t size) {
  v1::SweepSpec spec;
  v1::WorkerReport report;
  const auto length = static_cast<int>(size - 1);
  if (data[0] % 2 == 0) {
    if (spec.ParseFromArray(data + 1, length)) TakeSpec(spec);
  } else {
    if (report.ParseFromArray(data + 1, length)) TakeReport(report);
  }
}

}  // namespace
}  // namespace pathsweep

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const google::protobuf::LogSilencer silencer;  // of text that is not UTF-8
  if (size > 0) pathsweep::TakeBytes(data, size);
  return 0;
}
