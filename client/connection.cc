#include "client/connection.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/message_size.h"

namespace pathsweep {
namespace {

constexpr std::chrono::seconds kLongestConnect{4};
// During a stream: how often the coordinator's machine is asked whether it is there, and how
// soon an interrupt is noticed.
constexpr int kKeepaliveMilliseconds = 20'000;
constexpr absl::Duration kInterruptPoll = absl::Milliseconds(50);

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kLargestMessage);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveMilliseconds);
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

absl::Status Connection::UnlessInterrupted(grpc::ClientContext& context, Interrupts& interrupts,
                                           const std::function<absl::Status()>& call) {
  absl::Status status;
  absl::Notification ended;
  std::thread thread([&] {
    status = call();
    ended.Notify();
  });
  bool interrupted = false;
  while (!ended.WaitForNotificationWithTimeout(kInterruptPoll)) {
    if (interrupted || interrupts.Wait(absl::ZeroDuration())) continue;
    interrupted = true;
    context.TryCancel();
  }
  thread.join();
  return interrupted && !status.ok() ? absl::CancelledError("interrupted") : status;
}

// A coordinator that ends cancels what is under way; nobody here does.
absl::Status Connection::Explain(const absl::Status& status) const {
  if (absl::IsCancelled(status) || absl::IsUnavailable(status)) {
    return absl::UnavailableError(
        absl::StrCat("the coordinator at ", address_, " did not answer: ", status.message()));
  }
  if (!absl::IsDeadlineExceeded(status)) return status;
  return absl::DeadlineExceededError(
      absl::StrCat("the coordinator at ", address_, " did not answer in time: ", status.message()));
}

absl::Status Connection::ExplainStream(const absl::Status& status) const {
  if (absl::IsUnimplemented(status)) {
    return absl::UnimplementedError(absl::StrCat(
        "the coordinator at ", address_, " is of a version that cannot do this; upgrade it"));
  }
  if (!absl::IsUnavailable(status) && !absl::IsCancelled(status)) return status;
  return absl::UnavailableError(
      absl::StrCat("the coordinator at ", address_, " broke off: ", status.message()));
}

}  // namespace pathsweep
