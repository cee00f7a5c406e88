// A text with sections, paragraphs and tables, whatever it is written as.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "client/views/report.h"

namespace pathsweep {

class Document {
 public:
  virtual ~Document() = default;

  // A part under a name, and what it is about.
  virtual void Section(const std::string& name, const std::string& about) = 0;
  // May have lines of its own.
  virtual void Paragraph(const std::string& text) = 0;
  virtual void Table(const Report& table) = 0;
  // Commands of a shell, and what they do.
  virtual void Commands(const std::string& about, const std::vector<std::string>& commands) = 0;
};

// For terminals, or in markdown.
class TextDocument final : public Document {
 public:
  // The stream must outlive the document.
  TextDocument(std::ostream& out, OutputFormat format) : out_(out), format_(format) {}

  void Section(const std::string& name, const std::string& about) override;
  void Paragraph(const std::string& text) override;
  void Table(const Report& table) override;
  void Commands(const std::string& about, const std::vector<std::string>& commands) override;

 private:
  std::ostream& out_;
  const OutputFormat format_;
};

}  // namespace pathsweep
