// Reads the one document of a YAML text.
#pragma once

#include <yaml-cpp/node/node.h>

#include "absl/strings/string_view.h"
#include "client/sweep_file/problems.h"

namespace pathsweep {

// Its root, which is Null for an empty text. What yaml-cpp cannot read, and what follows
// the first document, is a problem. The one place where yaml-cpp's exceptions are caught.
YAML::Node LoadDocument(absl::string_view text, Problems& problems);

}  // namespace pathsweep
