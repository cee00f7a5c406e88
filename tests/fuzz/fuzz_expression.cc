// Any text is a formula, whose value is a finite number or said not to be one, or a problem at a
// place of it.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "base/expression.h"
#include "tests/fuzz/require.h"

namespace pathsweep {
namespace {

void CheckRefusal(absl::string_view text, const absl::Status& status) {
  const absl::string_view message = status.message();
  Require(absl::IsInvalidArgument(status), "a wrong formula is an invalid argument", message);
  const size_t colon = message.find(':');
  size_t place = 0;
  const bool placed = absl::StartsWith(message, "at ") && colon != absl::string_view::npos &&
                      absl::SimpleAtoi(message.substr(3, colon - 3), &place);
  Require(placed, "a problem says where it is", message);
  Require(place >= 1 && place <= text.size() + 1, "the place is one of the text", message);
}

void TakeText(absl::string_view text) {
  const TrialParameters parameters;
  for (const auto type :
       {Expression::Type::kNumber, Expression::Type::kTruth, Expression::Type::kText}) {
    const absl::StatusOr<Expression> expression = Expression::Parse(text, type);
    if (!expression.ok()) {
      CheckRefusal(text, expression.status());
    } else if (type == Expression::Type::kNumber) {
      const absl::StatusOr<double> number = expression->Number(parameters);
      Require(!number.ok() || std::isfinite(*number), "a number is finite", text);
    } else if (type == Expression::Type::kTruth) {
      const absl::StatusOr<bool> truth = expression->Truth(parameters);
      Require(truth.ok() || absl::IsOutOfRange(truth.status()), "it is true, false or said why not",
              text);
    }
    if (!expression.ok()) continue;
    for (const std::string& name : expression->names()) {
      Require(FindParameter(name) != nullptr, "a name is a parameter", name);
    }
  }
}

}  // namespace
}  // namespace pathsweep

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pathsweep::TakeText({reinterpret_cast<const char*>(data), size});
  return 0;
}
