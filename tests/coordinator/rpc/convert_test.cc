#include "coordinator/rpc/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/protocol_version.h"

namespace pathsweep {
namespace {

v1::WorkerReport CrashReport(const std::string& detail) {
  v1::WorkerReport report;
  report.set_protocol_version(kProtocolVersion);
  report.mutable_worker()->set_name("w");
  report.mutable_worker()->set_slots(1);
  v1::AttemptReport& attempt = *report.add_attempts();
  attempt.set_trial_id(1);
  attempt.set_attempt(1);
  attempt.mutable_outcome()->set_kind(v1::Outcome::CRASHED);
  attempt.mutable_outcome()->set_detail(detail);
  return report;
}

TEST(WorkerReportFromProto, CutsALongDetailBetweenCharacters) {
  const std::string head(4095, 'x');
  const WorkerReport report = FromProto(CrashReport(absl::StrCat(head, "é"))).value();
  EXPECT_EQ(report.attempts[0].outcome->detail, head);
}

TEST(WorkerReportFromProto, RefusesMoreAttemptsThanAnyWorkerHolds) {
  v1::WorkerReport report = CrashReport("");
  while (report.attempts_size() <= 16'384) *report.add_attempts() = report.attempts(0);
  EXPECT_EQ(FromProto(report).status().message(),
            "a report names at most 16384 attempts, not 16385");
}

TEST(WorkerReportFromProto, AWorkerThatSaysNothingOfFusingDoesNot) {
  v1::WorkerReport report = CrashReport("");
  EXPECT_EQ(FromProto(report)->worker.fuse, 1);
  report.mutable_worker()->set_fuse(8);
  EXPECT_EQ(FromProto(report)->worker.fuse, 8);
  report.mutable_worker()->set_fuse(-1);
  EXPECT_EQ(FromProto(report).status().message(), "a worker fuses at most 1024 trials, not -1");
}

TEST(WorkerReportFromProto, RefusesADescriptionWithoutEnd) {
  v1::WorkerReport report = CrashReport("");
  report.mutable_worker()->set_hostname(std::string(1'000'000, 'x'));
  EXPECT_EQ(FromProto(report).status().message(),
            "a worker's hostname, device and device_name have at most 4096 bytes, not 1000000");
}

v1::SweepSpec WithRules() {
  v1::SweepSpec spec;
  spec.set_name("a");
  spec.add_seeds(1);
  v1::EarlyStopping& rules = *spec.mutable_early_stopping();
  rules.mutable_hyperband()->set_first(2);
  rules.mutable_hyperband()->set_eta(4);
  rules.mutable_hyperband()->set_rungs(5);
  rules.mutable_hyperband()->set_pauses(true);
  rules.mutable_median()->set_first(3);
  rules.mutable_solved()->set_evaluations(4);
  rules.mutable_plateau()->set_evaluations(7);
  rules.mutable_plateau()->set_least(0.25);
  rules.set_minimize(true);
  return spec;
}

TEST(SweepSpecFromProto, HasTheRulesOfEarlyStopping) {
  const SweepSpec spec = FromProto(WithRules()).value();
  const EarlyStopping rules = {.hyperband = HyperbandRule{2, 4, 5, true},
                               .median = MedianRule{3},
                               .solved = SolvedRule{4},
                               .plateau = PlateauRule{7, 0.25},
                               .maximize = false};
  EXPECT_EQ(spec.early_stopping, rules);
  const v1::Sweep sweep = ToProto(NewSweep(spec, 1));
  EXPECT_EQ(sweep.spec().early_stopping().SerializeAsString(),
            WithRules().early_stopping().SerializeAsString());
}

TEST(SweepSpecFromProto, RefusesRulesThatMakeNoSense) {
  using Change = std::function<void(v1::SweepSpec&)>;
  const std::vector<std::pair<Change, std::string>> changes = {
      {[](auto& spec) { spec.mutable_early_stopping()->Clear(); }, "needs a rule"},
      {[](auto& spec) { spec.mutable_early_stopping()->mutable_hyperband()->set_eta(1); },
       "`eta` of `hyperband` must be from 2 to 1000, not 1"},
      {[](auto& spec) { spec.mutable_early_stopping()->mutable_hyperband()->set_first(0); },
       "must be from 1 to 1000000, not 0"},
      {[](auto& spec) { spec.set_checkpoint_seconds(0); }, "go on from their checkpoint"},
      {[](auto& spec) { spec.mutable_early_stopping()->mutable_median()->set_first(-1); },
       "`min_iter` of `median`"},
      {[](auto& spec) { spec.mutable_early_stopping()->mutable_plateau()->set_least(-1); },
       "`min_delta` of `plateau`"},
      {[](auto& spec) { spec.mutable_early_stopping()->mutable_futility()->set_level(0); },
       "`level` of `futility` must be above 0 and at most 0.5, not 0"},
      {[](auto& spec) { spec.mutable_early_stopping()->mutable_futility()->set_level(0.1); },
       "`futility` needs a claim"},
      {[](auto& spec) {
         v1::Claim& claim = *spec.add_claims();
         claim.set_name("solves");
         claim.set_metric("exact_match");
         claim.set_at_least("0.9");
       },
       "claims are about every config, and `hyperband` leaves those alone"},
  };
  for (const auto& [change, problem] : changes) {
    v1::SweepSpec spec = WithRules();
    change(spec);
    const absl::StatusOr<SweepSpec> read = FromProto(spec);
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << problem;
    EXPECT_THAT(std::string(read.status().message()), ::testing::HasSubstr(problem));
  }
}

}  // namespace
}  // namespace pathsweep
