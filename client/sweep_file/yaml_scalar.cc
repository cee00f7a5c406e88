#include "client/sweep_file/yaml_scalar.h"

#include <charconv>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace pathsweep {
namespace {

std::optional<bool> AsFlag(absl::string_view text) {
  for (absl::string_view word : {"true", "yes", "on"}) {
    if (absl::EqualsIgnoreCase(text, word)) return true;
  }
  for (absl::string_view word : {"false", "no", "off"}) {
    if (absl::EqualsIgnoreCase(text, word)) return false;
  }
  return std::nullopt;
}

// Empty if the whole text is not a number of the type.
template <typename Number>
std::optional<Number> AsNumber(absl::string_view text) {
  Number number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A sign, then a digit or a point: keeps `inf` and `nan` text.
bool LooksLikeNumber(absl::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.empty() || (!absl::ascii_isdigit(text[0]) && text[0] != '.')) return false;
  return !(text.size() > 1 && text[0] == '0' && absl::ascii_isdigit(text[1]));
}

}  // namespace

std::optional<double> RealOf(const YAML::Node& node) {
  if (const auto integer = ScalarOf<int64_t>(node)) return static_cast<double>(*integer);
  return ScalarOf<double>(node);
}

bool IsQuoted(const YAML::Node& node) { return node.Tag() == "!"; }

ParameterValue ScalarValue(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (IsQuoted(node) || node.Tag() == "tag:yaml.org,2002:str") return text;
  if (const std::optional<bool> flag = AsFlag(text)) return *flag;
  if (!LooksLikeNumber(text)) return text;
  std::string digits = absl::StrReplaceAll(text, {{"_", ""}});
  if (digits[0] == '+') digits.erase(0, 1);
  if (const std::optional<int64_t> integer = AsNumber<int64_t>(digits)) return *integer;
  if (const std::optional<double> real = AsNumber<double>(digits)) return *real;
  return text;
}

}  // namespace pathsweep
