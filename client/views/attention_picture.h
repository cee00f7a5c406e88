// Where the attention heads of a model look, as a picture.
#pragma once

#include <string>

#include "client/views/report.h"

namespace pathsweep {

// An SVG of one graph of inspect_checkpoint's JSON: a row for each layer, a map for each head; in a
// map a row for each token that looks, a column for each one that it looks at. The darker the more.
std::string AttentionPicture(const Json& graph);

}  // namespace pathsweep
