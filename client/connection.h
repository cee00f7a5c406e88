// Calls to a coordinator.
//
//   Connection connection("127.0.0.1:7070");
//   absl::StatusOr<v1::Sweep> sweep = connection.Call(&Stub::GetSweep, request);
//
//   absl::Status status = connection.Stream<v1::BackupRequest, v1::FileChunk>(
//       &Stub::Backup, {}, [&](const v1::FileChunk& chunk) { return Take(chunk); }, interrupts);
//
// A call that finds no coordinator fails with Unavailable within five seconds; the
// message names the address. Thread safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/grpc_status.h"
#include "client/environment.h"
#include "pathsweep/v1/sweep_service.grpc.pb.h"

namespace pathsweep {

class Connection {
 public:
  using Stub = v1::SweepService::Stub;

  // HOST:PORT or unix:PATH.
  explicit Connection(const std::string& address);

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    if (absl::Status reached = Reach(); !reached.ok()) return reached;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kLongestCall);
    Response response;
    const absl::Status status = FromGrpc(((*stub_).*method)(&context, request, &response));
    if (status.ok()) return response;
    return Explain(status);
  }

  // By name or number.
  absl::StatusOr<v1::Sweep> GetSweep(const std::string& sweep, bool with_early_stops = false) {
    v1::GetSweepRequest request;
    request.set_with_early_stops(with_early_stops);
    request.set_sweep(sweep);
    return Call(&Stub::GetSweep, request);
  }

  // Hands each answer of the stream to `take`, whose error ends the call. Unavailable if the
  // coordinator breaks off, Cancelled if the user interrupts; may last as long as it takes.
  template <typename Request, typename Response, typename AnyStub>
  absl::Status Stream(std::unique_ptr<grpc::ClientReader<Response>> (AnyStub::*method)(
                          grpc::ClientContext*, const Request&),
                      const Request& request,
                      const std::function<absl::Status(const Response&)>& take,
                      Interrupts& interrupts) {
    if (absl::Status reached = Reach(); !reached.ok()) return reached;
    grpc::ClientContext context;
    return UnlessInterrupted(context, interrupts, [&] {
      AnyStub stub(channel_);
      const auto reader = (stub.*method)(&context, request);
      absl::Status taken;
      for (Response response; taken.ok() && reader->Read(&response);) taken = take(response);
      if (!taken.ok()) context.TryCancel();
      const absl::Status status = FromGrpc(reader->Finish());
      return taken.ok() ? ExplainStream(status) : taken;
    });
  }

 private:
  // A table over millions of trials takes its time.
  static constexpr std::chrono::seconds kLongestCall{120};

  // Waits for the connection, four seconds at most.
  absl::Status Reach();
  // The result of `call`, on a thread of its own; an interrupt cancels the call and is the result.
  static absl::Status UnlessInterrupted(grpc::ClientContext& context, Interrupts& interrupts,
                                        const std::function<absl::Status()>& call);
  absl::Status Explain(const absl::Status& status) const;
  absl::Status ExplainStream(const absl::Status& status) const;

  const std::string address_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<Stub> stub_;
};

}  // namespace pathsweep
