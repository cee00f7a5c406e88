// Reads an input as commands to an engine over a store that forgets, and holds the rules
// (engine_rules.h, tests/simulation/ledger.h) after every drain.
//
//   FuzzedDataProvider input(data, size);
//   EngineDriver(input).Run();
//
// The commands need not make sense: workers report what they were never given, streams end
// twice. What the conversion from messages refuses (coordinator/rpc/convert.h) is not among
// them. Not thread safe.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/engine/engine.h"
#include "tests/simulation/fault_store.h"
#include "tests/simulation/ledger.h"

namespace pathsweep {

class EngineDriver {
 public:
  explicit EngineDriver(FuzzedDataProvider& input);

  // Until the input is used up.
  void Run();

 private:
  class Sink;
  using Kind = void (EngineDriver::*)();

  void Submit();
  void Cancel();
  void PauseOrResume();
  void Retry();
  void Extend();
  void CancelOne();
  void Prune();
  void Steer();
  void Inspect();
  void Report();
  void EndStream();
  void Advance();
  void Oversleep();
  void FailCommit();
  void Restart();
  void Drain();

  // An integer that is small more often than not.
  int64_t Number(int64_t highest);
  std::string SweepText();
  std::string WorkerName();
  std::shared_ptr<Sink> StreamOf(const std::string& worker);
  AttemptName Attempt(const std::string& worker);
  AttemptReport OneReport(const std::string& worker);
  std::optional<AttemptName> Leased(const std::string& worker);
  void Post(decltype(Request::command) command);
  void Stored(absl::Span<const Event> events);
  void Check();
  void CheckGranted();

  FuzzedDataProvider& input_;
  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  const LeasePolicy policy_;
  Ledger ledger_;
  FaultStore store_;
  std::unique_ptr<Engine> engine_;
  std::vector<Request> inbox_;
  size_t answered_ = 0;                                       // requests of the drain
  std::map<std::string, std::shared_ptr<Sink>> streams_;      // the newest of each worker
  std::map<std::string, std::shared_ptr<Sink>> old_streams_;  // the one before
  std::set<TrialId> granted_;                                 // in the newest drain
};

}  // namespace pathsweep
