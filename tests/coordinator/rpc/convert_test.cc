#include "coordinator/rpc/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace pathsweep
