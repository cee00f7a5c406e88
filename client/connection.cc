#include "client/connection.h"

#include "absl/strings/str_cat.h"
#include "base/message_size.h"

namespace pathsweep {
namespace {

constexpr std::chrono::seconds kLongestConnect{4};

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kLargestMessage);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

Connection::Connection(const std::string& address)
    : address_(address),
      channel_(OpenChannel(address)),
      stub_(v1::SweepService::NewStub(channel_)) {}

absl::Status Connection::Reach() {
  const auto deadline = std::chrono::system_clock::now() + kLongestConnect;
  grpc_connectivity_state state = channel_->GetState(/*try_to_connect=*/true);
  while (state != GRPC_CHANNEL_READY) {
    // The first failure is the answer: nobody listens there.
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN ||
        !channel_->WaitForStateChange(state, deadline)) {
      return absl::UnavailableError(
          absl::StrCat("no coordinator answers at ", address_, "; start one with `sweepd --listen ",
                       address_, "`, or name another with --server or PATHSWEEP_SERVER"));
    }
    state = channel_->GetState(/*try_to_connect=*/true);
  }
  return absl::OkStatus();
}

absl::Status Connection::Explain(const absl::Status& status) const {
  if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) return status;
  return absl::Status(status.code(), absl::StrCat("the coordinator at ", address_,
                                                  " did not answer: ", status.message()));
}

}  // namespace pathsweep
