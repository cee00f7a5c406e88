// Sweeps with early stopping on curves that are known in full: what becomes of the verdicts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/philox.h"
#include "coordinator/planner/claim_plan.h"
#include "coordinator/planner/stop_plan.h"

namespace pathsweep {
namespace {

constexpr size_t kEvaluations = 20;
constexpr size_t kSeeds = 10;
constexpr size_t kConfigs = 9;
constexpr double kWhole = kConfigs * kSeeds * kEvaluations;  // if all trials take all steps

Claim About(const std::string& name, std::vector<ClaimCondition> where, BoundClaim::Side side,
            const std::string& bound) {
  return {name, std::move(where), "exact_match",
          BoundClaim{side, Expression::Parse(bound, Expression::Type::kNumber).value()}};
}

// What a trial measures if it takes all its steps.
using Full = std::function<std::vector<double>(const TrialParameters& parameters, int64_t seed)>;

// Workers train the trials of a sweep one after the other; the planner looks after every
// evaluation.
class Replay {
 public:
  Replay(const SweepSpec& spec, Full full, size_t workers = 2)
      : full_(std::move(full)), workers_(workers), sweep_(NewSweep(spec, 1)) {
    do {
      while (static_cast<int64_t>(ended_) < sweep_.trials) Tick();
    } while (AddSeeds());
  }

  // By claim and config: its parameters tell it apart in whatever order they came.
  std::map<std::string, std::string> Verdicts() const {
    std::map<std::string, std::string> verdicts;
    const ClaimPlan plan = Plan();
    for (const JudgedConfig& one : *plan.verdicts) {
      const TrialParameters config = sweep_.ParametersOf(one.trial.value());
      verdicts[absl::StrCat(one.claim, " ", config.objective, " ", config.lr)] = one.verdict;
    }
    return verdicts;
  }

  size_t Taken() const {
    size_t taken = 0;
    for (const TrialHistory& trial : trials_) taken += trial.values.size();
    return taken;
  }

  struct Trials {
    int all = 0;
    int reaching = 0;  // that would have ended at `bound` or above
    int lost = 0;      // of them, those that were stopped below it
  };
  Trials Reaching(double bound) const {
    Trials count;
    for (const TrialHistory& trial : trials_) {
      ++count.all;
      if (FullOf(trial.trial).back() < bound) continue;
      ++count.reaching;
      if (trial.values.back() < bound && trial.state == TrialState::kStopped) ++count.lost;
    }
    return count;
  }

 private:
  ClaimPlan Plan() const {
    const ReadValues final = [this](const std::string&) {
      std::vector<std::optional<double>> values;
      for (const TrialHistory& trial : trials_) values.emplace_back(trial.values.back());
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

  std::vector<double> FullOf(TrialId trial) const {
    return full_(sweep_.ParametersOf(trial), sweep_.SeedOf(trial));
  }

  void Tick() {
    while (trials_.size() - ended_ < workers_ &&
           static_cast<int64_t>(trials_.size()) < sweep_.trials) {
      const TrialId trial = sweep_.TrialAt(static_cast<int64_t>(trials_.size()));
      trials_.push_back({trial, TrialState::kRunning, "", 0, 0.95, {}});
      curves_.push_back(FullOf(trial));
    }
    for (size_t i = 0; i < trials_.size(); ++i) {
      TrialHistory& trial = trials_[i];
      if (trial.state != TrialState::kRunning) continue;
      trial.values.push_back(curves_[i][trial.values.size()]);
      if (trial.values.size() == kEvaluations) End(trial, TrialState::kSucceeded, "completed");
    }
    if (!sweep_.spec.early_stopping) return;
    const ReadCurves read = [this](const std::string&) { return trials_; };
    const Steering steering = PlanStops(sweep_, read).value();
    for (const TrialStop& stop : steering.stops) {
      TrialHistory& trial = trials_[sweep_.NumberOf(stop.trial)];
      if (trial.state == TrialState::kRunning) End(trial, TrialState::kStopped, stop.order.rule);
    }
  }

  void End(TrialHistory& trial, TrialState state, const std::string& reason) {
    trial.state = state;
    trial.reason = reason;
    ++ended_;
  }

  const Full full_;
  const size_t workers_;
  Sweep sweep_;
  std::vector<TrialHistory> trials_;
  std::vector<std::vector<double>> curves_;
  size_t ended_ = 0;
};

// How the verdicts of a sweep with early stopping differ from those of all its steps.
struct Changes {
  int verdicts = 0;
  int decided = 0;    // was undecided
  int undecided = 0;  // was decided
  int opposite = 0;

  void Add(const std::map<std::string, std::string>& full,
           const std::map<std::string, std::string>& stopped) {
    for (const auto& [config, verdict] : stopped) {
      const std::string& was = full.at(config);
      ++verdicts;
      if (verdict == was) continue;
      ++(was == "undecided" ? decided : verdict == "undecided" ? undecided : opposite);
    }
  }

  std::string Text() const {
    return absl::StrCat("of ", verdicts, " verdicts ", decided, " decided, ", undecided,
                        " undecided, ", opposite, " opposite");
  }
};

const std::vector<std::pair<std::string, EarlyStopping>>& SafeRules() {
  static const auto& rules = *new std::vector<std::pair<std::string, EarlyStopping>>{
      {"solved", {.solved = SolvedRule{2}}},
      {"futility 0.1", {.futility = FutilityRule{0.1}}},
      {"solved, futility 0.1", {.futility = FutilityRule{0.1}, .solved = SolvedRule{2}}},
      {"solved, futility 0.05", {.futility = FutilityRule{0.05}, .solved = SolvedRule{2}}},
  };
  return rules;
}

// By objective, learning rate and seed.
using Recorded = std::map<std::tuple<std::string, double, int64_t>, std::vector<double>>;

const Recorded& ReadRecorded() {
  static const Recorded& all = *new Recorded([] {
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
  }());
  return all;
}

std::vector<double> RecordedOf(const TrialParameters& parameters, int64_t seed) {
  return ReadRecorded().at({parameters.objective, parameters.lr, seed});
}

// That of examples/claims.yaml, without the claim that compares.
SweepSpec RecordedSpec() {
  const auto where = [](const std::string& objective) {
    return std::vector<ClaimCondition>{
        ClaimCondition{.parameter = "objective", .values = {objective}}};
  };
  SweepSpec spec;
  spec.name = "claims";
  spec.grid.axes = {
      {"objective", {std::string("standard"), std::string("reverse"), std::string("teacherless")}},
      {"lr", {1e-3, 3e-3, 1e-2}}};
  spec.grid.seeds.clear();
  for (size_t seed = 1; seed <= kSeeds; ++seed) spec.grid.seeds.push_back(seed);
  spec.grid.fixed.degree = 2;
  spec.grid.fixed.test_samples = 500;
  spec.grid.fixed.solved_at = 0.95;
  spec.claims = {About("standard", where("standard"), BoundClaim::Side::kAtMost, "1/degree + 0.15"),
                 About("reverse", where("reverse"), BoundClaim::Side::kAtLeast, "0.9"),
                 About("teacherless", where("teacherless"), BoundClaim::Side::kAtLeast, "0.9")};
  return spec;
}

template <typename Value>
void Shuffle(std::vector<Value>& values, PhiloxStream& random) {
  for (size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[random.Below(static_cast<uint32_t>(i))]);
  }
}

// In whatever order the trials come, and however many workers there are.
TEST(Replay, OnRecordedCurvesNoVerdictIsTheOpposite) {
  constexpr int kOrders = 100;
  const auto full = Replay(RecordedSpec(), RecordedOf).Verdicts();
  ASSERT_EQ(full.size(), kConfigs);
  for (const auto& [name, rules] : SafeRules()) {
    Changes changes;
    size_t taken = 0;
    for (int order = 0; order < kOrders; ++order) {
      PhiloxStream random(order, 0, 0);
      SweepSpec spec = RecordedSpec();
      spec.early_stopping = rules;
      for (GridAxis& axis : spec.grid.axes) Shuffle(axis.values, random);
      Shuffle(spec.grid.axes, random);
      Shuffle(spec.grid.seeds, random);
      const Replay replay(spec, RecordedOf, 1 + random.Below(6));
      changes.Add(full, replay.Verdicts());
      taken += replay.Taken();
    }
    const double saved = 1 - static_cast<double>(taken) / (kOrders * kWhole);
    std::printf("%s, %d orders: %.0f %% of the evaluations saved; %s\n", name.c_str(), kOrders,
                100 * saved, changes.Text().c_str());
    EXPECT_EQ(changes.opposite, 0) << name;
    // As the manual says: those near q = 0.05.
    EXPECT_LE(changes.decided + changes.undecided, 0.12 * changes.verdicts) << name;
    if (!rules.futility) {
      EXPECT_EQ(changes.decided, 0);
      EXPECT_EQ(changes.undecided, kOrders) << "one, whatever the order";
    }
  }
}

// Adding seeds until claims are decided saves the most; the rules then change no verdict of it.
TEST(Replay, WithSeedsUntilDecidedTheRulesChangeNoVerdict) {
  const auto full = Replay(RecordedSpec(), RecordedOf).Verdicts();
  SweepSpec spec = RecordedSpec();
  spec.grid.seeds.resize(3);
  spec.most_seeds = kSeeds;
  const auto report = [&](const std::string& name, const Replay& replay) {
    Changes changes;
    changes.Add(full, replay.Verdicts());
    const double saved = 1 - static_cast<double>(replay.Taken()) / kWhole;
    std::printf("seeds until decided, %s: %.0f %% of the evaluations saved; %s\n", name.c_str(),
                100 * saved, changes.Text().c_str());
    EXPECT_EQ(changes.opposite, 0) << name;
    return saved;
  };
  const Replay alone(spec, RecordedOf);
  const double saved_alone = report("no rule", alone);
  for (const auto& [name, rules] : SafeRules()) {
    spec.early_stopping = rules;
    const Replay replay(spec, RecordedOf);
    EXPECT_GT(report(name, replay), saved_alone) << name;
    EXPECT_EQ(replay.Verdicts(), alone.Verdicts()) << name;
  }
}

// What the manual warns of: this task has plateaus of a dozen evaluations before it is solved.
TEST(Replay, PlateausChangeVerdicts) {
  SweepSpec spec = RecordedSpec();
  const auto full = Replay(spec, RecordedOf).Verdicts();
  spec.early_stopping = {.plateau = PlateauRule{5, 0.05}};
  const Replay replay(spec, RecordedOf);
  Changes changes;
  changes.Add(full, replay.Verdicts());
  std::printf("plateau: %.0f %% of the evaluations saved; %s\n",
              100 * (1 - static_cast<double>(replay.Taken()) / kWhole), changes.Text().c_str());
  EXPECT_GT(changes.opposite + changes.decided + changes.undecided, 0);
}

// Curves as this task has them: a plateau, and of some a sudden rise at any time. Of ten configs
// two always solve the task, two never do, and the others now and then; twelve seeds.
std::vector<double> DrawnOf(uint64_t sweep, const TrialParameters& parameters, int64_t seed) {
  static constexpr std::array kSolving = {1.0, 0.02, 0.1, 0.0, 0.3, 0.02, 0.7, 0.1, 1.0, 0.0};
  const auto config = static_cast<size_t>(std::llround(parameters.lr * 1000)) - 1;
  PhiloxStream random(sweep, static_cast<uint32_t>(config), static_cast<uint32_t>(seed));
  const auto uniform = [&] { return random.Below(1'000'000) / 1e6; };
  const bool solves = uniform() < kSolving[config];
  const double at = kEvaluations * uniform();
  std::vector<double> values;
  for (size_t i = 0; i < kEvaluations; ++i) {
    const double noise = 0.05 * uniform();
    values.push_back(solves && static_cast<double>(i) >= at ? 1 - noise : 0.1 + noise);
  }
  return values;
}

TEST(Replay, OnDrawnCurvesFutilityHoldsItsLevel) {
  constexpr uint64_t kSweeps = 100;
  for (const auto& [name, rules] : SafeRules()) {
    if (!rules.futility) continue;
    Changes changes;
    Replay::Trials trials;
    size_t taken = 0;
    for (uint64_t number = 0; number < kSweeps; ++number) {
      SweepSpec spec;
      spec.name = "drawn";
      spec.grid.axes = {{"lr", {}}};
      for (int i = 1; i <= 10; ++i) spec.grid.axes[0].values.emplace_back(i * 1e-3);
      spec.grid.seeds = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
      spec.grid.fixed.test_samples = 500;
      spec.grid.fixed.solved_at = 0.95;
      spec.claims = {About("solves", {}, BoundClaim::Side::kAtLeast, "0.9")};
      const Full drawn = [number](const TrialParameters& parameters, int64_t seed) {
        return DrawnOf(number, parameters, seed);
      };
      const auto full = Replay(spec, drawn).Verdicts();
      spec.early_stopping = rules;
      const Replay replay(spec, drawn, 4);
      changes.Add(full, replay.Verdicts());
      taken += replay.Taken();
      const Replay::Trials one = replay.Reaching(0.9);
      trials = {trials.all + one.all, trials.reaching + one.reaching, trials.lost + one.lost};
    }
    std::printf(
        "%s, drawn: %.0f %% of the evaluations saved; %.1f %% of all trials, %.1f %% of those that "
        "reach the bound, ended before; %s\n",
        name.c_str(), 100 * (1 - static_cast<double>(taken) / (120.0 * kEvaluations * kSweeps)),
        100.0 * trials.lost / trials.all, 100.0 * trials.lost / trials.reaching,
        changes.Text().c_str());
    EXPECT_LE(trials.lost, rules.futility->level * trials.all) << name;
    // Of those that reach the bound more are lost than of all: the manual says how many.
    EXPECT_LE(trials.lost, 1.5 * rules.futility->level * trials.reaching) << name;
    EXPECT_LE(changes.opposite, 0.005 * changes.verdicts) << name;
    EXPECT_LE(changes.decided + changes.undecided, 0.1 * changes.verdicts) << name;
  }
}

}  // namespace
}  // namespace pathsweep
