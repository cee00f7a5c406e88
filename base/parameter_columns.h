// A parameter's value in a column of `trials` in the results database (docs/querying.md). For those
// who link SQLiteCpp. May throw SQLite::Exception.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <type_traits>

#include "base/trial_parameters.h"

namespace pathsweep {

// Without a copy: the parameters must live until the statement has run.
inline void BindParameter(SQLite::Statement& statement, int index,
                          const TrialParameters& parameters, const ParameterSpec& spec) {
  std::visit(
      [&](auto field) {
        const auto& value = parameters.*field;
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string>) {
          statement.bindNoCopy(index, value);
        } else if constexpr (std::is_same_v<Value, bool>) {
          statement.bind(index, value ? 1 : 0);
        } else {
          statement.bind(index, value);
        }
      },
      spec.field);
}

// A value of the type that `like` has.
inline ParameterValue ReadParameter(const SQLite::Column& column, const ParameterValue& like) {
  if (std::holds_alternative<bool>(like)) return column.getInt() != 0;
  if (std::holds_alternative<int64_t>(like)) return column.getInt64();
  if (std::holds_alternative<double>(like)) return column.getDouble();
  return column.getString();
}

}  // namespace pathsweep
