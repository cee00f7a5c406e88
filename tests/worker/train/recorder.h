// What the tests of training watch trials with.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>

#include "worker/train/trainer.h"

namespace pathsweep {

// Where those of the suite OnAnyDevice train; deploy/gpu_check.sh names a GPU.
inline std::string TestDevice() {
  const char* device = std::getenv("PATHSWEEP_TEST_DEVICE");
  return device == nullptr ? "cpu" : device;
}

// Metrics by step and name; without `samples_per_second`, which is measured anew by every run
// and says nothing of the training.
using History = std::map<int64_t, std::map<std::string, double>>;

struct Recorder : TrialObserver {
  void OnStep(int64_t step) override { last_step = step; }
  void OnEvaluation(int64_t step, absl::Span<const MetricValue> metrics) override {
    for (const MetricValue& metric : metrics) {
      EXPECT_TRUE(std::isfinite(metric.value)) << metric.name;
      if (metric.name != "samples_per_second") history[step][metric.name] = metric.value;
    }
  }
  bool ShouldStop() override { return last_step >= stop_after; }

  History history;
  int64_t last_step = 0;
  int64_t stop_after = std::numeric_limits<int64_t>::max();
};

// The same trial, so that its loss or gradient soon is not finite.
inline TrialParameters Diverging(TrialParameters parameters) {
  parameters.lr = 10;
  parameters.warmup = 0;
  parameters.init_std = 10;
  parameters.embedding_init_std = 10;
  parameters.weight_decay = 10;
  parameters.grad_clip = 0;
  return parameters;
}

}  // namespace pathsweep
