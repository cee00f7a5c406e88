#include "base/trial_parameters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/suggest.h"

namespace pathsweep {
namespace {

[[maybe_unused]] RealRange Within(double lowest, double highest) { return {lowest, highest}; }
[[maybe_unused]] RealRange Above(double lowest, double highest) {
  return {lowest, highest, /*lowest_open=*/true};
}
[[maybe_unused]] RealRange Below(double lowest, double highest) {
  return {lowest, highest, /*lowest_open=*/false, /*highest_open=*/true};
}

template <typename... Names>
std::vector<std::string> Choices(Names... names) {
  return {names...};
}

std::vector<ParameterSpec> MakeTable() {
  return {
#define PATHSWEEP_CHOICE(name, initial, values, meaning) \
  {#name, meaning, &TrialParameters::name, Choices values},
#define PATHSWEEP_INT(name, initial, lowest, highest, meaning) \
  {#name, meaning, &TrialParameters::name, IntRange{lowest, highest}},
#define PATHSWEEP_REAL(name, initial, range, meaning) \
  {#name, meaning, &TrialParameters::name, range},
#define PATHSWEEP_FLAG(name, initial, meaning) \
  {#name, meaning, &TrialParameters::name, std::monostate{}},
#include "base/trial_parameters.def"
#undef PATHSWEEP_CHOICE
#undef PATHSWEEP_INT
#undef PATHSWEEP_REAL
#undef PATHSWEEP_FLAG
  };
}

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

std::string OneOf(const std::vector<std::string>& choices) {
  if (choices.size() == 1) return choices.front();
  return absl::StrCat(absl::StrJoin(choices.begin(), choices.end() - 1, ", "), " or ",
                      choices.back());
}

bool Contains(const RealRange& range, double value) {
  const bool above = range.lowest_open ? value > range.lowest : value >= range.lowest;
  const bool below = range.highest_open ? value < range.highest : value <= range.highest;
  return above && below;  // false for NaN
}

absl::Status WrongValue(const ParameterSpec& spec, const ParameterValue& value) {
  const absl::string_view kind = TypeName(spec);
  return absl::InvalidArgumentError(absl::StrCat("`", spec.name, "` must be ",
                                                 kind == "integer" ? "an integer, "
                                                 : kind == "real"  ? "a number, "
                                                                   : "",
                                                 RangeText(spec), ", not `", FormatValue(value),
                                                 "`"));
}

absl::Status CheckGraph(const TrialParameters& parameters) {
  const int64_t needed = parameters.degree * (parameters.length - 1) + 1;
  if (parameters.nodes < needed) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`nodes` is ", parameters.nodes, ", but G(", parameters.degree, ",", parameters.length,
        ") has degree x (length - 1) + 1 = ", needed, " nodes; write at least ", needed));
  }
  if (parameters.objective == "multi_target" && parameters.batch_size % parameters.degree != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`objective: multi_target` shows each graph once for each of its `degree` goals, so "
        "`batch_size` must be a multiple of ",
        parameters.degree, ", not ", parameters.batch_size));
  }
  return absl::OkStatus();
}

absl::Status CheckHeads(const TrialParameters& parameters) {
  if (parameters.architecture != "transformer") return absl::OkStatus();
  if (parameters.width % parameters.heads != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`width` ", parameters.width, " is not a multiple of `heads` ", parameters.heads));
  }
  if (parameters.position == "rope" && (parameters.width / parameters.heads) % 2 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("`position: rope` rotates pairs, so width / heads must be even; it is ",
                     parameters.width / parameters.heads));
  }
  return absl::OkStatus();
}

absl::Status CheckAttention(const TrialParameters& parameters) {
  if (parameters.attention != "flash") return absl::OkStatus();
  if (parameters.dtype != "bfloat16") {
    return absl::InvalidArgumentError(
        absl::StrCat("`attention: flash` needs `dtype: bfloat16`, not `", parameters.dtype, "`"));
  }
  const int64_t head_size = parameters.width / parameters.heads;
  if (parameters.architecture != "transformer" || head_size % 8 == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "`attention: flash` needs a multiple of 8 for width / heads; it is ", head_size));
}

absl::Status CheckMup(const TrialParameters& parameters) {
  if (parameters.parametrization != "mup") return absl::OkStatus();
  if (parameters.architecture == "transformer" && parameters.optimizer == "adamw") {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "`parametrization: mup` is for `architecture: transformer` with `optimizer: adamw`, not `",
      parameters.architecture, "` with `", parameters.optimizer, "`"));
}

}  // namespace

absl::Span<const ParameterSpec> TrialParameterTable() {
  static const auto& table = *new std::vector<ParameterSpec>(MakeTable());
  return table;
}

const ParameterSpec* FindParameter(absl::string_view name) {
  for (const ParameterSpec& spec : TrialParameterTable()) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

absl::string_view TypeName(const ParameterSpec& spec) {
  static constexpr std::array<absl::string_view, 4> kNames = {"flag", "integer", "real", "choice"};
  return kNames[spec.field.index()];
}

std::string RangeText(const ParameterSpec& spec) {
  return std::visit(
      Overloaded{
          [](std::monostate) -> std::string { return "true or false"; },
          [](const IntRange& range) { return absl::StrCat(range.lowest, " to ", range.highest); },
          [](const RealRange& range) {
            return absl::StrCat(range.lowest_open ? "above " : "", FormatValue(range.lowest),
                                range.lowest_open    ? ", up to "
                                : range.highest_open ? " to below "
                                                     : " to ",
                                FormatValue(range.highest));
          },
          [](const std::vector<std::string>& choices) { return OneOf(choices); },
      },
      spec.range);
}

ParameterValue GetParameter(const TrialParameters& parameters, const ParameterSpec& spec) {
  return std::visit([&](auto field) -> ParameterValue { return parameters.*field; }, spec.field);
}

ParameterValue DefaultValue(const ParameterSpec& spec) { return GetParameter({}, spec); }

bool HasDefault(const TrialParameters& parameters, const ParameterSpec& spec) {
  static const auto& defaults = *new TrialParameters;
  return std::visit([&](auto field) { return parameters.*field == defaults.*field; }, spec.field);
}

ParameterValue ParseValue(const ParameterSpec& spec, const std::string& text) {
  const absl::string_view type = TypeName(spec);
  int64_t integer = 0;
  double real = 0;
  if (type == "flag" && (text == "true" || text == "false")) return text == "true";
  if (type == "integer" && absl::SimpleAtoi(text, &integer)) return integer;
  if (type == "real" && absl::SimpleAtod(text, &real)) return real;
  return text;
}

absl::StatusOr<ParameterValue> CheckValue(const ParameterSpec& spec, const ParameterValue& value) {
  ParameterValue typed = value;
  if (std::holds_alternative<RealRange>(spec.range) && std::holds_alternative<int64_t>(value)) {
    typed = static_cast<double>(std::get<int64_t>(value));
  }
  if (typed.index() != spec.field.index()) return WrongValue(spec, value);
  const bool fits = std::visit(
      Overloaded{
          [](std::monostate) { return true; },
          [&](const IntRange& range) {
            const int64_t number = std::get<int64_t>(typed);
            return number >= range.lowest && number <= range.highest;
          },
          [&](const RealRange& range) { return Contains(range, std::get<double>(typed)); },
          [&](const std::vector<std::string>& choices) {
            const std::string& text = std::get<std::string>(typed);
            return std::find(choices.begin(), choices.end(), text) != choices.end();
          },
      },
      spec.range);
  if (!fits) return WrongValue(spec, value);
  return typed;
}

absl::Status SetParameter(TrialParameters& parameters, absl::string_view name,
                          const ParameterValue& value) {
  const ParameterSpec* spec = FindParameter(name);
  if (spec == nullptr) return UnknownParameter(name);
  absl::StatusOr<ParameterValue> typed = CheckValue(*spec, value);
  if (!typed.ok()) return typed.status();
  PutParameter(parameters, *spec, *typed);
  return absl::OkStatus();
}

void PutParameter(TrialParameters& parameters, const ParameterSpec& spec,
                  const ParameterValue& value) {
  std::visit(
      [&](auto field) {
        using Field = std::remove_reference_t<decltype(parameters.*field)>;
        parameters.*field = std::get<Field>(value);
      },
      spec.field);
}

absl::Status UnknownParameter(absl::string_view name) {
  std::vector<absl::string_view> known;
  for (const ParameterSpec& spec : TrialParameterTable()) known.push_back(spec.name);
  return absl::InvalidArgumentError(
      absl::StrCat("unknown parameter `", name, "`", DidYouMean(name, known)));
}

absl::Status CheckTogether(const TrialParameters& parameters) {
  absl::Status status = CheckGraph(parameters);
  if (status.ok()) status = CheckHeads(parameters);
  if (status.ok()) status = CheckAttention(parameters);
  if (status.ok()) status = CheckMup(parameters);
  return status;
}

std::string FormatValue(const ParameterValue& value) {
  return std::visit(Overloaded{
                        [](bool flag) -> std::string { return flag ? "true" : "false"; },
                        [](int64_t number) { return absl::StrCat(number); },
                        [](double number) {
                          std::array<char, 32> text;
                          const auto end =
                              std::to_chars(text.data(), text.data() + text.size(), number).ptr;
                          return std::string(text.data(), end);
                        },
                        [](const std::string& text) { return text; },
                    },
                    value);
}

}  // namespace pathsweep
