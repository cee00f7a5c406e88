#include "coordinator/store/store.h"

namespace pathsweep {

bool IsStored(const Event& event) {
  return !std::holds_alternative<WorkerReported>(event) &&
         !std::holds_alternative<WorkerDisconnected>(event) &&
         !std::holds_alternative<LeaseExtended>(event) &&
         !std::holds_alternative<GraceGranted>(event) &&
         !std::holds_alternative<StopOrdered>(event) &&
         !std::holds_alternative<AttemptCrashed>(event);
}

}  // namespace pathsweep
