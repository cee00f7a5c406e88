#include "base/trial_shape.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace pathsweep {
namespace {

constexpr absl::string_view kOwn[] = {
    "objective",
    "sampling_prob",
    "sampling_schedule",
    "edge_order",
    "edge_direction",
    "query_position",
    "lr",
    "warmup",
    "schedule",
    "final_lr",
    "momentum",
    "beta1",
    "beta2",
    "weight_decay",
    "grad_clip",
    "steps",
    "train_samples",
    "test_samples",
    "eval_every",
    "stop_when",
    "solved_at",
    "init_std",
    "embedding_init_std",
    "dropout",
};

}  // namespace

std::string ShapeKey(const TrialParameters& parameters) {
  std::string key;
  for (const ParameterSpec& spec : TrialParameterTable()) {
    if (std::ranges::find(kOwn, spec.name) != std::end(kOwn)) continue;
    absl::StrAppend(&key, key.empty() ? "" : " ", spec.name, "=",
                    FormatValue(GetParameter(parameters, spec)));
  }
  return key;
}

}  // namespace pathsweep
