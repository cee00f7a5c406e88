// Searches, and points that an optimizer outside asks for, over gRPC.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "absl/time/clock.h"
#include "base/parameter_proto.h"
#include "coordinator/rpc/server.h"
#include "pathsweep/v1/sweep_service.grpc.pb.h"
#include "tests/coordinator/store/temporary_folder.h"

namespace pathsweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

JointAxis Rates(std::vector<double> rates) {
  std::vector<JointAxis::Point> points;
  for (double rate : rates) points.push_back({rate});
  return JointAxis({"lr"}, std::move(points));
}

class SearchServiceTest : public ::testing::Test {
 protected:
  SearchServiceTest()
      : server_(
            Server::Start({.listen = "127.0.0.1:0", .database = folder_.File("results.db")}, clock_)
                .value()),
        sweeps_(v1::SweepService::NewStub(
            grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials()))) {}

  grpc::Status Submit(const v1::SweepSpec& spec) {
    grpc::ClientContext context;
    v1::SubmitSweepRequest request;
    request.set_request_id(spec.name());
    *request.mutable_spec() = spec;
    v1::SubmitSweepResponse response;
    grpc::Status status = sweeps_->SubmitSweep(&context, request, &response);
    sweep_ = response.sweep();
    return status;
  }

  grpc::Status AddPoints(const std::string& sweep, const JointAxis& points) {
    grpc::ClientContext context;
    v1::AddPointsRequest request;
    request.set_sweep(sweep);
    *request.mutable_points() = ToProto(points);
    added_.clear();
    v1::AddPointsResponse response;
    grpc::Status status = sweeps_->AddPoints(&context, request, &response);
    for (const auto& point : response.points()) {
      added_.emplace_back(point.ids().begin(), point.ids().end());
    }
    return status;
  }

  grpc::Status Await(const std::vector<int64_t>& ids, double seconds) {
    grpc::ClientContext context;
    v1::AwaitTrialsRequest request;
    request.mutable_ids()->Assign(ids.begin(), ids.end());
    request.set_timeout_seconds(seconds);
    return sweeps_->AwaitTrials(&context, request, &awaited_);
  }

  const TemporaryFolder folder_;
  const SystemClock clock_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<v1::SweepService::Stub> sweeps_;
  v1::Sweep sweep_;
  std::vector<std::vector<int64_t>> added_;
  v1::AwaitTrialsResponse awaited_;
};

v1::SweepSpec OfPoints(const JointAxis& points) {
  v1::SweepSpec spec;
  spec.set_name("points");
  *spec.add_joint() = ToProto(points);
  spec.add_seeds(1);
  spec.add_seeds(2);
  return spec;
}

TEST_F(SearchServiceTest, PointsAreAddedOnceAndTheirTrialsNamed) {
  ASSERT_TRUE(Submit(OfPoints(Rates({1e-3, 2e-3}))).ok());
  for (int call = 0; call < 2; ++call) {
    ASSERT_TRUE(AddPoints("points", Rates({3e-3, 1e-3})).ok());
    EXPECT_THAT(added_, ElementsAre(ElementsAre(5, 6), ElementsAre(1, 3)));
  }
}

TEST_F(SearchServiceTest, WrongPointsAreRefusedWithTheReason) {
  ASSERT_TRUE(Submit(OfPoints(Rates({1e-3, 2e-3}))).ok());
  EXPECT_EQ(AddPoints("point", Rates({3e-3})).error_code(), grpc::NOT_FOUND);
  EXPECT_THAT(AddPoints("points", Rates({-1})).error_message(), HasSubstr("above 0"));
  EXPECT_THAT(AddPoints("points", Rates({3e-3, 3e-3})).error_message(), HasSubstr("twice"));
  EXPECT_EQ(AddPoints("points", JointAxis({"dropout"}, {{0.1}})).error_code(),
            grpc::FAILED_PRECONDITION);
  std::vector<double> many;
  for (int i = 1; i <= 1001; ++i) many.push_back(i * 1e-3);
  EXPECT_THAT(AddPoints("points", Rates(many)).error_message(), HasSubstr("at most 1000 points"));
}

TEST_F(SearchServiceTest, AwaitingEndsWithTheTrialsOrWithTheTime) {
  ASSERT_TRUE(Submit(OfPoints(Rates({1e-3, 2e-3}))).ok());
  ASSERT_TRUE(Await({1, 2}, 0.1).ok());
  EXPECT_EQ(awaited_.trials(1).state(), v1::TRIAL_STATE_PENDING);
  grpc::ClientContext context;
  v1::CancelSweepRequest cancel;
  cancel.set_sweep("points");
  v1::CancelSweepResponse cancelled;
  ASSERT_TRUE(sweeps_->CancelSweep(&context, cancel, &cancelled).ok());
  const absl::Time start = absl::Now();
  ASSERT_TRUE(Await({1, 2}, 60).ok());
  EXPECT_LT(absl::Now() - start, absl::Seconds(30));
  EXPECT_EQ(awaited_.trials(1).state(), v1::TRIAL_STATE_CANCELLED);
  EXPECT_EQ(Await({99}, 0).error_code(), grpc::NOT_FOUND);
  EXPECT_EQ(Await({}, 0).error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(Await({1}, 61).error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(Await({1}, std::nan("")).error_code(), grpc::INVALID_ARGUMENT);
}

v1::SweepSpec Searching(v1::Search::Method method, int64_t points) {
  v1::SweepSpec spec;
  spec.set_name("searching");
  spec.add_seeds(1);
  v1::Search& search = *spec.mutable_search();
  search.set_method(method);
  search.set_points(points);
  *search.add_groups() = ToProto(Rates({1e-3, 2e-3, 3e-3, 4e-3}));
  return spec;
}

TEST_F(SearchServiceTest, ASearchBeginsWithPointsAtRandomAndTakesNoOthers) {
  ASSERT_TRUE(Submit(Searching(v1::Search::METHOD_TPE, 3)).ok());
  EXPECT_EQ(sweep_.trials().total(), 3);
  EXPECT_EQ(sweep_.spec().search().points(), 3);
  EXPECT_EQ(sweep_.spec().search().groups_size(), 0);
  EXPECT_EQ(AddPoints("searching", Rates({3e-3})).error_code(), grpc::FAILED_PRECONDITION);
}

TEST_F(SearchServiceTest, WrongSearchesAreRefusedWithTheReason) {
  const auto refusal = [&](const std::function<void(v1::SweepSpec&)>& change) {
    v1::SweepSpec spec = Searching(v1::Search::METHOD_FALSIFY, 3);
    v1::Claim& claim = *spec.add_claims();
    claim.set_name("low");
    claim.set_at_most("0.6");
    spec.mutable_search()->set_claim("low");
    spec.mutable_search()->set_fresh_seeds(3);
    change(spec);
    const grpc::Status status = Submit(spec);
    return status.ok() ? "" : status.error_message();
  };
  using Spec = v1::SweepSpec;
  EXPECT_EQ(refusal([](Spec&) {}), "");
  EXPECT_THAT(refusal([](Spec& spec) { spec.mutable_search()->set_claim("lo"); }),
              HasSubstr("one of the sweep's claims, not `lo`"));
  EXPECT_THAT(refusal([](Spec& spec) { spec.mutable_search()->set_fresh_seeds(1); }),
              HasSubstr("`fresh_seeds` must be from 2"));
  EXPECT_THAT(refusal([](Spec& spec) { spec.mutable_search()->set_points(0); }),
              HasSubstr("1 to 5000 points"));
  EXPECT_THAT(refusal([](Spec& spec) { spec.mutable_search()->clear_groups(); }),
              HasSubstr("chooses among `groups`"));
  EXPECT_THAT(refusal([](Spec& spec) { spec.mutable_search()->clear_method(); }),
              HasSubstr("tpe, gp or falsify"));
  EXPECT_THAT(refusal([](Spec& spec) { spec.mutable_search()->set_seed(-1); }),
              HasSubstr("at least 0"));
  EXPECT_THAT(
      refusal([](Spec& spec) { *spec.mutable_search()->add_groups() = ToProto(Rates({5e-3})); }),
      HasSubstr("lr"));
  EXPECT_THAT(refusal([](Spec& spec) {
                spec.add_seeds(2);
                spec.set_most_seeds(8);
              }),
              HasSubstr("adds seeds by itself"));
}

}  // namespace
}  // namespace pathsweep
