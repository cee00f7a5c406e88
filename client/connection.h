// Calls to a coordinator.
//
//   Connection connection("127.0.0.1:7070");
//   absl::StatusOr<v1::Sweep> sweep = connection.Call(&Stub::GetSweep, request);
//
// A call that finds no coordinator fails with Unavailable within five seconds; the
// message names the address. Thread safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/grpc_status.h"
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

 private:
  // A table over millions of trials takes its time.
  static constexpr std::chrono::seconds kLongestCall{120};

  // Waits for the connection, four seconds at most.
  absl::Status Reach();
  absl::Status Explain(const absl::Status& status) const;

  const std::string address_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<Stub> stub_;
};

}  // namespace pathsweep
