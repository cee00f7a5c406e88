// What a command answers, in every form that --output knows.
//
//   Report report{.json = {{"sweep", "demo"}}, .columns = {"sweep"}, .rows = {{"demo"}}};
//   WriteReport(std::cout, OutputFormat::kTable, report);
//
// Pure values and functions; thread safe.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pathsweep {

enum class OutputFormat { kTable, kJson, kCsv, kMarkdown, kLatex };

inline bool IsForPrograms(OutputFormat format) {
  return format == OutputFormat::kJson || format == OutputFormat::kCsv;
}

using Json = nlohmann::ordered_json;

// On one line, whatever bytes its texts have.
std::string JsonLine(const Json& json);

// Rows of cells under named columns, for people (table, markdown, latex) and spreadsheets (csv).
struct Report {
  // The names and shapes that scripts rely on; docs/cli.md.
  Json json;
  std::vector<std::string> columns;
  // Every row has as many cells as there are columns.
  std::vector<std::vector<std::string>> rows;
};

// JSON ends with a newline and stands on one line per object of a list.
void WriteReport(std::ostream& out, OutputFormat format, const Report& report);

// Columns aligned by spaces; an empty cell shows as `-`.
std::string TextTable(const std::vector<std::string>& columns,
                      const std::vector<std::vector<std::string>>& rows);
std::string MarkdownTable(const std::vector<std::string>& columns,
                          const std::vector<std::vector<std::string>>& rows);
// A tabular of the package booktabs.
std::string LatexTable(const std::vector<std::string>& columns,
                       const std::vector<std::vector<std::string>>& rows);
std::string CsvLine(const std::vector<std::string>& cells);
// RFC 4180, with a header line.
std::string CsvTable(const std::vector<std::string>& columns,
                     const std::vector<std::vector<std::string>>& rows);

// Columns a text takes in a terminal: its code points, which is right for all text that
// Pathsweep writes itself.
size_t DisplayWidth(absl::string_view text);

}  // namespace pathsweep
