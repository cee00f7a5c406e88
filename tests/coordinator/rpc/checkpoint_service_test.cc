// Checkpoints over gRPC, to a whole coordinator in this process.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/file_chunks.h"
#include "base/parameter_proto.h"
#include "base/protocol_version.h"
#include "coordinator/rpc/server.h"
#include "pathsweep/v1/checkpoint_service.grpc.pb.h"
#include "pathsweep/v1/sweep_service.grpc.pb.h"
#include "pathsweep/v1/worker_service.grpc.pb.h"
#include "tests/coordinator/store/temporary_folder.h"

namespace pathsweep {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;

class CheckpointServiceTest : public testing::Test {
 protected:
  // A sweep of one trial, which a worker runs.
  explicit CheckpointServiceTest(bool keep = false) {
    server_ =
        Server::Start({.listen = "127.0.0.1:0", .database = folder_.File("r.db")}, clock_).value();
    const auto channel =
        grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
    checkpoints_ = v1::CheckpointService::NewStub(channel);
    sweeps_ = v1::SweepService::NewStub(channel);
    workers_ = v1::WorkerService::NewStub(channel);
    grpc::ClientContext context;
    v1::SubmitSweepRequest request;
    request.set_request_id("id");
    request.mutable_spec()->set_name("s");
    if (keep) request.mutable_spec()->set_keep_checkpoint(v1::KEEP_CHECKPOINT_LAST);
    ToProto(Grid{}, *request.mutable_spec());
    v1::SubmitSweepResponse response;
    EXPECT_TRUE(sweeps_->SubmitSweep(&context, request, &response).ok());
    stream_ = workers_->Exchange(&stream_context_);
    v1::WorkerReport report;
    report.set_protocol_version(kProtocolVersion);
    report.set_sequence(1);
    report.mutable_worker()->set_name("w");
    report.mutable_worker()->set_slots(1);
    EXPECT_TRUE(stream_->Write(report));
    v1::Directive directive;
    while (directive.leases_size() == 0 && stream_->Read(&directive)) {
    }
    EXPECT_EQ(directive.leases(0).checkpoint_interval().seconds(), 60);
  }

  ~CheckpointServiceTest() override {
    stream_context_.TryCancel();
    stream_->Finish();
  }

  void Cancel() {
    grpc::ClientContext context;
    v1::CancelSweepRequest request;
    request.set_sweep("s");
    v1::CancelSweepResponse response;
    ASSERT_TRUE(sweeps_->CancelSweep(&context, request, &response).ok());
  }

  grpc::Status Prune() {
    grpc::ClientContext context;
    v1::PruneSweepRequest request;
    request.set_sweep("s");
    v1::PruneSweepResponse response;
    return sweeps_->PruneSweep(&context, request, &response);
  }

  // Sends the parts that `change` leaves.
  grpc::Status Put(
      int32_t attempt, const std::string& content,
      const std::function<void(std::vector<v1::PutCheckpointRequest>&)>& change = [](auto&) {}) {
    std::vector<v1::PutCheckpointRequest> parts(1);
    parts[0].mutable_header()->set_trial_id(1);
    parts[0].mutable_header()->set_attempt(attempt);
    std::istringstream stream(content);
    ChunkSource source(stream);
    while (std::optional<v1::FileChunk> chunk = source.Next()) {
      *parts.emplace_back().mutable_chunk() = *chunk;
    }
    change(parts);
    grpc::ClientContext context;
    v1::PutCheckpointResponse response;
    const auto writer = checkpoints_->PutCheckpoint(&context, &response);
    for (const v1::PutCheckpointRequest& part : parts) {
      if (!writer->Write(part)) break;
    }
    writer->WritesDone();
    return writer->Finish();
  }

  grpc::Status Get(std::string& content, bool kept = false) {
    grpc::ClientContext context;
    v1::GetCheckpointRequest request;
    request.set_trial_id(1);
    request.set_kept(kept);
    const auto reader = checkpoints_->GetCheckpoint(&context, request);
    content.clear();
    ChunkSink sink([&](absl::string_view data) {
      content.append(data.data(), data.size());
      return absl::OkStatus();
    });
    v1::FileChunk chunk;
    while (reader->Read(&chunk)) EXPECT_TRUE(sink.Add(chunk).ok());
    grpc::Status status = reader->Finish();
    if (status.ok()) EXPECT_TRUE(sink.Finish().ok());
    return status;
  }

  const TemporaryFolder folder_;
  const SystemClock clock_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<v1::CheckpointService::Stub> checkpoints_;
  std::unique_ptr<v1::SweepService::Stub> sweeps_;
  std::unique_ptr<v1::WorkerService::Stub> workers_;
  grpc::ClientContext stream_context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::WorkerReport, v1::Directive>> stream_;
};

TEST_F(CheckpointServiceTest, GivesTheNewestAsItWasPut) {
  std::string content;
  EXPECT_EQ(Get(content).error_code(), StatusCode::NOT_FOUND);
  const std::string large(3'000'000, 'x');
  ASSERT_TRUE(Put(1, "small").ok());
  ASSERT_TRUE(Put(1, large).ok());
  ASSERT_TRUE(Get(content).ok());
  EXPECT_EQ(content, large);
}

TEST_F(CheckpointServiceTest, AttemptThatDoesNotRunIsRefused) {
  ASSERT_TRUE(Put(1, "good").ok());
  const grpc::Status stale = Put(2, "bad");
  EXPECT_EQ(stale.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(stale.error_message(), HasSubstr("attempt 2 of trial 1 does not run"));
  std::string content;
  ASSERT_TRUE(Get(content).ok());
  EXPECT_EQ(content, "good");
}

TEST_F(CheckpointServiceTest, WhatArrivesDamagedChangesNothing) {
  ASSERT_TRUE(Put(1, "good").ok());
  const auto flip = [](auto& parts) { (*parts[1].mutable_chunk()->mutable_data())[0] ^= 1; };
  EXPECT_EQ(Put(1, "bad", flip).error_code(), StatusCode::DATA_LOSS);
  const auto cut = [](auto& parts) { parts.pop_back(); };
  EXPECT_EQ(Put(1, "bad", cut).error_code(), StatusCode::DATA_LOSS);
  const auto behead = [](auto& parts) { parts.erase(parts.begin()); };
  EXPECT_EQ(Put(1, "bad", behead).error_code(), StatusCode::INVALID_ARGUMENT);
  std::string content;
  ASSERT_TRUE(Get(content).ok());
  EXPECT_EQ(content, "good");
}

TEST_F(CheckpointServiceTest, IsGoneWithItsTrial) {
  ASSERT_TRUE(Put(1, "good").ok());
  Cancel();
  std::string content;
  EXPECT_EQ(Get(content).error_code(), StatusCode::NOT_FOUND);
}

class KeptCheckpointTest : public CheckpointServiceTest {
 protected:
  KeptCheckpointTest() : CheckpointServiceTest(/*keep=*/true) {}
};

void MarkAsKept(std::vector<v1::PutCheckpointRequest>& parts) {
  parts[0].mutable_header()->set_kept(true);
}

TEST_F(CheckpointServiceTest, KeptOneIsDiscardedIfItsSweepKeepsNone) {
  ASSERT_TRUE(Put(1, "end", MarkAsKept).ok());
  std::string content;
  EXPECT_EQ(Get(content, /*kept=*/true).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(KeptCheckpointTest, OutlivesItsTrialAndIsGoneWithItsSweep) {
  ASSERT_TRUE(Put(1, "newest").ok());
  ASSERT_TRUE(Put(1, "end", MarkAsKept).ok());
  EXPECT_EQ(Prune().error_code(), StatusCode::FAILED_PRECONDITION) << "the sweep runs";
  std::string content;
  ASSERT_TRUE(Get(content).ok());
  EXPECT_EQ(content, "newest");
  Cancel();
  EXPECT_EQ(Get(content).error_code(), StatusCode::NOT_FOUND);
  ASSERT_TRUE(Get(content, /*kept=*/true).ok());
  EXPECT_EQ(content, "end");
  ASSERT_TRUE(Prune().ok());
  EXPECT_EQ(Get(content, /*kept=*/true).error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Prune().error_code(), StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace pathsweep
