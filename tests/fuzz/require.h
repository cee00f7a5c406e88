// What a fuzz target holds true. A break of it ends the process, and libFuzzer keeps the input.
//
//   Require(count <= limit, "more than the limit");
//
// Thread safe.
#pragma once

#include <cstdlib>
#include <iostream>

#include "absl/strings/string_view.h"

namespace pathsweep {

inline void Require(bool holds, absl::string_view rule, absl::string_view found = "") {
  if (holds) return;
  std::cerr << "fuzz: broken: " << rule << (found.empty() ? "" : ": ") << found << std::endl;
  std::abort();
}

}  // namespace pathsweep
