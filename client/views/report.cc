#include "client/views/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace pathsweep {
namespace {

using Row = std::vector<std::string>;

std::string CsvCell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::string MarkdownCell(const std::string& text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}, {"\n", " "}});
}

std::string LatexCell(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\\", "\\textbackslash{}"},
                                    {"&", "\\&"},
                                    {"%", "\\%"},
                                    {"$", "\\$"},
                                    {"#", "\\#"},
                                    {"_", "\\_"},
                                    {"{", "\\{"},
                                    {"}", "\\}"},
                                    {"~", "\\textasciitilde{}"},
                                    {"^", "\\textasciicircum{}"},
                                    {"<", "$<$"},
                                    {">", "$>$"},
                                    {"≤", "$\\leq$"},
                                    {"≥", "$\\geq$"},
                                    {"×", "$\\times$"},
                                    {"−", "$-$"},
                                    {"→", "$\\to$"},
                                    {"\n", " "}});
}

// A terminal shows a cell as one line, whatever bytes a name or a reason holds.
std::string TextCell(const std::string& text) {
  if (text.empty()) return "-";
  std::string line = text;
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return line;
}

std::string PaddedLine(const Row& cells, const std::vector<size_t>& widths) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    if (i + 1 < cells.size()) line.append(widths[i] - DisplayWidth(cells[i]) + 2, ' ');
  }
  return absl::StrCat(line, "\n");
}

std::string JsonText(const Json& json) {
  if (!json.is_array() || json.empty()) return absl::StrCat(JsonLine(json), "\n");
  return absl::StrCat(
      "[\n",
      absl::StrJoin(json, ",\n",
                    [](std::string* out, const Json& item) { *out += JsonLine(item); }),
      "\n]\n");
}

}  // namespace

std::string JsonLine(const Json& json) {
  return json.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

size_t DisplayWidth(absl::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
}

std::string TextTable(const Row& columns, const std::vector<Row>& rows) {
  std::vector<Row> lines = {columns};
  for (const Row& row : rows) {
    Row& line = lines.emplace_back();
    for (const std::string& cell : row) line.push_back(TextCell(cell));
  }
  std::vector<size_t> widths(columns.size(), 0);
  for (const Row& line : lines) {
    for (size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
  }
  std::string text;
  for (const Row& line : lines) text += PaddedLine(line, widths);
  return text;
}

std::string MarkdownTable(const Row& columns, const std::vector<Row>& rows) {
  const auto line = [](const Row& cells) {
    return absl::StrCat("| ",
                        absl::StrJoin(cells, " | ",
                                      [](std::string* out, const std::string& cell) {
                                        *out += MarkdownCell(cell);
                                      }),
                        " |\n");
  };
  std::string text = absl::StrCat(line(columns), line(Row(columns.size(), "---")));
  for (const Row& row : rows) text += line(row);
  return text;
}

std::string LatexTable(const Row& columns, const std::vector<Row>& rows) {
  const auto line = [](const Row& cells) {
    return absl::StrCat(
        absl::StrJoin(cells, " & ",
                      [](std::string* out, const std::string& cell) { *out += LatexCell(cell); }),
        " \\\\\n");
  };
  std::string text = absl::StrCat("\\begin{tabular}{", std::string(columns.size(), 'l'),
                                  "}\n\\toprule\n", line(columns), "\\midrule\n");
  for (const Row& row : rows) text += line(row);
  return absl::StrCat(text, "\\bottomrule\n\\end{tabular}\n");
}

std::string CsvLine(const Row& cells) {
  return absl::StrCat(
      absl::StrJoin(cells, ",",
                    [](std::string* out, const std::string& cell) { *out += CsvCell(cell); }),
      "\n");
}

std::string CsvTable(const Row& columns, const std::vector<Row>& rows) {
  std::string text = CsvLine(columns);
  for (const Row& row : rows) text += CsvLine(row);
  return text;
}

void WriteReport(std::ostream& out, OutputFormat format, const Report& report) {
  switch (format) {
    case OutputFormat::kTable:
      out << TextTable(report.columns, report.rows);
      break;
    case OutputFormat::kJson:
      out << JsonText(report.json);
      break;
    case OutputFormat::kCsv:
      out << CsvTable(report.columns, report.rows);
      break;
    case OutputFormat::kMarkdown:
      out << MarkdownTable(report.columns, report.rows);
      break;
    case OutputFormat::kLatex:
      out << LatexTable(report.columns, report.rows);
      break;
  }
}

}  // namespace pathsweep
