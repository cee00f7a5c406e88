// What each picture of `sweepctl plot` shows. InvalidArgument or FailedPrecondition say why there
// is nothing to show.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "client/plot/gnuplot.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

// The statistic over the first row parameter, with intervals, a series for each combination of the
// others, and the chance level of exact_match.
absl::StatusOr<Plot> TablePlot(const v1::Table& table);

// A line for each curve in a band, its interval, and the chance level of exact_match if there is
// one for all.
absl::StatusOr<Plot> CurvesPlot(const v1::Curves& curves);

// A bar for each of the largest effects, with its interval and what noise alone makes of it.
absl::StatusOr<Plot> ImportancePlot(const v1::Importance& importance);

// Where the claim holds: over one parameter the configs' means with intervals, their bound and
// between which values the verdict flips; over two a cell for each pair of values, with how many of
// its configs hold. `x` and `y` are parameters; if empty, those along which the verdict flips and
// which explain most.
absl::StatusOr<Plot> BoundaryPlot(const v1::ClaimReport& report, const std::string& x,
                                  const std::string& y);

// A line for each cell through its values of all row parameters, coloured by the statistic.
absl::StatusOr<Plot> ParallelPlot(const v1::Table& table);

}  // namespace pathsweep
