#include "tests/fuzz/engine_driver.h"

#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/sweep_name.h"
#include "coordinator/store/memory_store.h"
#include "tests/fuzz/engine_rules.h"
#include "tests/fuzz/require.h"

namespace pathsweep {
namespace {

constexpr int kWorkers = 4;
constexpr int kRequests = 8;  // so many sweeps at once
constexpr int kMostAttempts = 5;
constexpr char kLongName[] = "a-name-of-64-characters-which-has-to-make-room-for-a-suffix-1234";
static_assert(sizeof(kLongName) - 1 == kLongestSweepName);

}  // namespace

// Holds every directive against the state that it was made of. As on a real stream, what is
// sent after the end goes nowhere: a report may have come on it before the end was known.
class EngineDriver::Sink : public WorkerSink {
 public:
  Sink(const EngineDriver& driver, std::string worker)
      : driver_(driver), worker_(std::move(worker)) {}

  void Send(Directive directive) override {
    CheckDirective(directive, driver_.engine_->state(), worker_);
  }
  void Close(absl::Status status) override {
    Require(!status.ok(), "a stream is closed for a reason", worker_);
  }

 private:
  const EngineDriver& driver_;
  const std::string worker_;
};

EngineDriver::EngineDriver(FuzzedDataProvider& input)
    : input_(input),
      store_(std::make_unique<MemoryStore>(),
             [this](absl::Span<const Event> events) { Stored(events); }),
      engine_(std::make_unique<Engine>(store_, policy_)) {}

void EngineDriver::Run() {
  static constexpr std::array kKinds = {
      &EngineDriver::Drain,  &EngineDriver::Report,        &EngineDriver::Submit,
      &EngineDriver::Cancel, &EngineDriver::PauseOrResume, &EngineDriver::Retry,
      &EngineDriver::Report, &EngineDriver::EndStream,     &EngineDriver::Advance,
      &EngineDriver::Drain,  &EngineDriver::Oversleep,     &EngineDriver::FailCommit,
      &EngineDriver::Report, &EngineDriver::Inspect,       &EngineDriver::Restart,
      &EngineDriver::Extend, &EngineDriver::CancelOne,     &EngineDriver::Prune,
      &EngineDriver::Steer,
  };
  while (input_.remaining_bytes() > 0) (this->*input_.PickValueInArray(kKinds))();
  Drain();
}

int64_t EngineDriver::Number(int64_t highest) {
  const auto number = input_.ConsumeIntegralInRange<int64_t>(0, highest + 1);
  if (number <= highest) return number;
  return input_.ConsumeIntegral<int64_t>();
}

std::string EngineDriver::SweepText() {
  return input_.PickValueInArray({"1", "2", "3", "4", "a", "a-2", "b", "", "0", "-1", "é"});
}

std::string EngineDriver::WorkerName() {
  return absl::StrCat("w", input_.ConsumeIntegralInRange(1, kWorkers));
}

void EngineDriver::Submit() {
  SubmitSweep submit{absl::StrCat("r", input_.ConsumeIntegralInRange(1, kRequests)), {}, {}};
  submit.spec.name = input_.PickValueInArray({"a", "b", kLongName});
  GridAxis& axis = submit.spec.grid.axes.emplace_back();
  axis.name = "lr";
  const int configs = input_.ConsumeIntegralInRange(1, 4);
  for (int i = 1; i <= configs; ++i) axis.values.emplace_back(i * 1e-3);
  submit.spec.grid.seeds.resize(input_.ConsumeIntegralInRange(1, 3));
  for (int64_t& seed : submit.spec.grid.seeds) seed = &seed - submit.spec.grid.seeds.data();
  submit.spec.max_attempts = input_.ConsumeIntegralInRange(1, 3);
  submit.spec.priority = input_.ConsumeIntegralInRange(-1, 1);
  submit.spec.max_parallel = input_.ConsumeIntegralInRange(0, 3);
  if (input_.ConsumeBool()) {
    submit.spec.early_stopping = {.hyperband = HyperbandRule{.eta = 2, .pauses = true}};
  }
  Post(std::move(submit));
}

void EngineDriver::Cancel() { Post(CancelSweep{SweepText()}); }
void EngineDriver::PauseOrResume() { Post(PauseSweep{SweepText(), input_.ConsumeBool()}); }
void EngineDriver::Retry() { Post(RetryFailed{SweepText()}); }

void EngineDriver::Extend() {
  ExtendSweep extend{SweepText(), {}};
  extend.extension.seeds.resize(input_.ConsumeIntegralInRange(0, 2));
  for (int64_t& seed : extend.extension.seeds) seed = Number(4);
  if (input_.ConsumeBool()) {
    extend.extension.axes.push_back({"lr", {input_.ConsumeIntegralInRange(0, 5) * 1e-3}});
  }
  if (input_.ConsumeBool()) extend.extension.axes.push_back({"warmup", {Number(101)}});
  Post(std::move(extend));
}

void EngineDriver::CancelOne() {
  const TrialId trial = Number(16);
  ledger_.AllowCancel(trial);
  Post(CancelTrial{trial});
}

void EngineDriver::Prune() {
  for (SweepId sweep = 1; sweep <= 100; ++sweep) ledger_.AllowPrune(sweep);
  Post(PruneSweep{SweepText()});
}

void EngineDriver::Steer() {
  Steering steering;
  for (int left = input_.ConsumeIntegralInRange(0, 3); left > 0; --left) {
    const TrialId trial = Number(16);
    if (input_.ConsumeBool()) {
      steering.promoted.push_back(trial);
    } else {
      ledger_.AllowStop(trial);
      steering.stops.push_back({trial, {kMedian, "because"}});
    }
  }
  Post(SteerTrials{Number(kRequests), Number(16), std::move(steering)});
}

void EngineDriver::Inspect() { Post(pathsweep::Inspect{}); }

// What the worker holds, if it holds anything; empty if the engine has nothing loaded.
std::optional<AttemptName> EngineDriver::Leased(const std::string& worker) {
  if (!engine_->loaded()) return std::nullopt;
  const State& state = engine_->state();
  const std::set<TrialId>& leased = state.leases.OfWorker(worker);
  if (leased.empty()) return std::nullopt;
  const TrialId trial =
      *std::next(leased.begin(), input_.ConsumeIntegralInRange<size_t>(0, leased.size() - 1));
  return AttemptName{trial, state.live_trials.at(trial).attempt};
}

AttemptName EngineDriver::Attempt(const std::string& worker) {
  if (input_.ConsumeBool()) {
    if (const std::optional<AttemptName> leased = Leased(worker)) return *leased;
  }
  const TrialId trial = Number(16);
  return {trial, static_cast<int>(Number(4))};
}

AttemptReport EngineDriver::OneReport(const std::string& worker) {
  AttemptReport report{Attempt(worker), {}, std::nullopt};
  for (int left = input_.ConsumeIntegralInRange(0, 2); left > 0; --left) {
    report.measurements.push_back({input_.ConsumeIntegralInRange<int64_t>(0, 3), "exact_match",
                                   input_.ConsumeProbability<double>()});
  }
  constexpr auto kLast = static_cast<int>(Outcome::Kind::kPaused);
  const int outcome = input_.ConsumeIntegralInRange(-2, kLast);
  if (outcome >= 0) report.outcome = Outcome{static_cast<Outcome::Kind>(outcome), "because"};
  return report;
}

void EngineDriver::Report() {
  WorkerReport report;
  report.worker.name = WorkerName();
  report.worker.slots = input_.ConsumeIntegralInRange(1, 3);
  report.worker.fuse = input_.ConsumeIntegralInRange(1, 2);
  report.sequence = input_.ConsumeIntegral<uint8_t>();
  report.leaving = input_.ConsumeIntegralInRange(0, 7) == 7;
  for (int left = input_.ConsumeIntegralInRange(0, kMostAttempts); left > 0; --left) {
    report.attempts.push_back(OneReport(report.worker.name));
  }
  std::shared_ptr<Sink> stream = StreamOf(report.worker.name);
  Post(ReportOnStream{{std::move(report)}, std::move(stream)});
}

// Mostly the newest; a new one; or the one before, whose last report was long under way.
std::shared_ptr<EngineDriver::Sink> EngineDriver::StreamOf(const std::string& worker) {
  std::shared_ptr<Sink>& newest = streams_[worker];
  std::shared_ptr<Sink>& old = old_streams_[worker];
  const int which = input_.ConsumeIntegralInRange(0, 7);
  if (which == 7 && old != nullptr) return old;
  if (which == 6 || newest == nullptr) {
    old = std::exchange(newest, std::make_shared<Sink>(*this, worker));
  }
  return newest;
}

void EngineDriver::EndStream() {
  const std::string worker = WorkerName();
  const bool newest = input_.ConsumeBool();
  const std::shared_ptr<Sink> stream = newest ? streams_[worker] : old_streams_[worker];
  if (stream == nullptr) return;
  if (newest) streams_[worker] = nullptr;
  Post(StreamEnded{worker, stream});
}

void EngineDriver::Advance() {
  now_ += input_.PickValueInArray(
      {absl::Milliseconds(100), absl::Seconds(1), absl::Seconds(5), absl::Minutes(1)});
}

void EngineDriver::Oversleep() {
  now_ += absl::Hours(1);
  engine_->Overslept(now_);
  Drain();
}

void EngineDriver::FailCommit() {
  using Fault = FaultStore::Fault;
  store_.FailNext(input_.PickValueInArray(
      {Fault::kRefuse, Fault::kStoreAndRefuse, Fault::kDieBefore, Fault::kDieAfter}));
}

// The process dies with what was queued.
void EngineDriver::Restart() {
  engine_ = std::make_unique<Engine>(store_, policy_);
  inbox_.clear();
  streams_.clear();
  old_streams_.clear();
}

void EngineDriver::Post(decltype(Request::command) command) {
  inbox_.push_back(
      {std::move(command), [this](const absl::Status&, const State&) { ++answered_; }});
}

void EngineDriver::Stored(absl::Span<const Event> events) {
  ledger_.Commit(events);
  for (const Event& event : events) {
    if (const auto* leased = std::get_if<AttemptLeased>(&event)) {
      granted_.insert(leased->attempt.trial);
    }
  }
}

void EngineDriver::Drain() {
  const size_t asked = inbox_.size();
  answered_ = 0;
  granted_.clear();
  try {
    engine_->Process(std::exchange(inbox_, {}), now_);
    Require(answered_ == asked, "every request is answered once");
  } catch (const Death&) {
    Restart();
  }
  Check();
}

void EngineDriver::Check() {
  if (engine_->loaded()) {
    const State& state = engine_->state();
    ledger_.CheckAgainst(state);
    CheckState(state, now_);
    CheckStored(*store_.Load(now_, policy_), state);
    CheckGranted();
  }
  Require(ledger_.broken().empty(), "the ledger's rules",
          ledger_.broken().empty() ? "" : ledger_.broken().front());
}

// A worker that came back with fewer slots holds too many, but gets none.
void EngineDriver::CheckGranted() {
  const State& state = engine_->state();
  for (TrialId trial : granted_) {
    const Lease* lease = state.leases.Find(trial);
    Require(lease != nullptr, "what a drain has leased is leased after it");
    const ConnectedWorker& worker = state.workers.at(lease->worker);
    Require(worker.connected && !worker.leaving && FreeSlots(state, worker) >= 0,
            "only a worker with free slots is given a trial", lease->worker);
  }
}

}  // namespace pathsweep
