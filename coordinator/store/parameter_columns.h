// A parameter's value in a column of `trials`, as schema.cc makes them. May throw
// SQLite::Exception.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "base/trial_parameters.h"

namespace pathsweep {

inline void BindParameter(SQLite::Statement& statement, int index, const ParameterValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    statement.bind(index, *flag ? 1 : 0);
  } else {
    std::visit([&](const auto& typed) { statement.bind(index, typed); }, value);
  }
}

// A value of the type that `like` has.
inline ParameterValue ReadParameter(const SQLite::Column& column, const ParameterValue& like) {
  if (std::holds_alternative<bool>(like)) return column.getInt() != 0;
  if (std::holds_alternative<int64_t>(like)) return int64_t{column.getInt64()};
  if (std::holds_alternative<double>(like)) return column.getDouble();
  return column.getString();
}

}  // namespace pathsweep
