// Formulas over the parameters of a trial, as claims and constraints have them.
//
//   absl::StatusOr<Expression> bound = Expression::Parse("1/degree + 0.05",
//   Expression::Type::kNumber); absl::StatusOr<double> value = bound->Number(parameters);
//
//   Expression::Parse("width % heads == 0 and optimizer != 'sgd'", Expression::Type::kTruth)
//
// Of loosest to tightest binding: or; and; not; == != < <= > >=; + -; * / %; a sign; ^. Names are
// parameters, numbers are those of C, texts stand in ' or ". Functions: abs, ceil, exp, floor, log,
// log2, log10, max, min, round, sqrt. `and` and `or` do not look at their right side if the left
// one decides.
//
// Immutable and thread safe; copies share what was parsed.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/trial_parameters.h"

namespace pathsweep {

class Expression {
 public:
  enum class Type { kNumber, kTruth, kText };

  // InvalidArgument says what is wrong and where: "at 5: …", counted in bytes from 1.
  static absl::StatusOr<Expression> Parse(absl::string_view text, Type wanted);

  const std::string& text() const { return text_; }
  // Of the parameters that stand in it.
  const std::set<std::string>& names() const { return names_; }

  bool operator==(const Expression& other) const { return text_ == other.text_; }

  // OutOfRange if it is no finite number for these parameters, as after a division by zero.
  // Requires an expression of the type.
  absl::StatusOr<double> Number(const TrialParameters& parameters) const;
  // OutOfRange if it rests on a comparison with what is no finite number.
  absl::StatusOr<bool> Truth(const TrialParameters& parameters) const;

 private:
  struct Node;
  class Parser;

  absl::Status NoNumber(absl::string_view what, const TrialParameters& parameters) const;

  std::string text_;
  std::set<std::string> names_;
  std::shared_ptr<const Node> root_;
};

}  // namespace pathsweep
