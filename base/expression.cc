#include "base/expression.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/suggest.h"

namespace pathsweep {
namespace {

using Type = Expression::Type;
// The last is what comes of comparing with what is no finite number.
using Value = std::variant<double, bool, std::string, std::monostate>;
using Values = std::vector<Value>;

constexpr int kDeepest = 100;  // of nested parts: the parser calls itself
constexpr size_t kLongest = 4096;

const char* NameOf(Type type) {
  return type == Type::kNumber ? "a number" : type == Type::kTruth ? "true or false" : "a text";
}

double NumberOf(const Value& value) { return std::get<double>(value); }

bool CanBeCompared(const Value& value) {
  const auto* number = std::get_if<double>(&value);
  return number == nullptr ? !std::holds_alternative<std::monostate>(value)
                           : std::isfinite(*number);
}

// Of two; no number if one of them is none.
double OfNumbers(const Values& x, const double& (*choose)(const double&, const double&)) {
  const double one = NumberOf(x[0]), other = NumberOf(x[1]);
  return std::isnan(one) || std::isnan(other) ? NAN : choose(one, other);
}

// Of numbers, by their count of arguments.
struct Function {
  absl::string_view name;
  size_t arguments;
  double (*compute)(const Values&);
};

constexpr std::array<Function, 11> kFunctions = {{
    {"abs", 1, [](const Values& x) { return std::abs(NumberOf(x[0])); }},
    {"ceil", 1, [](const Values& x) { return std::ceil(NumberOf(x[0])); }},
    {"exp", 1, [](const Values& x) { return std::exp(NumberOf(x[0])); }},
    {"floor", 1, [](const Values& x) { return std::floor(NumberOf(x[0])); }},
    {"log", 1, [](const Values& x) { return std::log(NumberOf(x[0])); }},
    {"log10", 1, [](const Values& x) { return std::log10(NumberOf(x[0])); }},
    {"log2", 1, [](const Values& x) { return std::log2(NumberOf(x[0])); }},
    {"max", 2, [](const Values& x) { return OfNumbers(x, std::max<double>); }},
    {"min", 2, [](const Values& x) { return OfNumbers(x, std::min<double>); }},
    {"round", 1, [](const Values& x) { return std::round(NumberOf(x[0])); }},
    {"sqrt", 1, [](const Values& x) { return std::sqrt(NumberOf(x[0])); }},
}};

// Between two values of one type.
struct Operator {
  absl::string_view text;
  Type takes;
  Type gives;
  Value (*compute)(const Value&, const Value&);
};

template <typename Compute>
constexpr Operator Arithmetic(absl::string_view text) {
  return {text, Type::kNumber, Type::kNumber, [](const Value& a, const Value& b) -> Value {
            return Compute()(NumberOf(a), NumberOf(b));
          }};
}
template <typename Compare>
constexpr Operator Comparison(absl::string_view text) {
  return {text, Type::kNumber, Type::kTruth, [](const Value& a, const Value& b) -> Value {
            return Compare()(NumberOf(a), NumberOf(b));
          }};
}
struct Remainder {
  double operator()(double a, double b) const { return std::fmod(a, b); }
};
struct Power {
  // std::pow(NaN, 0) is 1.
  double operator()(double a, double b) const {
    return std::isnan(a) || std::isnan(b) ? NAN : std::pow(a, b);
  }
};

// Of equals the longer first. == and != take two of any type.
constexpr std::array<Operator, 6> kComparisons = {{
    {"==", Type::kNumber, Type::kTruth,
     [](const Value& a, const Value& b) -> Value { return a == b; }},
    {"!=", Type::kNumber, Type::kTruth,
     [](const Value& a, const Value& b) -> Value { return a != b; }},
    Comparison<std::less_equal<>>("<="),
    Comparison<std::greater_equal<>>(">="),
    Comparison<std::less<>>("<"),
    Comparison<std::greater<>>(">"),
}};
constexpr std::array<Operator, 2> kSums = {
    {Arithmetic<std::plus<>>("+"), Arithmetic<std::minus<>>("-")}};
constexpr std::array<Operator, 3> kProducts = {{Arithmetic<std::multiplies<>>("*"),
                                                Arithmetic<std::divides<>>("/"),
                                                Arithmetic<Remainder>("%")}};
constexpr std::array<Operator, 1> kPowers = {{Arithmetic<Power>("^")}};

// Before a value, which keeps its type.
struct Sign {
  absl::string_view text;
  Type type;
  absl::string_view before;  // for people
  Value (*compute)(const Value&);
};

constexpr Sign kNot = {"not", Type::kTruth, "a comparison", [](const Value& x) -> Value {
                         const auto* truth = std::get_if<bool>(&x);
                         return truth == nullptr ? x : !*truth;
                       }};
constexpr Sign kMinus = {"-", Type::kNumber, "a number",
                         [](const Value& x) -> Value { return -NumberOf(x); }};

Type TypeOf(const ParameterSpec& spec) {
  const absl::string_view name = TypeName(spec);
  return name == "choice" ? Type::kText : name == "flag" ? Type::kTruth : Type::kNumber;
}

Value ValueOf(const ParameterValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  return std::get<std::string>(value);
}

}  // namespace

struct Expression::Node {
  using Compute = std::function<Value(const TrialParameters&)>;
  Type type;
  Compute compute;
};

class Expression::Parser {
 public:
  Parser(absl::string_view text, std::set<std::string>& names) : text_(text), names_(names) {}

  absl::StatusOr<Node> Parse(Type wanted) {
    std::optional<Node> whole;
    if (text_.size() > kLongest) {
      Fail(0, absl::StrCat("it is longer than ", kLongest, " bytes"));
    } else {
      whole = Or();
    }
    Skip();
    if (whole && at_ < text_.size()) Fail(at_, absl::StrCat("`", Word(), "` is not expected here"));
    if (whole && whole->type != wanted) {
      Fail(0, absl::StrCat("it is ", NameOf(whole->type), ", and must be ", NameOf(wanted)));
    }
    if (!status_.ok()) return status_;
    return *std::move(whole);
  }

 private:
  using Part = std::optional<Node> (Parser::*)();

  // Only what was wrong first is said.
  std::nullopt_t Fail(size_t at, const std::string& problem) {
    if (status_.ok()) {
      status_ = absl::InvalidArgumentError(absl::StrCat("at ", at + 1, ": ", problem));
    }
    return std::nullopt;
  }

  void Skip() {
    while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
  }

  // What comes next, for people.
  std::string Word() {
    Skip();
    size_t end = at_;
    while (end < text_.size() && IsOfName(text_[end])) ++end;
    return std::string(text_.substr(at_, std::max<size_t>(end - at_, 1)));
  }

  static bool IsOfName(char c) { return absl::ascii_isalnum(c) || c == '_'; }

  bool Take(absl::string_view symbol) {
    Skip();
    if (text_.substr(at_, symbol.size()) != symbol) return false;
    at_ += symbol.size();
    return true;
  }

  bool TakeWord(absl::string_view word) {
    if (Word() != word) return false;
    at_ += word.size();
    return true;
  }

  // Parts of tighter binding with operators between them.
  template <size_t size>
  std::optional<Node> Chain(const std::array<Operator, size>& operators, Part part) {
    std::optional<Node> left = (this->*part)();
    while (left) {
      Skip();
      const size_t at = at_;
      const Operator* found = TakeOperator(operators);
      if (found == nullptr) break;
      std::optional<Node> right = (this->*part)();
      if (!right) return std::nullopt;
      left = Join(at, *found, *std::move(left), *std::move(right));
    }
    return left;
  }

  template <size_t size>
  const Operator* TakeOperator(const std::array<Operator, size>& operators) {
    for (const Operator& one : operators) {
      if (Take(one.text)) return &one;
    }
    return nullptr;
  }

  std::optional<Node> Join(size_t at, const Operator& joining, Node left, Node right) {
    const bool any = joining.text == "==" || joining.text == "!=";
    const Type takes = any ? left.type : joining.takes;
    for (const Node* side : {&left, &right}) {
      if (side->type == takes) continue;
      return Fail(at, absl::StrCat("`", joining.text, "` has ", NameOf(side->type),
                                   " beside it, where it needs ", NameOf(takes)));
    }
    return Node{joining.gives,
                [compute = joining.compute, compares = joining.gives == Type::kTruth,
                 left = std::move(left.compute),
                 right = std::move(right.compute)](const TrialParameters& parameters) -> Value {
                  const Value one = left(parameters), other = right(parameters);
                  const bool can = !compares || (CanBeCompared(one) && CanBeCompared(other));
                  return can ? compute(one, other) : Value(std::monostate());
                }};
  }

  // `and` or `or`, which is decided by a left side that is `decides`.
  std::optional<Node> Logic(absl::string_view word, bool decides, Part part) {
    std::optional<Node> left = (this->*part)();
    while (left) {
      Skip();
      const size_t at = at_;
      if (!TakeWord(word)) break;
      std::optional<Node> right = (this->*part)();
      if (!right) return std::nullopt;
      if (left->type != Type::kTruth || right->type != Type::kTruth) {
        return Fail(at, absl::StrCat("`", word, "` stands between two comparisons"));
      }
      left = Node{Type::kTruth,
                  [decides, left = std::move(left->compute),
                   right = std::move(right->compute)](const TrialParameters& parameters) -> Value {
                    const Value first = left(parameters);
                    const auto* truth = std::get_if<bool>(&first);
                    return truth == nullptr || *truth == decides ? first : right(parameters);
                  }};
    }
    return left;
  }

  std::optional<Node> Or() {
    if (++depth_ > kDeepest) return Fail(at_, "it is nested too deeply");
    std::optional<Node> node = Logic("or", true, &Parser::And);
    --depth_;
    return node;
  }
  std::optional<Node> And() { return Logic("and", false, &Parser::Not); }

  std::optional<Node> Not() {
    Skip();
    const size_t at = at_;
    return TakeWord("not") ? Before(at, kNot, &Parser::Not) : Compared();
  }

  std::optional<Node> Compared() { return Chain(kComparisons, &Parser::Sum); }
  std::optional<Node> Sum() { return Chain(kSums, &Parser::Product); }
  std::optional<Node> Product() { return Chain(kProducts, &Parser::Signed); }

  std::optional<Node> Signed() {
    Skip();
    const size_t at = at_;
    return Take("-") ? Before(at, kMinus, &Parser::Signed) : Raised();
  }

  // What a sign makes of the part behind it, which may begin with one too.
  std::optional<Node> Before(size_t at, const Sign& sign, Part part) {
    if (++depth_ > kDeepest) return Fail(at, "it is nested too deeply");
    std::optional<Node> node = (this->*part)();
    --depth_;
    if (!node) return std::nullopt;
    if (node->type != sign.type) {
      return Fail(at, absl::StrCat("`", sign.text, "` stands before ", sign.before));
    }
    return Node{sign.type,
                [compute = sign.compute, inner = std::move(node->compute)](
                    const TrialParameters& parameters) { return compute(inner(parameters)); }};
  }

  std::optional<Node> Raised() { return Chain(kPowers, &Parser::Atom); }

  std::optional<Node> Atom() {
    Skip();
    const size_t at = at_;
    if (at == text_.size()) return Fail(at, "it ends where a number or a parameter is expected");
    const char first = text_[at];
    if (absl::ascii_isdigit(first) || first == '.') return Literal();
    if (first == '\'' || first == '"') return Quoted(first);
    if (Take("(")) {
      std::optional<Node> inner = Or();
      if (inner && !Take(")")) return Fail(at, "this `(` is not closed");
      return inner;
    }
    const std::string name = Word();
    if (!IsOfName(first)) {
      return Fail(at, absl::StrCat("`", name, "` is no number and no parameter"));
    }
    at_ += name.size();
    return Take("(") ? Call(at, name) : Named(at, name);
  }

  std::optional<Node> Literal() {
    const size_t at = at_;
    while (at_ < text_.size() && IsOfNumber(at)) ++at_;
    const absl::string_view digits = text_.substr(at, at_ - at);
    double number = 0;
    if (!absl::SimpleAtod(digits, &number) || !std::isfinite(number)) {
      return Fail(at, absl::StrCat("`", digits, "` is no number"));
    }
    return Constant(Type::kNumber, number);
  }

  // Whether the number that began at `start` goes on at the place.
  bool IsOfNumber(size_t start) const {
    const char c = text_[at_];
    if (absl::ascii_isalnum(c) || c == '.') return true;
    const bool after_exponent = at_ > start && absl::ascii_tolower(text_[at_ - 1]) == 'e';
    return after_exponent && (c == '-' || c == '+');
  }

  std::optional<Node> Quoted(char quote) {
    const size_t end = text_.find(quote, at_ + 1);
    if (end == absl::string_view::npos) return Fail(at_, "this text is not closed");
    const std::string text(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return Constant(Type::kText, text);
  }

  std::optional<Node> Named(size_t at, const std::string& name) {
    if (name == "true" || name == "false") return Constant(Type::kTruth, name == "true");
    const ParameterSpec* spec = FindParameter(name);
    if (spec == nullptr) return Fail(at, std::string(UnknownParameter(name).message()));
    names_.insert(name);
    return Node{TypeOf(*spec), [spec](const TrialParameters& parameters) {
                  return ValueOf(GetParameter(parameters, *spec));
                }};
  }

  std::optional<Node> Call(size_t at, const std::string& name) {
    const auto* function = std::ranges::find(kFunctions, name, &Function::name);
    if (function == kFunctions.end()) {
      std::vector<absl::string_view> known;
      for (const Function& one : kFunctions) known.push_back(one.name);
      return Fail(at, absl::StrCat("unknown function `", name, "`", DidYouMean(name, known)));
    }
    std::vector<Node::Compute> arguments;
    do {
      std::optional<Node> argument = Or();
      if (!argument) return std::nullopt;
      if (argument->type != Type::kNumber)
        return Fail(at, absl::StrCat("`", name, "` takes numbers"));
      arguments.push_back(std::move(argument->compute));
    } while (Take(","));
    if (!Take(")")) return Fail(at, "this `(` is not closed");
    if (arguments.size() != function->arguments) {
      return Fail(at, absl::StrCat("`", name, "` takes ", function->arguments, " numbers, not ",
                                   arguments.size()));
    }
    return Node{Type::kNumber,
                [compute = function->compute,
                 arguments = std::move(arguments)](const TrialParameters& parameters) -> Value {
                  Values values;
                  for (const auto& argument : arguments) values.push_back(argument(parameters));
                  return compute(values);
                }};
  }

  static Node Constant(Type type, Value value) {
    return {type, [value = std::move(value)](const TrialParameters&) { return value; }};
  }

  const absl::string_view text_;
  std::set<std::string>& names_;
  size_t at_ = 0;
  int depth_ = 0;
  absl::Status status_;
};

absl::StatusOr<Expression> Expression::Parse(absl::string_view text, Type wanted) {
  Expression expression;
  expression.text_ = std::string(text);
  absl::StatusOr<Node> root = Parser(expression.text_, expression.names_).Parse(wanted);
  if (!root.ok()) return root.status();
  expression.root_ = std::make_shared<const Node>(*std::move(root));
  return expression;
}

absl::StatusOr<double> Expression::Number(const TrialParameters& parameters) const {
  const double number = NumberOf(root_->compute(parameters));
  if (std::isfinite(number)) return number;
  return NoNumber("is", parameters);
}

absl::StatusOr<bool> Expression::Truth(const TrialParameters& parameters) const {
  const Value truth = root_->compute(parameters);
  if (const auto* known = std::get_if<bool>(&truth)) return *known;
  return NoNumber("compares what is", parameters);
}

absl::Status Expression::NoNumber(absl::string_view what, const TrialParameters& parameters) const {
  std::string values;
  for (const std::string& name : names_) {
    absl::StrAppend(&values, values.empty() ? "" : ", ", name, " = ",
                    FormatValue(GetParameter(parameters, *FindParameter(name))));
  }
  return absl::OutOfRangeError(absl::StrCat("`", text_, "` ", what, " no finite number",
                                            values.empty() ? "" : " at ", values,
                                            ": does it divide by zero?"));
}

}  // namespace pathsweep
