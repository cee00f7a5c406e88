// Early stopping on the wire and in the domain.
#pragma once

#include "coordinator/domain/early_stopping.h"
#include "pathsweep/v1/sweep.pb.h"

namespace pathsweep {

// Requires rules that have passed CheckEarlyStopping.
EarlyStopping FromProto(const v1::EarlyStopping& proto);
v1::EarlyStopping ToProto(const EarlyStopping& rules);

}  // namespace pathsweep
