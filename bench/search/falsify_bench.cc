// How many trials a search for a counterexample takes, on a made-up surface with a small region
// that breaks the claim: as the coordinator searches, or at random. Prints a JSON line.
//
//   falsify_bench --method falsify --surface slope --seed 7
//
// The surfaces are of four parameters; both are 0.5 (guessing) far from a hidden point and 1 at it,
// measured with the noise of seeds. `slope` rises from afar; `plateau` is flat but for the region.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/philox.h"
#include "coordinator/analysis/claim_verdicts.h"
#include "coordinator/analysis/sample.h"
#include "coordinator/analysis/significance.h"
#include "coordinator/planner/search_plan.h"
#include "coordinator/search/proposals.h"

namespace pathsweep {
namespace {

constexpr char kNames[4][8] = {"lr", "dropout", "beta1", "beta2"};
constexpr int64_t kMostPoints = 1000;
constexpr double kNoise = 0.02;
constexpr double kBound = 0.65;
constexpr int64_t kFreshSeeds = 5;

struct Surface {
  bool slope;
  std::vector<double> middle;  // of the region, in [0, 1] along each parameter

  // Above 0.65 in about 0.4 % of the space.
  double At(const std::vector<double>& point) const {
    double squares = 0;
    for (size_t i = 0; i < point.size(); ++i) squares += std::pow(point[i] - middle[i], 2);
    const double away = std::sqrt(squares);
    if (!slope) return away < 0.17 ? 1 : 0.5;
    return 0.5 + 0.5 * std::exp(-squares / (2 * 0.08 * 0.08)) + 0.1 * std::exp(-squares / 0.5);
  }
};

double NormalDraw(uint64_t seed, uint64_t trial) {
  PhiloxStream random(seed, 1, trial);
  return std::sqrt(-2 * std::log(random.Uniform())) * std::cos(2 * M_PI * random.Uniform());
}

SweepSpec SpecOf(uint64_t seed) {
  SweepSpec spec;
  spec.name = "bench";
  spec.claims = {
      {"guesses",
       {},
       "exact_match",
       BoundClaim{BoundClaim::Side::kAtMost,
                  Expression::Parse(absl::StrCat(kBound), Expression::Type::kNumber).value()}}};
  Search search{.method = Search::Method::kFalsify,
                .points = kMostPoints,
                .seed = seed,
                .claim = "guesses",
                .fresh_seeds = kFreshSeeds};
  for (const char* name : kNames) {
    std::vector<JointAxis::Point> points;
    for (int i = 0; i < 1000; ++i) points.push_back({(i + 0.5) / 1000});
    search.groups.emplace_back(std::vector<std::string>{name}, std::move(points));
  }
  spec.grid.joint = {FirstPoints(search, spec.grid).value()};
  spec.search = std::move(search);
  return spec;
}

class Bench {
 public:
  Bench(const Surface& surface, uint64_t seed)
      : surface_(surface), seed_(seed), sweep_(NewSweep(SpecOf(seed), 1)) {}

  // Trials until a config has failed by its fresh seeds alone.
  int64_t Falsify() {
    while (true) {
      Measure();
      if (Confirmed()) return sweep_.trials;
      Extension next = PlanSearch(sweep_, Read(), 1).value();
      sweep_ = Extend(std::move(sweep_), next, sweep_.trials + 1).value();
    }
  }

  // The same with points at random.
  int64_t AtRandom() {
    PhiloxStream random(seed_, 2, 0);
    uint64_t trials = 0;
    const auto measured = [&](double value) {
      return std::clamp(value + kNoise * NormalDraw(seed_ + 1, ++trials), 0.0, 1.0);
    };
    std::vector<ClaimSample> samples;  // of fresh seeds
    for (int64_t point = 0; point < 100 * kMostPoints; ++point) {
      std::vector<double> at;
      for (size_t i = 0; i < surface_.middle.size(); ++i) at.push_back(random.Uniform());
      const double value = surface_.At(at);
      if (measured(value) <= kBound) continue;
      ClaimSample& sample = samples.emplace_back();
      sample.bound = kBound;
      for (int64_t seed = 0; seed < kFreshSeeds; ++seed) sample.values.push_back(measured(value));
      sample.noise = MeasurementNoise(Mean(sample.values), TrialParameters().test_samples);
      if (AnyFails(samples)) break;
    }
    return static_cast<int64_t>(trials);
  }

 private:
  ReadValues Read() const {
    return [this](const std::string&) { return values_; };
  }

  void Measure() {
    for (int64_t number = static_cast<int64_t>(values_.size()); number < sweep_.trials; ++number) {
      const TrialParameters parameters = sweep_.ParametersOf(sweep_.TrialAt(number));
      std::vector<double> at;
      for (const char* name : kNames) {
        at.push_back(std::get<double>(GetParameter(parameters, *FindParameter(name))));
      }
      const double value = surface_.At(at) + kNoise * NormalDraw(seed_ + 1, number);
      values_.push_back(std::clamp(value, 0.0, 1.0));
    }
  }

  bool Confirmed() const {
    if (!sweep_.Searches()) return true;  // given up
    const auto points = static_cast<int64_t>(sweep_.spec.grid.joint.front().points().size());
    if (sweep_.trials == points) return false;  // nothing has fresh seeds
    const auto samples = SamplesOf(sweep_.spec.claims.front(), ConfigsOf(sweep_),
                                   ValuesBySeed(sweep_, values_, SeedsOf::kAdded));
    return samples.ok() && AnyFails(*samples);
  }

  bool AnyFails(const std::vector<ClaimSample>& samples) const {
    return std::ranges::any_of(
        Judge(sweep_.spec.claims.front(), samples),
        [](const ConfigVerdict& one) { return one.verdict == Verdict::kFails; });
  }

  const Surface& surface_;
  const uint64_t seed_;
  Sweep sweep_;
  std::vector<std::optional<double>> values_;
};

}  // namespace
}  // namespace pathsweep

int main(int argc, char** argv) {
  CLI::App app("counts the trials until a counterexample is found");
  std::string method = "falsify", surface = "slope";
  uint64_t seed = 1;
  app.add_option("--method", method)->check(CLI::IsMember({"falsify", "random"}));
  app.add_option("--surface", surface)->check(CLI::IsMember({"slope", "plateau"}));
  app.add_option("--seed", seed);
  CLI11_PARSE(app, argc, argv);
  pathsweep::PhiloxStream random(seed, 99, 0);  // none that the search draws from
  pathsweep::Surface made{surface == "slope", {}};
  for (int i = 0; i < 4; ++i) made.middle.push_back(0.15 + 0.7 * random.Uniform());
  pathsweep::Bench bench(made, seed);
  const int64_t trials = method == "falsify" ? bench.Falsify() : bench.AtRandom();
  std::cout << nlohmann::json{{"method", method},
                              {"surface", surface},
                              {"seed", seed},
                              {"trials", trials}}
            << "\n";
}
