// An option that takes one of a few words.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace pathsweep {

// The words with what they mean, in the order in which errors name them.
template <typename Value>
using Choices = std::vector<std::pair<std::string, Value>>;

// `value` is set when the line is parsed, and must live until then.
template <typename Value>
CLI::Option* AddChoice(CLI::App& app, const std::string& name, const Choices<Value>& choices,
                       Value& value, const std::string& help) {
  const auto set = [name, choices, &value](const std::string& text) {
    const auto choice = std::ranges::find(choices, absl::AsciiStrToLower(text),
                                          &std::pair<std::string, Value>::first);
    if (choice != choices.end()) {
      value = choice->second;
      return;
    }
    std::string known;
    for (size_t i = 0; i < choices.size(); ++i) {
      const char* before = i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ";
      absl::StrAppend(&known, before, choices[i].first);
    }
    throw CLI::ValidationError(absl::StrCat(name, " must be ", known, ", not `", text, "`"));
  };
  return app.add_option_function<std::string>(name, set, help);
}

}  // namespace pathsweep
