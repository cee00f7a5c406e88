// What the formulas of a search space make of a point. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/trial_parameters.h"
#include "client/sweep_file/search_space.h"

namespace pathsweep {

// The `when`, `derive` and `constraints` of a space, or those of them that concern some of its
// parameters.
class SpaceRules {
 public:
  // InvalidArgument if conditions and derived parameters depend on each other in a circle.
  static absl::StatusOr<SpaceRules> Of(const SearchSpace& space);

  // Those that have something to do with one of the names, which must be closed: see Tied.
  SpaceRules About(const std::set<std::string>& names) const;

  // Those that have nothing to do with any of them.
  SpaceRules NotAbout(const std::set<std::string>& names) const;

  bool empty() const { return steps_.empty() && constraints_.empty(); }

  // The names that stand in each of the rules together.
  std::vector<std::set<std::string>> Tied() const;

  // Sets what is conditional or derived; whether all constraints hold then. InvalidArgument if a
  // derived value is none of its parameter's, or a condition compares what is no finite number.
  absl::StatusOr<bool> Resolve(TrialParameters& parameters) const;

 private:
  // Those of which `chosen` holds, by the names that stand in them.
  template <typename Chosen>
  SpaceRules Where(const Chosen& chosen) const;

  // Sets one parameter: to its default where a condition does not hold, or to what a formula gives.
  struct Step {
    const ParameterSpec* spec;
    Expression formula;
    bool is_condition;
  };

  std::vector<Step> steps_;  // each behind those that it depends on
  std::vector<Expression> constraints_;
};

}  // namespace pathsweep
