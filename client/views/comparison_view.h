// Two parts of a sweep against each other, for people and for programs.
#pragma once

#include <ostream>

#include "client/views/report.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

void WriteComparison(std::ostream& out, OutputFormat format,
                     const v1::PairedComparison& comparison);

}  // namespace pathsweep
