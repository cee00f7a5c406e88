// A robustness table for people: rows by columns, and what each cell rests on.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "client/views/report.h"
#include "pathsweep/v1/sweep_service.pb.h"

namespace pathsweep {

// The question of `sweepctl table` and `run`. Unless rows or columns are named: objectives
// across, all else that is swept down.
v1::GetTableRequest TableRequest(const v1::Sweep& sweep, const std::vector<std::string>& rows,
                                 const std::vector<std::string>& columns);

// That of `sweepctl best`: a row for each of the best configs.
v1::GetTableRequest BestRequest(const v1::Sweep& sweep, int64_t limit);

// What the cells show, of what, with the chance level.
std::string TableTitle(const v1::Table& table);

// Cells by their row and column labels, in the order in which the coordinator sent them.
Report PivotTable(const v1::Table& table);

// Writes the table in a form of --output. In text and markdown a cell reads
// `0.75 [0.2, 1]  solved 1/2`, under a title with the chance level, and the best ones have a trial;
// json and csv have a record per cell, which docs/cli.md describes.
void WriteTable(std::ostream& out, OutputFormat format, const v1::Table& table);

}  // namespace pathsweep
