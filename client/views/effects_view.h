// Shares of variance that parameters explain, for people and programs.
#pragma once

#include <ostream>

#include "client/views/report.h"
#include "pathsweep/v1/claim.pb.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

// The largest ones.
Report EffectsTable(const v1::Effects& effects, int most);

// What is explained between how many configs, or why it cannot be.
std::string ImportanceTitle(const v1::Importance& importance);

// A list of `{"parameters", "share", "noise_floor"}`.
Json EffectsJson(const v1::Effects& effects);

// Writes the answer to `sweepctl importance` in a form of --output.
void WriteImportance(std::ostream& out, OutputFormat format, const v1::Importance& importance);

}  // namespace pathsweep
