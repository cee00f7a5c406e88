#include "client/trial_pages.h"

namespace pathsweep {

absl::Status ForEachTrial(Connection& connection, const std::string& sweep, Interrupts& interrupts,
                          const std::function<absl::Status(v1::Trial& trial)>& take) {
  v1::ListTrialsRequest request;
  request.set_sweep(sweep);
  do {
    if (!interrupts.Wait(absl::ZeroDuration())) return absl::CancelledError("interrupted");
    absl::StatusOr<v1::ListTrialsResponse> page =
        connection.Call(&Connection::Stub::ListTrials, request);
    if (!page.ok()) return page.status();
    for (v1::Trial& trial : *page->mutable_trials()) {
      if (absl::Status taken = take(trial); !taken.ok()) return taken;
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace pathsweep
