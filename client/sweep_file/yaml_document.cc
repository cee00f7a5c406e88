#include "client/sweep_file/yaml_document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/sweep_file/yaml_map.h"

namespace pathsweep {
namespace {

// Remembers where the newest document starts.
class DocumentStart : public YAML::EventHandler {
 public:
  const YAML::Mark& mark() const { return mark_; }

  void OnDocumentStart(const YAML::Mark& mark) override { mark_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  YAML::Mark mark_;
};

// Not YAML::LoadAll, which reads empty documents for ever where a bracket or a comma is
// one too many (github.com/jbeder/yaml-cpp/issues/1040).
void RefuseSecondDocument(const std::string& text, Problems& problems) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStart start;
  if (!parser.HandleNextDocument(start) || !parser.HandleNextDocument(start)) return;
  problems.Add(PlaceOf(start.mark()),
               "the sweep ends before this; write one document in a file, and look for a bracket "
               "or comma too many");
}

}  // namespace

YAML::Node LoadDocument(absl::string_view text, Problems& problems) {
  try {
    const std::string copy(text);
    RefuseSecondDocument(copy, problems);
    return YAML::Load(copy);
  } catch (const YAML::Exception& error) {
    problems.Add(PlaceOf(error.mark), absl::StrCat("malformed YAML: ", error.msg));
  }
  return {};
}

}  // namespace pathsweep
