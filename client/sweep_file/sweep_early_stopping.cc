#include "client/sweep_file/sweep_early_stopping.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/early_stopping_proto.h"
#include "base/suggest.h"
#include "client/sweep_file/yaml_fields.h"

namespace pathsweep {
namespace {

// Parses one rule: the entries of its map, by key.
class RuleParser {
 public:
  RuleParser(const YAML::Node& map, Place place, v1::SweepSpec& spec, Problems& problems,
             std::vector<std::string>& notices)
      : place_(place), spec_(spec), problems_(problems), notices_(notices) {
    ForEachEntry(map, problems,
                 [this](const YamlEntry& entry) { entries_.emplace(entry.key, entry); });
  }

  void Parse();

  // Whether it says if trials pause.
  bool says_pause() const { return Has("pause"); }

 private:
  using Handler = void (RuleParser::*)();
  static const std::map<std::string, Handler, std::less<>>& Handlers();

  void Hyperband();
  void Median();
  void Futility();
  void Solved();
  void Plateau();

  v1::EarlyStopping& rules() { return *spec_.mutable_early_stopping(); }
  bool Has(const char* key) const { return entries_.contains(key); }
  int64_t Count(const char* key, int64_t otherwise, int64_t lowest = 1,
                int64_t highest = kMostEvaluations);
  double Real(const char* key, double otherwise, double lowest, double highest);
  // What no rule of the type has is a problem.
  void CheckKeys(std::vector<absl::string_view> known);
  // The rule comes once.
  bool IsNew(bool present);

  const Place place_;
  v1::SweepSpec& spec_;
  Problems& problems_;
  std::vector<std::string>& notices_;
  std::map<std::string, YamlEntry, std::less<>> entries_;
  std::string type_;
};

const std::map<std::string, RuleParser::Handler, std::less<>>& RuleParser::Handlers() {
  static const auto& handlers =
      *new std::map<std::string, Handler, std::less<>>{{"futility", &RuleParser::Futility},
                                                       {"hyperband", &RuleParser::Hyperband},
                                                       {"median", &RuleParser::Median},
                                                       {"plateau", &RuleParser::Plateau},
                                                       {"solved", &RuleParser::Solved}};
  return handlers;
}

void RuleParser::Parse() {
  const auto type = entries_.find("type");
  std::vector<absl::string_view> known;
  for (const auto& [name, handler] : Handlers()) known.push_back(name);
  if (type == entries_.end()) {
    problems_.Add(place_, absl::StrCat("a rule of `early_terminate` needs a `type`: ",
                                       absl::StrJoin(known, ", ")));
    return;
  }
  const auto name = TextFrom(type->second, problems_);
  if (!name) return;
  const auto handler = Handlers().find(*name);
  if (handler == Handlers().end()) {
    problems_.Add(type->second.value_place,
                  absl::StrCat("unknown type `", *name, "`", DidYouMean(*name, known), ": ",
                               absl::StrJoin(known, ", ")));
    return;
  }
  type_ = *name;
  (this->*handler->second)();
}

void RuleParser::Hyperband() {
  CheckKeys({"min_iter", "max_iter", "s", "eta", "strict", "pause"});
  if (!IsNew(rules().has_hyperband())) return;
  v1::EarlyStopping::Hyperband& rule = *rules().mutable_hyperband();
  rule.set_eta(Count("eta", 3, 2, kHighestEta));
  if (Has("max_iter")) {
    int64_t first = Count("max_iter", 1);
    const int64_t most = Count("s", 1, 1, kMostRungs);
    int64_t rungs = 0;  // of those before max_iter
    for (; rungs < most && first >= rule.eta(); ++rungs) first /= rule.eta();
    rule.set_first(first);
    rule.set_rungs(std::max<int64_t>(rungs, 1));
    if (Has("min_iter")) {
      notices_.push_back("`min_iter` of `hyperband` is passed over: `max_iter` says the rungs");
    }
  } else {
    if (Has("s")) notices_.push_back("`s` of `hyperband` is passed over: it goes with `max_iter`");
    rule.set_first(Count("min_iter", 1));
    if (!Has("min_iter")) {
      problems_.Add(place_,
                    "`hyperband` needs `min_iter`, the evaluations before its first rung, or "
                    "`max_iter` and `s`");
    }
  }
  if (Has("strict")) notices_.push_back("`strict` of `hyperband` is passed over: it always is");
  if (Has("pause")) rule.set_pauses(FlagFrom(entries_.at("pause"), problems_));
}

void RuleParser::Median() {
  CheckKeys({"min_iter"});
  if (IsNew(rules().has_median())) rules().mutable_median()->set_first(Count("min_iter", 1));
}

void RuleParser::Futility() {
  CheckKeys({"level"});
  if (IsNew(rules().has_futility())) {
    rules().mutable_futility()->set_level(Real("level", 0.05, 0, kHighestLevel));
  }
}

void RuleParser::Solved() {
  CheckKeys({"hold"});
  if (IsNew(rules().has_solved())) rules().mutable_solved()->set_evaluations(Count("hold", 2));
}

void RuleParser::Plateau() {
  CheckKeys({"patience", "min_delta"});
  if (!IsNew(rules().has_plateau())) return;
  v1::EarlyStopping::Plateau& rule = *rules().mutable_plateau();
  rule.set_evaluations(Count("patience", 10));
  rule.set_least(Real("min_delta", 0.01, 0, kLargestDelta));
}

int64_t RuleParser::Count(const char* key, int64_t otherwise, int64_t lowest, int64_t highest) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return otherwise;
  return IntegerFrom(entry->second, lowest, highest, problems_).value_or(otherwise);
}

double RuleParser::Real(const char* key, double otherwise, double lowest, double highest) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return otherwise;
  return RealFrom(entry->second, lowest, highest, problems_).value_or(otherwise);
}

void RuleParser::CheckKeys(std::vector<absl::string_view> known) {
  known.push_back("type");
  for (const auto& [key, entry] : entries_) {
    if (std::ranges::find(known, key) != known.end()) continue;
    problems_.Add(entry.key_place, absl::StrCat(UnknownKey(key, known), " in `", type_, "`"));
  }
}

bool RuleParser::IsNew(bool present) {
  if (present) problems_.Add(place_, absl::StrCat("`", type_, "` comes twice"));
  return !present;
}

bool ParseRule(const YAML::Node& node, Place place, v1::SweepSpec& spec, Problems& problems,
               std::vector<std::string>& notices) {
  if (!node.IsMap()) {
    problems.Add(place, "a rule of `early_terminate` is a map, as {type: hyperband, min_iter: 3}");
    return false;
  }
  RuleParser parser(node, place, spec, problems, notices);
  parser.Parse();
  return parser.says_pause();
}

}  // namespace

bool ParseEarlyStopping(const YamlEntry& section, v1::SweepSpec& spec, Problems& problems,
                        std::vector<std::string>& notices) {
  if (!section.value.IsSequence()) {
    return ParseRule(section.value, section.value_place, spec, problems, notices);
  }
  if (section.value.size() == 0) {
    problems.Add(section.value_place, "`early_terminate` is a rule or a list of rules");
  }
  bool says_pause = false;
  for (const YAML::Node& node : section.value) {
    says_pause |= ParseRule(node, PlaceOf(node), spec, problems, notices);
  }
  return says_pause;
}

}  // namespace pathsweep
