// One self-contained HTML file: style and pictures are in it, and nothing in it runs.
//
//   HtmlDocument page("demo");
//   page.Section("Results", "What came of it.");
//   page.Figure("means by step", svg);
//   write(page.Finish());
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/views/document.h"

namespace pathsweep {

// For text and for attributes between double quotes.
std::string HtmlText(absl::string_view text);

class HtmlDocument final : public Document {
 public:
  explicit HtmlDocument(const std::string& title);

  // Under the title's heading, parts of the next rank.
  void Part(const std::string& name);
  void Section(const std::string& name, const std::string& about) override;
  void Paragraph(const std::string& text) override;
  void Table(const Report& table) override;
  void Commands(const std::string& about, const std::vector<std::string>& commands) override;
  // A picture, and what it shows for those who do not see it. What is in the SVG cannot run: it is
  // an image of its own.
  void Figure(const std::string& caption, absl::string_view svg);
  // Long text that opens when asked for.
  void Details(const std::string& about, const std::string& text);

  // The whole file; nothing may be added after.
  std::string Finish();

 private:
  std::string html_;
};

}  // namespace pathsweep
