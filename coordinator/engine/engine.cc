#include "coordinator/engine/engine.h"

#include <algorithm>
#include <utility>

#include "coordinator/domain/scheduler.h"

namespace pathsweep {

void Engine::Process(std::vector<Request> requests, absl::Time now) {
  absl::Status status = loaded_ ? absl::OkStatus() : Load(now);
  AnswerInspections(requests, status);
  std::vector<absl::Status> answers(requests.size(), status);
  if (status.ok()) {
    Run(ExpireLeases{}, now).IgnoreError();  // always OK
    for (size_t i = 0; i < requests.size(); ++i) answers[i] = Take(requests[i], now);
    ApplyAll(ScheduleLeases(state_, now, policy_));
    status = Commit();
    if (!status.ok()) std::fill(answers.begin(), answers.end(), status);
  }
  if (status.ok() && committed_) committed_(events_, state_);
  // Directives first: a stream that then reads on has its answer under way.
  status.ok() ? SendDirectives() : CloseAll(status);
  for (size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].done) requests[i].done(answers[i], state_);
  }
  events_.clear();
  concerned_.clear();
}

void Engine::AnswerInspections(std::vector<Request>& requests, const absl::Status& status) const {
  std::erase_if(requests, [&](const Request& request) {
    if (!std::holds_alternative<Inspect>(request.command)) return false;
    if (request.done) request.done(status, state_);
    return true;
  });
}

void Engine::Overslept(absl::Time now) {
  if (loaded_) Run(GrantGrace{}, now).IgnoreError();  // always OK
}

absl::Status Engine::Tidy() {
  absl::StatusOr<bool> more = store_.Tidy();
  untidy_ = more.value_or(true);
  return more.status();
}

absl::Status Engine::Load(absl::Time now) {
  absl::StatusOr<State> state = store_.Load(now, policy_);
  // Reading well says nothing of writing: only a commit makes a failure good.
  if (!state.ok()) return health_ = state.status();
  state_ = *std::move(state);
  loaded_ = true;
  return absl::OkStatus();
}

absl::Status Engine::Take(const Request& request, absl::Time now) {
  return std::visit([&](const auto& command) { return TakeOne(command, now); }, request.command);
}

absl::Status Engine::TakeOne(const ReportOnStream& command, absl::Time now) {
  std::shared_ptr<WorkerSink>& sink = sinks_[command.report.report.worker.name];
  if (sink != nullptr && sink != command.sink) {
    sink->Close(absl::AbortedError("the worker has opened another stream"));
  }
  sink = command.sink;
  return Run(command.report, now);
}

absl::Status Engine::TakeOne(const PruneSweep& command, absl::Time now) {
  untidy_ = true;
  return Run(command, now);
}

absl::Status Engine::TakeOne(const StreamEnded& command, absl::Time now) {
  const auto sink = sinks_.find(command.worker);
  if (sink == sinks_.end() || sink->second != command.sink) return absl::OkStatus();
  sinks_.erase(sink);
  return Run(LoseWorker{command.worker}, now);
}

template <typename Command>
absl::Status Engine::Run(const Command& command, absl::Time now) {
  absl::StatusOr<Events> events = Decide(state_, command, now, policy_);
  if (!events.ok()) return events.status();
  ApplyAll(*std::move(events));
  return absl::OkStatus();
}

void Engine::ApplyAll(Events events) {
  for (Event& event : events) {
    if (const std::string* worker = Concerned(event)) concerned_.insert(*worker);
    Apply(state_, event);
    events_.push_back(std::move(event));
  }
}

const std::string* Engine::Concerned(const Event& event) const {
  if (const auto* leased = std::get_if<AttemptLeased>(&event)) return &leased->worker;
  if (const auto* reported = std::get_if<WorkerReported>(&event)) return &reported->worker.name;
  const Lease* lease = nullptr;
  if (const auto* ended = std::get_if<TrialEnded>(&event)) {
    lease = state_.leases.Find(ended->attempt.trial);
  } else if (const auto* stop = std::get_if<StopOrdered>(&event)) {
    lease = state_.leases.Find(stop->trial);
  }
  return lease == nullptr ? nullptr : &lease->worker;
}

absl::Status Engine::Commit() {
  if (std::ranges::none_of(events_, IsStored)) return absl::OkStatus();
  health_ = store_.Commit(events_);
  if (health_.ok()) {
    ++commits_;
  } else {
    loaded_ = false;
  }
  return health_;
}

void Engine::CloseAll(const absl::Status& status) {
  for (const auto& [worker, sink] : sinks_) sink->Close(status);
  sinks_.clear();
}

void Engine::SendDirectives() {
  for (const std::string& worker : concerned_) {
    const auto sink = sinks_.find(worker);
    if (sink != sinks_.end()) sink->second->Send(DirectiveFor(state_, worker, policy_));
  }
}

}  // namespace pathsweep
