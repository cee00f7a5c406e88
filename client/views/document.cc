#include "client/views/document.h"

#include "absl/strings/str_cat.h"

namespace pathsweep {

void TextDocument::Section(const std::string& name, const std::string& about) {
  const bool markdown = format_ == OutputFormat::kMarkdown;
  out_ << (markdown ? "## " : "") << name << (markdown ? "\n\n" : ": ");
  Paragraph(about);
}

void TextDocument::Paragraph(const std::string& text) { out_ << text << "\n\n"; }

void TextDocument::Table(const Report& table) {
  WriteReport(out_, format_, table);
  out_ << "\n";
}

void TextDocument::Commands(const std::string& about, const std::vector<std::string>& commands) {
  std::string text = about;
  for (const std::string& command : commands) absl::StrAppend(&text, "\n    ", command);
  Paragraph(text);
}

}  // namespace pathsweep
