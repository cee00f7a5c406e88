#include "client/views/html_document.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace pathsweep {
namespace {

// Readable on a phone, in the dark and on paper. Pictures are drawn on white.
constexpr absl::string_view kStyle = R"css(
:root { color-scheme: light dark; --text: #202020; --faint: #5a5a5a; --line: #d5d5d5;
  --back: #ffffff; --shade: #f4f4f1; --accent: #0072b2; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e6e6; --faint: #a8a8a8; --line: #444444; --back: #17191c; --shade: #22252a;
    --accent: #56b4e9; } }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; background: var(--back);
  color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-top: .75rem;
  border-top: 2px solid var(--accent); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .25rem; }
p { margin: .5rem 0; white-space: pre-line; }
.about { color: var(--faint); }
.table { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; border-bottom: 2px solid var(--line); white-space: nowrap; }
figure { margin: 1rem 0; }
figure img { width: 100%; max-width: 38rem; height: auto; background: #ffffff;
  border: 1px solid var(--line); border-radius: 4px; }
figcaption { color: var(--faint); font-size: .875rem; }
pre { background: var(--shade); padding: .75rem; overflow-x: auto; font-size: .8125rem;
  border-radius: 4px; }
summary { cursor: pointer; color: var(--accent); }
@media print {
  :root { --text: #000000; --faint: #444444; --line: #bbbbbb; --back: #ffffff; --shade: #f4f4f1; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2, h3 { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  .table, pre { overflow: visible; }
  h2 + p { break-after: avoid; }
  pre { white-space: pre-wrap; } }
)css";

// What two spaces keep apart on a line stands on lines of its own.
std::string CellText(absl::string_view text) {
  return absl::StrReplaceAll(HtmlText(text), {{"  ", "<br>"}});
}

}  // namespace

std::string HtmlText(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

HtmlDocument::HtmlDocument(const std::string& title)
    : html_(absl::StrCat("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
                         "<meta name=\"viewport\" content=\"width=device-width, "
                         "initial-scale=1\">\n<title>",
                         HtmlText(title), "</title>\n<style>", kStyle,
                         "</style>\n</head>\n<body>\n<h1>", HtmlText(title), "</h1>\n")) {}

void HtmlDocument::Part(const std::string& name) {
  absl::StrAppend(&html_, "<h2>", HtmlText(name), "</h2>\n");
}

void HtmlDocument::Section(const std::string& name, const std::string& about) {
  absl::StrAppend(&html_, "<h3>", HtmlText(name), "</h3>\n<p class=\"about\">", HtmlText(about),
                  "</p>\n");
}

void HtmlDocument::Paragraph(const std::string& text) {
  absl::StrAppend(&html_, "<p>", HtmlText(text), "</p>\n");
}

void HtmlDocument::Table(const Report& table) {
  const auto row = [&](const char* cell, const std::vector<std::string>& texts) {
    absl::StrAppend(&html_, "<tr>");
    for (const std::string& text : texts) {
      absl::StrAppend(&html_, "<", cell, ">", CellText(text), "</", cell, ">");
    }
    absl::StrAppend(&html_, "</tr>\n");
  };
  absl::StrAppend(&html_, "<div class=\"table\"><table>\n<thead>\n");
  row("th", table.columns);
  absl::StrAppend(&html_, "</thead>\n<tbody>\n");
  for (const std::vector<std::string>& cells : table.rows) row("td", cells);
  absl::StrAppend(&html_, "</tbody>\n</table></div>\n");
}

void HtmlDocument::Commands(const std::string& about, const std::vector<std::string>& commands) {
  Paragraph(about);
  absl::StrAppend(&html_, "<pre>");
  for (const std::string& command : commands) absl::StrAppend(&html_, HtmlText(command), "\n");
  absl::StrAppend(&html_, "</pre>\n");
}

void HtmlDocument::Figure(const std::string& caption, absl::string_view svg) {
  absl::StrAppend(&html_, "<figure>\n<img alt=\"", HtmlText(caption),
                  "\" src=\"data:image/svg+xml;base64,", absl::Base64Escape(svg),
                  "\">\n<figcaption>", HtmlText(caption), "</figcaption>\n</figure>\n");
}

void HtmlDocument::Details(const std::string& about, const std::string& text) {
  absl::StrAppend(&html_, "<details>\n<summary>", HtmlText(about), "</summary>\n<pre>",
                  HtmlText(text), "</pre>\n</details>\n");
}

std::string HtmlDocument::Finish() {
  absl::StrAppend(&html_, "</body>\n</html>\n");
  return std::exchange(html_, "");
}

}  // namespace pathsweep
