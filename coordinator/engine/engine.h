// The coordinator's state and store behind one entry: requests in, one transaction, then
// the answers. What was answered OK is on disk.
//
// Single threaded and clockless; EngineThread gives it a thread and the time. If the
// store refuses a commit, every request of the drain gets its error, every worker is
// disconnected, and the state is loaded again from disk, so memory never runs ahead of
// what is stored.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "coordinator/domain/decide.h"
#include "coordinator/domain/state.h"
#include "coordinator/store/store.h"

namespace pathsweep {

// Where the directives for a connected worker go. Calls do not block.
class WorkerSink {
 public:
  virtual ~WorkerSink() = default;
  virtual void Send(Directive directive) = 0;
  // Ends the worker's stream; it may come back with another.
  virtual void Close(absl::Status status) = 0;
};

// A worker's report and the stream that it came on.
struct ReportOnStream {
  ReceiveReport report;
  std::shared_ptr<WorkerSink> sink;
};

// The stream has ended. Ignored if the worker has another one by now.
struct StreamEnded {
  std::string worker;
  std::shared_ptr<WorkerSink> sink;
};

// Only looks at the state: answered at once, from what is committed.
struct Inspect {};

struct Request {
  std::variant<SubmitSweep, ExtendSweep, GrowSweep, JudgeSweep, SteerTrials, CancelSweep,
               CancelTrial, PauseSweep, RetryFailed, PruneSweep, ReportOnStream, StreamEnded,
               Inspect>
      command;
  // Called once, after the commit if there is something to commit; the state is valid during the
  // call only.
  std::function<void(const absl::Status&, const State&)> done;
};

class Engine {
 public:
  // Hears of what has just been committed, and of the state after it. Must not block.
  using Observer = std::function<void(absl::Span<const Event>, const State&)>;

  // The store must outlive the engine. Loads the state at the first Process.
  Engine(Store& store, const LeasePolicy& policy, Observer committed = nullptr)
      : store_(store), policy_(policy), committed_(std::move(committed)) {}

  // Answers inspections, expires leases, takes the other requests in order, fills free workers,
  // commits, answers.
  void Process(std::vector<Request> requests, absl::Time now);

  // Process was called later than it should have been, for no fault of the workers: leases
  // that ended meanwhile get grace. Call before Process.
  void Overslept(absl::Time now);

  // Something that was pruned may still be stored: call Tidy while there is nothing else to do.
  bool untidy() const { return untidy_; }
  // Some ten milliseconds of it.
  absl::Status Tidy();

  // When Process must be called next if no request comes before.
  absl::Time NextDeadline() const {
    return loaded_ ? state_.leases.NextDeadline() : absl::InfiniteFuture();
  }

  // Transactions since the start. From any thread.
  int64_t commits() const { return commits_; }

  // The error of the last commit or load that failed, until a commit succeeds: nothing is
  // stored meanwhile.
  const absl::Status& health() const { return health_; }

  // False until the state is loaded, and again after a failed commit.
  bool loaded() const { return loaded_; }
  // Requires loaded(). Valid until the next Process.
  const State& state() const { return state_; }

 private:
  absl::Status Load(absl::Time now);
  // Takes them out of the requests. They need no commit, and so do not wait for one.
  void AnswerInspections(std::vector<Request>& requests, const absl::Status& status) const;
  absl::Status Take(const Request& request, absl::Time now);
  absl::Status TakeOne(const ReportOnStream& command, absl::Time now);
  absl::Status TakeOne(const PruneSweep& command, absl::Time now);
  absl::Status TakeOne(const StreamEnded& command, absl::Time now);
  absl::Status TakeOne(const Inspect&, absl::Time) { return absl::OkStatus(); }  // answered before
  // What the domain alone decides.
  template <typename Command>
  absl::Status TakeOne(const Command& command, absl::Time now) {
    return Run(command, now);
  }
  // Decides and applies one command; its events join events_.
  template <typename Command>
  absl::Status Run(const Command& command, absl::Time now);
  void ApplyAll(Events events);
  // The worker that must hear of the event, if any.
  const std::string* Concerned(const Event& event) const;
  absl::Status Commit();
  void CloseAll(const absl::Status& status);
  void SendDirectives();

  Store& store_;
  const LeasePolicy policy_;
  const Observer committed_;
  std::atomic<int64_t> commits_ = 0;
  absl::Status health_;
  bool loaded_ = false;
  bool untidy_ = true;
  State state_;
  std::map<std::string, std::shared_ptr<WorkerSink>> sinks_;
  // Of the drain under way.
  Events events_;
  std::set<std::string> concerned_;
};

}  // namespace pathsweep
