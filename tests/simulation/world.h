// A coordinator, its disk, workers, clients and the network between them, in one thread.
//
// The engine, the domain, the conversion of messages and the workers' sessions are the real
// ones. Everything that happens is an action, and action i of a seed is a pure function of
// (seed, i) and of what is there to act upon, so leaving actions out still gives a history:
// that is how a failing one is shrunk. Rules are checked after every action (world_rules.cc), and
// at the end all faults cease and every trial must end.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/philox.h"
#include "coordinator/engine/engine.h"
#include "tests/simulation/fault_store.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/sim_worker.h"

namespace pathsweep {

class World {
 public:
  World(uint64_t seed, std::unique_ptr<Store> disk);
  ~World();

  // Does action number i. Returns false as soon as a rule is broken.
  bool Act(int i);
  // Ends all faults and lets everybody work until every trial has ended.
  bool Settle();

  const std::vector<std::string>& broken() const { return ledger_.broken(); }
  // What happened, a line an action that found something to do.
  const std::vector<std::string>& trace() const { return trace_; }

 private:
  struct Stream;
  class StreamSink;
  struct Client {
    SweepSpec spec;
    std::optional<SweepId> sweep;  // once acknowledged
    bool cancelled = false;        // acknowledged
    int64_t trials = 0;            // that it must have by what is acknowledged
    bool pruning = false;          // asked for and not refused
    bool pruned = false;           // acknowledged
  };
  struct Peer {
    std::unique_ptr<SimWorker> worker;  // null while the process is dead
    std::shared_ptr<Stream> stream;     // the newest
    int lives = 0;
    bool hung = false;
  };

  using Kind = void (World::*)(PhiloxStream&);
  struct Weighted {
    Kind kind;
    uint32_t weight;
    bool fault;
  };
  static const std::vector<Weighted>& Kinds();

  // Actions. Each does nothing where there is nothing to do.
  void Train(PhiloxStream& random);
  void Report(PhiloxStream& random);
  void DeliverReport(PhiloxStream& random);
  void DeliverDirective(PhiloxStream& random);
  void Process(PhiloxStream& random);
  void Advance(PhiloxStream& random);
  void Suspend(PhiloxStream& random);
  void Connect(PhiloxStream& random);
  void StartWorker(PhiloxStream& random);
  void Submit(PhiloxStream& random);
  void AskAgain(PhiloxStream& random);
  void Cancel(PhiloxStream& random);
  void CancelOne(PhiloxStream& random);
  void ExtendOne(PhiloxStream& random);
  void GrowOne(PhiloxStream& random);
  void SteerOne(PhiloxStream& random);
  void Grow(Client* client, const Sweep& sweep, const Extension& extension, int64_t trials);
  void Prune(PhiloxStream& random);
  void PauseOrResume(PhiloxStream& random);
  void Retry(PhiloxStream& random);
  void BreakStream(PhiloxStream& random);
  void LoseMessage(PhiloxStream& random);
  void RepeatMessage(PhiloxStream& random);
  void ReorderMessages(PhiloxStream& random);
  void HangOrWake(PhiloxStream& random);
  void KillWorker(PhiloxStream& random);
  void Leave(PhiloxStream& random);
  void KillCoordinator(PhiloxStream& random);
  void FailCommit(PhiloxStream& random);

  void Tell(const std::string& what) { trace_.push_back(what); }
  // A peer that acts: alive and not hung; null if the one drawn is not.
  Peer* Awake(PhiloxStream& random);
  std::shared_ptr<Stream> Draw(PhiloxStream& random,
                               const std::function<bool(const Stream&)>& wanted);
  void Post(const std::string& request_id);
  // What a submit may take over of trials that have succeeded.
  std::vector<ReusedTrial> Reusable(const SweepSpec& spec) const;
  // A client that knows its sweep, and has not pruned it; null if the one drawn does not.
  Client* Known(PhiloxStream& random);
  void ResumeAll();
  void PromoteAll();
  void Receive(const std::shared_ptr<Stream>& stream, const v1::WorkerReport& message);
  void NoticeEnd(const std::shared_ptr<Stream>& stream);
  void Drain();
  void CoordinatorDies();
  void Stored(absl::Span<const Event> events);
  // How long a lease of the trial holds.
  absl::Duration LeaseOf(TrialId trial) const;
  void Heard(const WorkerReport& report, const State& state);
  void CheckEverything();
  void CheckLeases();
  void CheckNobodyWaitsInVain();
  bool HasOther(const ConnectedWorker& worker) const;
  std::optional<int> HighestWaiting(const ConnectedWorker& worker) const;
  bool GoesElsewhere(TrialId trial, const ConnectedWorker& worker) const;
  void CheckTrust(TrialId granted, const ConnectedWorker& worker);
  void CheckClients();
  bool AllEnded();

  const uint64_t seed_;
  std::vector<uint32_t> weights_;  // of Kinds(), as this seed has them
  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  const LeasePolicy policy_{.lease = absl::Seconds(60), .reconnect = absl::Seconds(10)};
  Ledger ledger_;
  FaultStore store_;
  std::unique_ptr<Engine> engine_;  // null while the process is dead
  std::vector<Request> inbox_;
  std::vector<Peer> peers_;
  std::vector<std::shared_ptr<Stream>> streams_;
  std::map<std::string, Client> clients_;  // by request id
  // When a lease ends, reckoned apart from the coordinator.
  std::map<TrialId, absl::Time> deadlines_;
  absl::Time grace_until_ = absl::InfinitePast();
  std::set<TrialId> granted_;  // in the newest drain
  std::map<std::string, std::shared_ptr<WorkerSink>> sinks_;
  std::vector<std::string> trace_;
};

}  // namespace pathsweep
