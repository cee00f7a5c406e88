// Shell completion, made from the program's own description of its commands.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace pathsweep {

// A script for "bash", "zsh" or "fish" that completes commands and options, and files
// elsewhere.
std::string CompletionScript(const CLI::App& app, const std::string& shell);

}  // namespace pathsweep
