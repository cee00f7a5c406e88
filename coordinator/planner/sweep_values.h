// A sweep as the analysis wants it: its configs as columns, and what their seeds brought.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "coordinator/analysis/config_columns.h"
#include "coordinator/analysis/seed_values.h"
#include "coordinator/domain/sweep.h"
#include "coordinator/store/results_reader.h"

namespace pathsweep {

// In the order of their numbers.
ConfigColumns ConfigsOf(const Sweep& sweep);

enum class SeedsOf { kAll, kGrid, kAdded };

// Of the seeds of the grid, of those that some configs got beside, or of all. `values` are those of
// the sweep's trials, by number; they may be of an earlier moment, and fewer.
SeedValues ValuesBySeed(const Sweep& sweep, absl::Span<const std::optional<double>> values,
                        SeedsOf which);

// Whether the sweep searches for configs that break this very claim.
bool Falsifies(const SweepSpec& spec, const Claim& claim);

// The final values of the sweep's trials, by number.
using ReadValues =
    std::function<absl::StatusOr<std::vector<std::optional<double>>>(const std::string& metric)>;

// Out of the database. Both must outlive the function. `judged` as in ReadFinal.
ReadValues ReadFrom(ResultsReader& reader, const Sweep& sweep, bool judged);

// What the seeds of a sweep brought by which a claim is judged. Where a search for counterexamples
// has tried many configs with the same few seeds, these have picked the lucky ones, and only others
// can tell.
class ValuesByClaim {
 public:
  // The sweep must outlive the object.
  ValuesByClaim(const Sweep& sweep, ReadValues read) : sweep_(sweep), read_(std::move(read)) {}

  // Lives as long as the object. Each metric is read once. Errors are those of `read`.
  absl::StatusOr<const SeedValues*> Of(const Claim& claim);
  // The same of other seeds.
  absl::StatusOr<const SeedValues*> Of(const std::string& metric, SeedsOf which);

 private:
  const Sweep& sweep_;
  const ReadValues read_;
  std::map<std::string, std::vector<std::optional<double>>> read_values_;  // of each metric
  std::map<std::pair<std::string, SeedsOf>, SeedValues> values_;
};

// At how many numbers of seeds its configs are judged; see Judge.
size_t LooksOf(const SweepSpec& spec);

}  // namespace pathsweep
