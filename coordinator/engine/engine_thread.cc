#include "coordinator/engine/engine_thread.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/synchronization/notification.h"

namespace pathsweep {
namespace {

// The thread wakes at least this often, to notice that it did not; waking up later than the
// second time is no delay of a busy machine.
constexpr absl::Duration kHeartbeat = absl::Milliseconds(500);
constexpr absl::Duration kOversleeping = absl::Seconds(1);

// After a disk that was full.
constexpr absl::Duration kTidyAgain = absl::Minutes(1);

// Some ten milliseconds of inserts: the price of one commit is small beside it.
constexpr size_t kMeasurementsPerDrain = 2000;

bool IsOfWorker(const Request& request) {
  return std::holds_alternative<ReportOnStream>(request.command) ||
         std::holds_alternative<StreamEnded>(request.command);
}

size_t WorkOf(const Request& request) {
  const auto* streamed = std::get_if<ReportOnStream>(&request.command);
  if (streamed == nullptr) return 1;
  size_t work = 1;
  for (const AttemptReport& attempt : streamed->report.report.attempts) {
    work += 1 + attempt.measurements.size();
  }
  return work;
}

}  // namespace

EngineThread::EngineThread(Store& store, const Clock& clock, const LeasePolicy& policy,
                           Engine::Observer committed)
    : clock_(clock), engine_(store, policy, std::move(committed)), thread_([this] { Loop(); }) {}

EngineThread::~EngineThread() { Stop(); }

void EngineThread::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void EngineThread::Post(Request request) {
  absl::MutexLock lock(&mutex_);
  if (IsOfWorker(request)) {
    of_workers_.push_back(std::move(request));
  } else {
    of_users_.push_back(std::move(request));
  }
}

absl::Status EngineThread::Ask(Request request) {
  absl::Status answer;
  absl::Notification answered;
  Post({std::move(request.command),
        [&, done = std::move(request.done)](const absl::Status& status, const State& state) {
          if (done) done(status, state);
          answer = status;
          answered.Notify();
        }});
  answered.WaitForNotification();
  return answer;
}

absl::Status EngineThread::health() const {
  absl::MutexLock lock(&mutex_);
  return health_;
}

void EngineThread::NoteHealth() {
  absl::MutexLock lock(&mutex_);
  if (engine_.health() == health_) return;
  health_ = engine_.health();
  if (health_.ok()) {
    spdlog::info("results are stored again");
  } else {
    spdlog::error("results cannot be stored: {}", std::string(health_.message()));
  }
}

void EngineThread::TidyUp(absl::Time now) {
  const absl::Status status = engine_.Tidy();
  if (status.ok()) return;
  tidy_from_ = now + kTidyAgain;
  spdlog::warn("what was pruned cannot be removed now, trying again in {}: {}",
               absl::FormatDuration(kTidyAgain), std::string(status.message()));
}

std::vector<Request> EngineThread::TakeDrain() {
  std::vector<Request> drain = std::exchange(of_users_, {});
  size_t work = 0;
  while (!of_workers_.empty() && work < kMeasurementsPerDrain) {
    work += WorkOf(of_workers_.front());
    drain.push_back(std::move(of_workers_.front()));
    of_workers_.pop_front();
  }
  return drain;
}

void EngineThread::Loop() {
  while (true) {
    const absl::Time wake_up = std::min(engine_.NextDeadline(), clock_.Now() + kHeartbeat);
    const bool tidies = engine_.untidy() && clock_.Now() >= tidy_from_;
    std::vector<Request> drain;
    bool last;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithDeadline(absl::Condition(this, &EngineThread::HasWork),
                               tidies ? absl::InfinitePast() : wake_up);
      drain = TakeDrain();
      last = stopping_ && of_workers_.empty();
    }
    const absl::Time now = clock_.Now();
    if (now > wake_up + kOversleeping) {
      spdlog::warn("the coordinator stood still for {}; every lease begins anew",
                   absl::FormatDuration(now - wake_up));
      engine_.Overslept(now);
    }
    const bool idle = drain.empty();
    engine_.Process(std::move(drain), now);
    NoteHealth();
    if (last) return;
    if (idle && tidies) TidyUp(now);
  }
}

}  // namespace pathsweep
