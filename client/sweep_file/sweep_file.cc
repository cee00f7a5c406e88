#include "client/sweep_file/sweep_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/claim_proto.h"
#include "base/early_stopping_proto.h"
#include "base/grid.h"
#include "base/keep_checkpoint.h"
#include "base/metrics.h"
#include "base/parameter_proto.h"
#include "base/search_proto.h"
#include "base/suggest.h"
#include "base/sweep_name.h"
#include "client/sweep_file/problems.h"
#include "client/sweep_file/search_space.h"
#include "client/sweep_file/sweep_claims.h"
#include "client/sweep_file/sweep_early_stopping.h"
#include "client/sweep_file/sweep_parameters.h"
#include "client/sweep_file/sweep_seeds.h"
#include "client/sweep_file/sweep_ties.h"
#include "client/sweep_file/text_file.h"
#include "client/sweep_file/yaml_document.h"
#include "client/sweep_file/yaml_fields.h"
#include "client/sweep_file/yaml_map.h"
#include "client/sweep_file/yaml_scalar.h"

namespace pathsweep {
namespace {

constexpr int32_t kMostAttempts = 1000;

// Keys that a sweep file of Weights & Biases may have and that say nothing of what is
// trained: they are passed over with a notice.
constexpr std::array<absl::string_view, 7> kForeignKeys = {
    "program", "command", "entity", "project", "controller", "job", "image_uri"};
// What `method` may be; `bayes` is understood too.
constexpr std::array<absl::string_view, 6> kMethods = {"grid", "random", "sobol",
                                                       "tpe",  "gp",     "falsify"};
constexpr int64_t kHighestSamplerSeed = 1'000'000'000;

// Parses one document. Each method takes the entry of its key.
class Parser {
 public:
  Parser(Problems& problems, std::vector<std::string>& notices)
      : problems_(problems), notices_(notices) {}

  v1::SweepSpec Parse(const YAML::Node& root);

  // Those at the document's top.
  const std::set<std::string>& keys() const { return keys_; }

 private:
  using Handler = void (Parser::*)(const YamlEntry&);
  static const std::vector<std::pair<absl::string_view, Handler>>& Handlers();

  void Visit(const YamlEntry& entry);
  void Name(const YamlEntry& entry);
  void Description(const YamlEntry& entry);
  void Method(const YamlEntry& entry);
  void ClaimToBreak(const YamlEntry& entry);
  void FreshSeeds(const YamlEntry& entry);
  void CheckMethod();
  void Metric(const YamlEntry& entry);
  void MetricName(const YamlEntry& entry);
  void Parameters(const YamlEntry& entry) { parameters_ = entry; }
  void RunCap(const YamlEntry& entry);
  void SamplerSeed(const YamlEntry& entry);
  void Zip(const YamlEntry& entry) { ParseZip(entry, space_, problems_); }
  void Constraints(const YamlEntry& entry) { ParseConstraints(entry, space_, problems_); }
  void Derive(const YamlEntry& entry) { ParseDerive(entry, space_, problems_); }
  void EarlyTerminate(const YamlEntry& entry);
  void CompleteEarlyStopping();
  bool Searches() const {
    return space_.method == SearchSpace::Method::kTpe ||
           space_.method == SearchSpace::Method::kGp ||
           space_.method == SearchSpace::Method::kFalsify;
  }
  void Claims(const YamlEntry& entry) { ParseClaims(entry, spec_, claim_places_, problems_); }
  void Seeds(const YamlEntry& entry) {
    seeds_place_ = entry.key_place;
    ParseSeeds(entry, spec_, problems_);
  }
  void StopWhen(const YamlEntry& entry) { stop_when_ = entry; }
  void MaxAttempts(const YamlEntry& entry);
  void Priority(const YamlEntry& entry);
  void MaxParallel(const YamlEntry& entry);
  void LeaseSeconds(const YamlEntry& entry);
  void CheckpointSeconds(const YamlEntry& entry);
  void KeepCheckpointOf(const YamlEntry& entry);
  void Reuse(const YamlEntry& entry) { spec_.set_reuse(FlagFrom(entry, problems_)); }
  void CheckWhole();
  // `kind` stands before the name in the message.
  void AddWhole(const absl::Status& status, absl::string_view kind,
                const std::map<std::string, Place>& places);

  Problems& problems_;
  std::vector<std::string>& notices_;
  v1::SweepSpec spec_;
  SearchSpace space_;
  ParameterPlaces places_;
  std::set<std::string> keys_;
  Place parameters_place_;
  Place method_place_;
  std::optional<std::string> goal_;
  Place seeds_place_;
  ClaimPlaces claim_places_;
  Place early_place_;
  bool pause_said_ = false;  // of `hyperband`
  // Taken when the method is known.
  std::optional<YamlEntry> parameters_;
  // Taken after `parameters`, in which it may stand too.
  std::optional<YamlEntry> stop_when_;
};

const std::vector<std::pair<absl::string_view, Parser::Handler>>& Parser::Handlers() {
  static const auto& handlers = *new std::vector<std::pair<absl::string_view, Handler>>{
      {"name", &Parser::Name},
      {"description", &Parser::Description},
      {"method", &Parser::Method},
      {"claim", &Parser::ClaimToBreak},
      {"fresh_seeds", &Parser::FreshSeeds},
      {"metric", &Parser::Metric},
      {"parameters", &Parser::Parameters},
      {"run_cap", &Parser::RunCap},
      {"sampler_seed", &Parser::SamplerSeed},
      {"zip", &Parser::Zip},
      {"constraints", &Parser::Constraints},
      {"derive", &Parser::Derive},
      {"early_terminate", &Parser::EarlyTerminate},
      {"claims", &Parser::Claims},
      {"seeds", &Parser::Seeds},
      {"stop_when", &Parser::StopWhen},
      {"max_attempts", &Parser::MaxAttempts},
      {"priority", &Parser::Priority},
      {"max_parallel", &Parser::MaxParallel},
      {"lease_seconds", &Parser::LeaseSeconds},
      {"checkpoint_seconds", &Parser::CheckpointSeconds},
      {"keep_checkpoint", &Parser::KeepCheckpointOf},
      {"reuse", &Parser::Reuse},
  };
  return handlers;
}

v1::SweepSpec Parser::Parse(const YAML::Node& root) {
  if (!root.IsMap()) {
    problems_.Add({}, "a sweep file is a map with the keys `method` and `parameters`");
    return spec_;
  }
  ForEachEntry(root, problems_, [this](const YamlEntry& entry) { Visit(entry); });
  if (parameters_) {
    parameters_place_ = space_.place = parameters_->key_place;
    ParseParameters(*parameters_, space_, places_, problems_);
  }
  if (stop_when_) ParseFixedParameter(*stop_when_, space_, places_, problems_);
  if (!keys_.contains("method")) {
    problems_.Add({}, "`method` is missing; write `method: grid`");
  }
  CheckMethod();
  if (!keys_.contains("parameters")) {
    problems_.Add({},
                  "`parameters` is missing; write what to sweep over, as in `parameters: {lr: "
                  "{values: [1e-3, 3e-3]}}`");
  }
  if (!keys_.contains("seeds")) spec_.add_seeds(1);
  for (v1::Claim& claim : *spec_.mutable_claims()) {
    if (!claim.metric().empty()) continue;
    claim.set_metric(spec_.metric().empty() ? std::string(kExactMatch) : spec_.metric());
  }
  space_.minimize = goal_ ? *goal_ == "minimize" : IsLowerBetter(spec_.metric());
  CompleteEarlyStopping();
  if (problems_.empty()) AddSpace(space_, spec_, problems_, notices_);
  if (problems_.empty()) CheckWhole();
  return spec_;
}

void Parser::Visit(const YamlEntry& entry) {
  keys_.insert(entry.key);
  std::vector<absl::string_view> known;
  for (const auto& [key, handler] : Handlers()) {
    if (key == entry.key) return (this->*handler)(entry);
    known.push_back(key);
  }
  if (std::ranges::find(kForeignKeys, entry.key) != kForeignKeys.end()) {
    notices_.push_back(absl::StrCat("`", entry.key, "` has no meaning here and is passed over"));
  } else if (FindParameter(entry.key) != nullptr) {
    problems_.Add(entry.key_place,
                  absl::StrCat("`", entry.key, "` is a parameter; write it under `parameters`"));
  } else {
    problems_.Add(entry.key_place, UnknownKey(entry.key, known));
  }
}

void Parser::Name(const YamlEntry& entry) {
  const std::optional<std::string> name = TextFrom(entry, problems_);
  if (!name) return;
  if (absl::Status status = CheckSweepName(*name); !status.ok()) {
    problems_.Add(entry.value_place, std::string(status.message()));
  }
  spec_.set_name(*name);
}

void Parser::Description(const YamlEntry& entry) {
  const std::optional<std::string> text = TextFrom(entry, problems_);
  if (!text) return;
  if (absl::Status status = CheckDescription(*text); !status.ok()) {
    problems_.Add(entry.value_place, std::string(status.message()));
  }
  spec_.set_description(*text);
}

void Parser::Method(const YamlEntry& entry) {
  const std::optional<std::string> method = TextFrom(entry, problems_);
  if (!method) return;
  method_place_ = entry.value_place;
  if (*method == "bayes") notices_.push_back("`method: bayes` is `tpe` here");
  static const auto& methods = *new std::map<std::string, SearchSpace::Method>{
      {"bayes", SearchSpace::Method::kTpe},     {"falsify", SearchSpace::Method::kFalsify},
      {"gp", SearchSpace::Method::kGp},         {"grid", SearchSpace::Method::kGrid},
      {"random", SearchSpace::Method::kRandom}, {"sobol", SearchSpace::Method::kSobol},
      {"tpe", SearchSpace::Method::kTpe}};
  const auto found = methods.find(*method);
  if (found != methods.end()) {
    space_.method = found->second;
    return;
  }
  problems_.Add(entry.value_place,
                absl::StrCat("unknown method `", *method, "`", DidYouMean(*method, kMethods), ": ",
                             absl::StrJoin(kMethods, ", ")));
}

void Parser::ClaimToBreak(const YamlEntry& entry) {
  if (const auto name = TextFrom(entry, problems_)) space_.claim = *name;
}

void Parser::FreshSeeds(const YamlEntry& entry) {
  if (const auto count = IntegerFrom(entry, 2, kMostSeeds, problems_)) space_.fresh_seeds = *count;
}

// What belongs to one method alone, and what it needs.
void Parser::CheckMethod() {
  const bool falsifies = space_.method == SearchSpace::Method::kFalsify;
  for (absl::string_view key : {"claim", "fresh_seeds"}) {
    if (falsifies || !keys_.contains(std::string(key))) continue;
    problems_.Add(method_place_, absl::StrCat("`", key, "` belongs to `method: falsify`"));
  }
  if (falsifies && !keys_.contains("claim")) {
    problems_.Add(method_place_,
                  "`method: falsify` needs a `claim`, the name of one of `claims` that is to be "
                  "broken");
  }
}

void Parser::RunCap(const YamlEntry& entry) {
  if (const auto cap = IntegerFrom(entry, 1, static_cast<int64_t>(kMostPoints), problems_)) {
    space_.run_cap = *cap;
  }
}

void Parser::SamplerSeed(const YamlEntry& entry) {
  if (const auto seed = IntegerFrom(entry, 0, kHighestSamplerSeed, problems_))
    space_.sampler_seed = *seed;
}

void Parser::EarlyTerminate(const YamlEntry& entry) {
  early_place_ = entry.value_place;
  pause_said_ = ParseEarlyStopping(entry, spec_, problems_, notices_);
}

// What early stopping has from the rest of the file. Of several seeds a trial alone says little:
// only where all wait for each other are configs compared before the first takes all its steps.
void Parser::CompleteEarlyStopping() {
  if (!spec_.has_early_stopping()) return;
  v1::EarlyStopping& rules = *spec_.mutable_early_stopping();
  rules.set_minimize(space_.minimize);
  const bool checkpoints = !spec_.has_checkpoint_seconds() || spec_.checkpoint_seconds() > 0;
  if (rules.has_hyperband() && !pause_said_) {
    rules.mutable_hyperband()->set_pauses(spec_.seeds_size() > 1 && checkpoints && !Searches());
  }
}

void Parser::Metric(const YamlEntry& entry) {
  if (!entry.value.IsMap()) return MetricName(entry);
  bool named = false;
  ForEachEntry(entry.value, problems_, [&](const YamlEntry& part) {
    if (part.key == "name") {
      named = true;
      return MetricName(part);
    }
    if (part.key == "target") {
      notices_.push_back("`target` of `metric` is passed over: no trial ends by it");
      return;
    }
    const std::optional<std::string> text = TextFrom(part, problems_);
    if (part.key != "goal") {
      problems_.Add(part.key_place,
                    absl::StrCat(UnknownKey(part.key, {"name", "goal"}), " in `metric`"));
    } else if (text && *text != "maximize" && *text != "minimize") {
      problems_.Add(part.value_place, "`goal` must be maximize or minimize");
    } else {
      goal_ = text;
    }
  });
  if (!named) problems_.Add(entry.value_place, "`metric` needs a `name`, as in exact_match");
}

void Parser::MetricName(const YamlEntry& entry) {
  const std::optional<std::string> name = TextFrom(entry, problems_);
  if (!name) return;
  if (absl::Status status = CheckMetricName(*name); !status.ok()) {
    problems_.Add(entry.value_place, std::string(status.message()));
  }
  spec_.set_metric(*name);
}

void Parser::MaxAttempts(const YamlEntry& entry) {
  if (const auto attempts = IntegerFrom(entry, 1, kMostAttempts, problems_)) {
    spec_.set_max_attempts(static_cast<int32_t>(*attempts));
  }
}

void Parser::Priority(const YamlEntry& entry) {
  if (const auto priority = IntegerFrom(entry, -kHighestPriority, kHighestPriority, problems_)) {
    spec_.set_priority(static_cast<int32_t>(*priority));
  }
}

void Parser::MaxParallel(const YamlEntry& entry) {
  if (const auto parallel = IntegerFrom(entry, 1, kMaxTrialsPerSweep, problems_)) {
    spec_.set_max_parallel(*parallel);
  }
}

void Parser::LeaseSeconds(const YamlEntry& entry) {
  if (const auto seconds = RealFrom(entry, kShortestLease, kLongestSeconds, problems_)) {
    spec_.set_lease_seconds(*seconds);
  }
}

void Parser::CheckpointSeconds(const YamlEntry& entry) {
  if (const auto seconds = RealFrom(entry, 0, kLongestSeconds, problems_)) {
    spec_.set_checkpoint_seconds(*seconds);
  }
}

void Parser::KeepCheckpointOf(const YamlEntry& entry) {
  const std::optional<KeepCheckpoint> keep =
      KeepCheckpointFromName(ScalarOf<std::string>(entry.value).value_or(""));
  if (keep && *keep != KeepCheckpoint::kNewest) {
    spec_.set_keep_checkpoint(static_cast<v1::KeepCheckpoint>(*keep));
  } else {
    problems_.Add(entry.value_place, "`keep_checkpoint` must be none, last or best");
  }
}

// What no single value shows: the number of trials, values that do not go together, claims about
// what is not swept. The place is that of the first parameter or claim in the file that the message
// names.
void Parser::CheckWhole() {
  const absl::StatusOr<Grid> grid =
      spec_.has_search() ? SpaceFromProto(spec_) : GridFromProto(spec_);
  if (!grid.ok()) return AddWhole(grid.status(), "", places_);
  if (absl::Status most = CheckMostSeeds(spec_); !most.ok()) {
    return problems_.Add(seeds_place_, std::string(most.message()));
  }
  const auto claims = ClaimsFromProto(spec_, *grid);
  if (!claims.ok()) return AddWhole(claims.status(), "claim ", claim_places_);
  if (spec_.has_early_stopping()) {
    const absl::Status rules = CheckEarlyStopping(spec_, *grid, *claims);
    if (!rules.ok()) problems_.Add(early_place_, std::string(rules.message()));
  }
  if (!spec_.has_search()) return;
  const absl::Status search = CheckSearch(spec_, *grid, *claims);
  if (!search.ok()) problems_.Add(method_place_, std::string(search.message()));
}

void Parser::AddWhole(const absl::Status& status, absl::string_view kind,
                      const std::map<std::string, Place>& places) {
  Place place = parameters_place_;
  bool found = false;
  for (const auto& [name, where] : places) {
    if (!absl::StrContains(status.message(), absl::StrCat(kind, "`", name, "`"))) continue;
    if (!found || where < place) place = where;
    found = true;
  }
  problems_.Add(place, std::string(status.message()));
}

std::string NameOf(const std::filesystem::path& path) {
  std::string name = path.stem().string().substr(0, kLongestSweepName);
  std::ranges::replace_if(
      name, [](char c) { return !IsSweepNameCharacter(c); }, '-');
  return CheckSweepName(name).ok() ? name : "sweep";
}

// What a file says, and which keys it has for it.
struct Document {
  v1::SweepSpec spec;
  std::set<std::string> keys;
};

absl::StatusOr<Document> ParseDocument(absl::string_view text, absl::string_view file,
                                       std::vector<std::string>& notices) {
  Problems problems(file);
  const YAML::Node root = LoadDocument(text, problems);
  Parser parser(problems, notices);
  Document document;
  if (problems.empty()) document.spec = parser.Parse(root);
  if (!problems.empty()) return problems.ToStatus();
  document.keys = parser.keys();
  return document;
}

}  // namespace

absl::StatusOr<v1::SweepSpec> ParseSweepFile(absl::string_view text, absl::string_view file,
                                             std::vector<std::string>* notices) {
  std::vector<std::string> unread;
  absl::StatusOr<Document> document =
      ParseDocument(text, file, notices == nullptr ? unread : *notices);
  if (!document.ok()) return document.status();
  return std::move(document->spec);
}

absl::StatusOr<v1::ExtendSweepRequest> ReadExtension(const std::filesystem::path& path) {
  absl::StatusOr<std::string> text = ReadTextFile(path, kLargestSweepFile);
  if (!text.ok()) return text.status();
  std::vector<std::string> notices;
  absl::StatusOr<Document> document = ParseDocument(*text, path.string(), notices);
  if (!document.ok()) return document.status();
  if (!document->spec.joint().empty() || document->spec.has_search()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path.string(),
                     " has parameters that are sampled or tied together, by which no "
                     "sweep can be extended; submit a sweep of its own"));
  }
  v1::ExtendSweepRequest request;
  *request.mutable_axes() = document->spec.axes();
  for (const v1::Parameter& fixed : document->spec.fixed()) {
    if (fixed.name() == "stop_when" && document->keys.contains("stop_when")) continue;
    v1::Axis& axis = *request.add_axes();
    axis.set_name(fixed.name());
    *axis.add_values() = fixed.value();
  }
  if (document->keys.contains("seeds")) *request.mutable_seeds() = document->spec.seeds();
  return request;
}

absl::StatusOr<v1::SweepSpec> ReadSweepFile(const std::filesystem::path& path,
                                            std::vector<std::string>* notices) {
  absl::StatusOr<std::string> text = ReadTextFile(path, kLargestSweepFile);
  if (!text.ok()) return text.status();
  absl::StatusOr<v1::SweepSpec> spec = ParseSweepFile(*text, path.string(), notices);
  if (!spec.ok()) return spec;
  if (spec->name().empty()) spec->set_name(NameOf(path));
  spec->set_source(*std::move(text));
  return spec;
}

}  // namespace pathsweep
