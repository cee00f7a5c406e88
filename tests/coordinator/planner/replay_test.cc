// Sweeps with early stopping on curves that were recorded in full: verdicts must be the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "coordinator/planner/claim_plan.h"
#include "coordinator/planner/stop_plan.h"

namespace pathsweep {
namespace {

constexpr int kWorkers = 2;
constexpr size_t kEvaluations = 20;
constexpr size_t kSeeds = 6;

// By objective, learning rate and seed.
using Recorded = std::map<std::tuple<std::string, double, int64_t>, std::vector<double>>;

Recorded ReadRecorded() {
  std::ifstream file(PATHSWEEP_SOURCE_DIR "/tests/data/curves_claims.csv");
  Recorded recorded;
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    double lr = 0;
    int64_t seed = 0;
    if (cells.size() != 3 + kEvaluations || !absl::SimpleAtod(cells[1], &lr)) continue;
    if (!absl::SimpleAtoi(cells[2], &seed)) continue;
    std::vector<double>& values = recorded[{cells[0], lr, seed}];
    for (size_t i = 3; i < cells.size(); ++i) {
      EXPECT_TRUE(absl::SimpleAtod(cells[i], &values.emplace_back()));
    }
  }
  return recorded;
}

Claim About(const std::string& objective, BoundClaim::Side side, const std::string& bound) {
  return {objective,
          {ClaimCondition{.parameter = "objective", .values = {objective}}},
          "exact_match",
          BoundClaim{side, Expression::Parse(bound, Expression::Type::kNumber).value()}};
}

// That of examples/claims.yaml, without the claim that compares.
SweepSpec TheSpec() {
  SweepSpec spec;
  spec.name = "claims";
  spec.grid.axes = {
      {"objective", {std::string("standard"), std::string("reverse"), std::string("teacherless")}},
      {"lr", {1e-3, 3e-3, 1e-2}}};
  spec.grid.seeds = {1, 2, 3, 4, 5, 6};
  spec.grid.fixed.degree = 2;
  spec.grid.fixed.test_samples = 500;
  spec.grid.fixed.steps = 10000;
  spec.grid.fixed.eval_every = 500;
  spec.grid.fixed.solved_at = 0.95;
  spec.claims = {About("standard", BoundClaim::Side::kAtMost, "1/degree + 0.15"),
                 About("reverse", BoundClaim::Side::kAtLeast, "0.9"),
                 About("teacherless", BoundClaim::Side::kAtLeast, "0.9")};
  return spec;
}

// Two workers train the sweep's trials one after the other; the planner looks after every
// evaluation.
class Replay {
 public:
  // With the first `seeds` seeds, and up to all six where a claim is undecided.
  explicit Replay(const std::optional<EarlyStopping>& rules, size_t seeds = kSeeds)
      : recorded_(ReadRecorded()) {
    SweepSpec spec = TheSpec();
    spec.early_stopping = rules;
    spec.grid.seeds.resize(seeds);
    if (seeds < kSeeds) spec.most_seeds = kSeeds;
    sweep_ = NewSweep(spec, 1);
    do {
      while (static_cast<int64_t>(ended_) < sweep_.trials) Tick();
    } while (AddSeeds());
  }

  // By objective and config.
  std::map<std::string, std::string> Verdicts() const {
    std::map<std::string, std::string> verdicts;
    const ClaimPlan plan = Plan();
    for (const JudgedConfig& one : *plan.verdicts) {
      verdicts[absl::StrCat(one.claim, " ", one.config)] = one.verdict;
    }
    return verdicts;
  }

  // Of the evaluations of all six seeds.
  double Saved() const {
    size_t taken = 0;
    for (const TrialHistory& curve : curves_) taken += curve.values.size();
    return 1 - static_cast<double>(taken) / static_cast<double>(kEvaluations * recorded_.size());
  }

 private:
  ClaimPlan Plan() const {
    const ReadValues final = [this](const std::string&) {
      std::vector<std::optional<double>> values;
      for (const TrialHistory& curve : curves_) values.emplace_back(curve.values.back());
      return values;
    };
    return PlanClaims(sweep_, final).value();
  }

  bool AddSeeds() {
    const std::vector<MoreSeeds> more = Plan().more;
    if (more.empty()) return false;
    const TrialId next = sweep_.blocks.back().end();
    sweep_ = Extend(sweep_, {.axes = {}, .seeds = {}, .more_seeds = more}, next).value();
    return true;
  }

  const std::vector<double>& Full(TrialId trial) const {
    const TrialParameters parameters = sweep_.ParametersOf(trial);
    return recorded_.at({parameters.objective, parameters.lr, sweep_.SeedOf(trial)});
  }

  void Tick() {
    while (curves_.size() - ended_ < kWorkers &&
           static_cast<int64_t>(curves_.size()) < sweep_.trials) {
      curves_.push_back({sweep_.TrialAt(static_cast<int64_t>(curves_.size())),
                         TrialState::kRunning,
                         "",
                         0,
                         10000,
                         0.95,
                         {}});
    }
    for (TrialHistory& curve : curves_) {
      if (curve.state != TrialState::kRunning) continue;
      curve.values.push_back(Full(curve.trial)[curve.values.size()]);
      if (curve.values.size() == kEvaluations) End(curve, TrialState::kSucceeded, "completed");
    }
    if (!sweep_.spec.early_stopping) return;
    const ReadCurves read = [this](const std::string&) { return curves_; };
    const Steering steering = PlanStops(sweep_, read).value();
    for (const TrialStop& stop : steering.stops) {
      TrialHistory& curve = curves_[sweep_.NumberOf(stop.trial)];
      if (curve.state == TrialState::kRunning) End(curve, TrialState::kStopped, stop.order.rule);
    }
  }

  void End(TrialHistory& curve, TrialState state, const std::string& reason) {
    curve.state = state;
    curve.reason = reason;
    ++ended_;
  }

  const Recorded recorded_;
  Sweep sweep_;
  std::vector<TrialHistory> curves_;
  size_t ended_ = 0;
};

TEST(Replay, VerdictsAreThoseWithoutEarlyStopping) {
  const auto full = Replay(std::nullopt).Verdicts();
  ASSERT_EQ(full.size(), 9u);
  const std::vector<std::pair<const char*, EarlyStopping>> rules = {
      {"solved", {.solved = SolvedRule{2}}},
      {"futility 0.1", {.futility = FutilityRule{0.1}}},
      {"solved, futility 0.1", {.futility = FutilityRule{0.1}, .solved = SolvedRule{2}}},
  };
  for (const auto& [name, stopping] : rules) {
    const Replay replay(stopping);
    std::printf("%s: %.0f %% of the evaluations saved\n", name, 100 * replay.Saved());
    EXPECT_EQ(replay.Verdicts(), full) << name;
  }
}

// With other seeds a verdict may be undecided, or not; but never the other way.
TEST(Replay, WithSeedsUntilDecidedNoVerdictIsTheOther) {
  const auto full = Replay(std::nullopt).Verdicts();
  const Replay replay(EarlyStopping{.futility = FutilityRule{0.1}, .solved = SolvedRule{2}},
                      /*seeds=*/3);
  int same = 0;
  for (const auto& [config, verdict] : replay.Verdicts()) {
    const std::string& other = full.at(config);
    EXPECT_TRUE(verdict == other || verdict == "undecided" || other == "undecided") << config;
    if (verdict == other) ++same;
  }
  std::printf(
      "seeds until decided, solved, futility 0.1: %.0f %% of the evaluations saved, %d "
      "of 9 verdicts the same\n",
      100 * replay.Saved(), same);
  EXPECT_GE(same, 8);
}

// What the manual warns of: this task has plateaus of a dozen evaluations before it is solved.
TEST(Replay, PlateausChangeVerdicts) {
  const Replay replay(EarlyStopping{.plateau = PlateauRule{5, 0.05}});
  std::printf("plateau: %.0f %% of the evaluations saved\n", 100 * replay.Saved());
  EXPECT_NE(replay.Verdicts(), Replay(std::nullopt).Verdicts());
}

}  // namespace
}  // namespace pathsweep
