#include "coordinator/early_stopping/futility.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/philox.h"

namespace pathsweep {
namespace {

using Values = std::vector<double>;

Curves Of(const std::vector<Values>& curves) { return {curves.begin(), curves.end()}; }

TEST(Futility, CountsWhoWentAsFarFromThere) {
  const std::vector<Values> others = {{0, 0, 1}, {0, 0.5, 0.6}, {0.2, 0.2, 0.2}, {1}};
  const Bound high{0.9, true, {0, 1}};
  const Bound low{0.5, false, {0, 1}};
  EXPECT_DOUBLE_EQ(ChanceToReach(high, Values{0.1}, Of(others), 0.2), 2.0 / 5) << "one rose by 0.8";
  EXPECT_DOUBLE_EQ(ChanceToReach(high, Values{0.1, 0.85}, Of(others), 0.2), 3.0 / 5)
      << "two rise by 0.05 from the second on";
  EXPECT_DOUBLE_EQ(ChanceToReach(high, Values{0.1, 0.1, 0.1}, Of(others), 0.2), 1.0 / 5);
  EXPECT_DOUBLE_EQ(ChanceToReach(low, Values{0.99}, Of(others), 0.2), 1.0 / 5) << "nobody fell";
  EXPECT_DOUBLE_EQ(ChanceToReach(low, Values{0.9}, Of(others), 0.2), 1)
      << "two rose by more than 0.05, and so may its mean";
  EXPECT_DOUBLE_EQ(ChanceToReach(low, Values{0.4}, Of(others), 0.2), 1) << "it is there";
  EXPECT_DOUBLE_EQ(ChanceToReach(high, Values{0.1}, {}, 1), 1);
}

// Curves as this task has them: a plateau, and of some a sudden rise. Of each sweep of 60 trials
// the first 40 end by themselves, and the others are looked at after every evaluation.
class Calibration {
 public:
  explicit Calibration(double solving) : solving_(solving) {}

  void Sweep(uint64_t seed, double level) {
    PhiloxStream random(seed, 0, 0);
    std::vector<Values> ended;
    for (int i = 0; i < 40; ++i) ended.push_back(Draw(random));
    const Curves others = Of(ended);
    for (int i = 0; i < 20; ++i) Look(Draw(random), others, level);
  }

  double WrongShare() const { return static_cast<double>(wrong_) / trials_; }
  double Saved() const { return static_cast<double>(saved_) / trials_ / kEvaluations; }

 private:
  static constexpr int kEvaluations = 20;
  static constexpr double kBound = 0.9;

  Values Draw(PhiloxStream& random) const {
    const auto uniform = [&] { return random.Below(1'000'000) / 1e6; };
    const bool solves = uniform() < solving_;
    const double at = kEvaluations * uniform();
    Values values;
    for (int i = 0; i < kEvaluations; ++i) {
      const double noise = 0.05 * uniform();
      values.push_back(solves && i >= at ? 1 - noise : 0.1 + noise);
    }
    return values;
  }

  void Look(const Values& values, const Curves& others, double level) {
    ++trials_;
    for (int i = 1; i < kEvaluations; ++i) {
      const auto now = absl::MakeConstSpan(values).first(i);
      if (ChanceToReach({kBound, true, {0, 1}}, now, others, level) > level) continue;
      saved_ += kEvaluations - i;
      if (values.back() >= kBound) ++wrong_;
      return;
    }
  }

  const double solving_;
  int64_t trials_ = 0;
  int64_t wrong_ = 0;
  int64_t saved_ = 0;
};

TEST(Futility, HoldsItsLevelOverAllLooks) {
  for (const double level : {0.05, 0.1}) {
    for (const double solving : {0.02, 0.1, 0.3, 0.7}) {
      Calibration calibration(solving);
      for (uint64_t seed = 0; seed < 1000; ++seed) calibration.Sweep(seed, level);
      std::printf(
          "level %.2f, %2.0f %% solve: %.2f %% would have reached the bound, %.0f %% saved\n",
          level, 100 * solving, 100 * calibration.WrongShare(), 100 * calibration.Saved());
      EXPECT_LE(calibration.WrongShare(), level) << level << " " << solving;
      if (solving <= 0.1) EXPECT_GT(calibration.Saved(), 0.4) << level << " " << solving;
    }
  }
}

}  // namespace
}  // namespace pathsweep
