// Which build of the sources a program is.
#pragma once

#include <string>

namespace pathsweep {

// Version, commit, compiler and kind of build: "0.1.0 9139504f0c2a clang-16.0.6 Release". The
// commit has "-changed" behind it if the sources differ from it, and is "unknown" outside a
// repository.
std::string BuildId();

}  // namespace pathsweep
