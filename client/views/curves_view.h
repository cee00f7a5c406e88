// Learning curves, for people and for programs.
#pragma once

#include <ostream>

#include "client/views/report.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

void WriteCurves(std::ostream& out, OutputFormat format, const v1::Curves& curves);

}  // namespace pathsweep
