// Verdicts on claims, for people and programs.
#pragma once

#include <ostream>

#include "client/views/document.h"
#include "client/views/report.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

// A row for each claim.
Report ClaimsTable(const v1::GetClaimsResponse& claims);

// A section for each claim.
void WriteClaims(Document& document, const v1::GetClaimsResponse& claims);

// Writes the claims in a form of --output: a page with a section for each claim in text and
// markdown, a table with a row for each claim in latex, a record for each config in csv, everything
// in json (docs/cli.md).
void WriteClaims(std::ostream& out, OutputFormat format, const v1::GetClaimsResponse& claims);

}  // namespace pathsweep
