// What every store must do, run over each of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>

#include "coordinator/store/memory_store.h"
#include "coordinator/store/sqlite_store.h"
#include "tests/coordinator/domain/fixtures.h"
#include "tests/coordinator/store/temporary_folder.h"

namespace pathsweep {
namespace {

// Opens the store; called again, opens what the first left behind.
using Opener = std::function<Store*()>;

struct Kind {
  std::string name;
  std::function<Opener(const TemporaryFolder&)> make;
};

Opener MakeMemory(const TemporaryFolder&) {
  auto store = std::make_shared<MemoryStore>();
  return [store] { return store.get(); };
}

Opener MakeSqlite(const TemporaryFolder& folder) {
  auto store = std::make_shared<std::unique_ptr<SqliteStore>>();
  return [store, path = folder.File("results.db")] {
    store->reset();
    *store = SqliteStore::Open(path).value();
    return store->get();
  };
}

class StoreContract : public ::testing::TestWithParam<Kind> {
 protected:
  void TearDown() override {
    const std::string file = folder_.File("results.db");
    if (std::filesystem::exists(file)) EXPECT_EQ(SqliteStore::Check(file), absl::OkStatus());
  }

  absl::Status Commit(const Events& events) { return store_->Commit(events); }
  State Reopened() {
    store_ = open_();
    return store_->Load(now_, policy_).value();
  }

  // The state that a coordinator has after a restart: nobody is connected, and the
  // leases begin anew.
  State AfterRestart(State state) {
    state.workers.clear();
    for (const auto& [trial, live] : state.live_trials) {
      if (live.state != TrialState::kRunning) continue;
      state.leases.Extend(trial, now_ + policy_.FirstLeaseOf(*state.SweepOfTrial(trial)));
    }
    return state;
  }

  void ExpectSame(const State& a, const State& b) {
    EXPECT_EQ(a.sweeps, b.sweeps);
    EXPECT_EQ(a.sweep_by_block, b.sweep_by_block);
    EXPECT_EQ(a.next_sweep, b.next_sweep);
    EXPECT_EQ(a.next_trial, b.next_trial);
    EXPECT_EQ(a.live_trials, b.live_trials);
    EXPECT_EQ(a.retries, b.retries);
    EXPECT_EQ(a.failed_trials, b.failed_trials);
    EXPECT_EQ(a.open_sweeps, b.open_sweeps);
    for (const auto& [trial, live] : a.live_trials) {
      const Lease* lease = a.leases.Find(trial);
      const Lease* other = b.leases.Find(trial);
      ASSERT_EQ(lease == nullptr, other == nullptr);
      if (lease != nullptr) EXPECT_EQ(*lease, *other);
    }
  }

  TemporaryFolder folder_;
  Opener open_ = GetParam().make(folder_);
  Store* store_ = open_();
  const absl::Time now_ = absl::FromUnixSeconds(2'000'000);
  const LeasePolicy policy_;
};

TEST_P(StoreContract, LoadGivesTheStateThatTheEventsMade) {
  Coordinator coordinator;
  const auto commit = [&](const Events& events) { ASSERT_TRUE(Commit(events).ok()); };
  commit(coordinator.Submit(SmallSweep("a", 3, 2)));
  SweepSpec impatient = SmallSweep("b", 1);
  impatient.lease = absl::Seconds(2);
  commit(coordinator.Submit(impatient));
  commit(coordinator.Submit(SmallSweep("cancelled", 4)));
  commit(coordinator.Report(ReportOf("w", {}, 4)));
  commit(coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCompleted)}, 4)));
  commit(coordinator.Report(ReportOf("w", {Ended(2, 1, Outcome::Kind::kCrashed)}, 4)));
  commit(coordinator.Do(CancelSweep{"cancelled"}));
  commit(coordinator.Do(PauseSweep{"a", true}));
  commit(coordinator.Do(
      GrowSweep{1, 6, {.axes = {}, .seeds = {}, .more_seeds = {{{0, 2}, {5}}, {{1}, {5, 6}}}}}));
  EXPECT_EQ(coordinator.state.sweeps.at(1).trials, 10);
  commit(coordinator.Do(JudgeSweep{1, 10, 1, std::make_shared<std::vector<JudgedConfig>>()}));
  EXPECT_EQ(coordinator.state.sweeps.at(1).judged_results, 1);
  ExpectSame(Reopened(), AfterRestart(coordinator.state));
}

TEST_P(StoreContract, EverySeededHistoryIsLoadedAsItWasApplied) {
  const int seed = GTEST_FLAG_GET(random_seed);
  SCOPED_TRACE(seed);
  std::srand(seed);
  Coordinator coordinator({.lease = absl::Seconds(60), .reconnect = absl::Seconds(5)});
  for (int step = 0; step < 200; ++step) {
    const std::string worker = std::string("w") + static_cast<char>('0' + std::rand() % 3);
    Events events;
    switch (std::rand() % 10) {
      case 9:
        events = coordinator.Do(
            PruneSweep{std::to_string(1 + std::rand() % coordinator.state.next_sweep)});
        break;
      case 7:
        events = coordinator.Do(CancelTrial{1 + std::rand() % coordinator.state.next_trial});
        break;
      case 8:
        events = coordinator.Do(
            ExtendSweep{"s", {{{"lr", {(1 + std::rand() % 9) * 1e-3}}}, {std::rand() % 4}}});
        break;
      case 5:
        events = coordinator.Do(RetryFailed{"s"});
        break;
      case 6:
        events = coordinator.Do(PauseSweep{"s", std::rand() % 2 == 0});
        break;
      case 0:
        events = coordinator.Submit(SmallSweep("s", 1 + std::rand() % 3, 1 + std::rand() % 2),
                                    std::to_string(step));
        break;
      case 1:
        events = coordinator.Do(LoseWorker{worker});
        break;
      case 2:
        coordinator.now += absl::Seconds(std::rand() % 40);
        events = coordinator.Do(ExpireLeases{});
        break;
      default: {
        WorkerReport report = ReportOf(worker, {}, 2);
        for (TrialId trial : coordinator.state.leases.OfWorker(worker)) {
          report.attempts.push_back(Ended(trial, coordinator.state.live_trials.at(trial).attempt,
                                          static_cast<Outcome::Kind>(std::rand() % 6)));
        }
        events = coordinator.Report(report);
      }
    }
    ASSERT_TRUE(Commit(events).ok());
    if (std::rand() % 4 == 0) ASSERT_TRUE(store_->Tidy().ok());
  }
  ExpectSame(Reopened(), AfterRestart(coordinator.state));
}

TEST_P(StoreContract, APrunedSweepStaysAwayTidiedOrNot) {
  Coordinator coordinator;
  ASSERT_TRUE(Commit(coordinator.Submit(SmallSweep("a", 2))).ok());
  ASSERT_TRUE(Commit(coordinator.Do(ExtendSweep{"a", {{}, {2}}})).ok());
  ASSERT_TRUE(Commit(coordinator.Do(CancelTrial{4})).ok());
  ASSERT_TRUE(Commit(coordinator.Do(CancelSweep{"a"})).ok());
  ASSERT_TRUE(Commit(coordinator.Do(PruneSweep{"a"})).ok());
  ExpectSame(Reopened(), AfterRestart(coordinator.state));
  while (store_->Tidy().value()) {
  }
  ExpectSame(Reopened(), AfterRestart(coordinator.state));
  EXPECT_EQ(coordinator.state.next_trial, 5);
}

TEST_P(StoreContract, ReusedTrialsHaveTheResultsOfTheirSource) {
  Coordinator coordinator;
  ASSERT_TRUE(Commit(coordinator.Submit(SmallSweep("a", 1))).ok());
  ASSERT_TRUE(Commit(coordinator.Report(ReportOf("w"))).ok());
  ASSERT_TRUE(
      Commit(coordinator.Report(ReportOf("w", {Ended(1, 1, Outcome::Kind::kCompleted)}))).ok());
  ASSERT_TRUE(
      Commit(coordinator.Do(SubmitSweep{"b", SmallSweep("b", 2), {{0, 1, "completed"}}})).ok());
  const State state = Reopened();
  EXPECT_EQ(state.FindSweep("b")->Counts()[TrialState::kSucceeded], 1);
  EXPECT_EQ(state.FindSweep("b")->next, 2) << "the second one is leased";
  ExpectSame(state, AfterRestart(coordinator.state));
}

TEST_P(StoreContract, EmptyStoreLoadsAnEmptyState) { ExpectSame(Reopened(), State{}); }

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract,
                         ::testing::Values(Kind{"Memory", MakeMemory}, Kind{"Sqlite", MakeSqlite}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace pathsweep
