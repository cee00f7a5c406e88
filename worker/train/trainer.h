// Trains trials. The only door to LibTorch: this header names no LibTorch type, so
// the worker's protocol code, which includes gRPC, can use it.
//
//   struct Printer : TrialObserver { … };
//   TrialOutcome outcome = TrainTrial(parameters, /*seed=*/1, "cpu", printer);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/trial_parameters.h"
#include "worker/task/path_star.h"
#include "worker/train/metric.h"

namespace pathsweep {

struct TrialOutcome {
  enum class Kind {
    kCompleted,    // all steps taken
    kSolved,       // ended by stop_when: solved
    kDiverged,     // a loss or gradient was NaN or infinite
    kCrashed,      // an error of the program or the machine, e.g. out of memory
    kInterrupted,  // ShouldStop said so
    kPaused,       // the same, where the trial was to pause; said by who observes it
    kCrowdedOut,   // there was no room for it beside others, which go on
  };
  Kind kind;
  std::string detail;  // for people: what happened, at which step
  // Of kCrashed: beside less else on the device it might not have.
  bool out_of_memory = false;
  // MetricsHash of all that the trial has measured, before a checkpoint too.
  uint64_t metrics_hash = 0;
  // The most trials that have taken a step of this one together: 1 = always alone.
  int fused = 1;
  // For people: which code computed what there is a choice of, by the device and its memory.
  std::string execution{};
  // That the device has taken for the trial; 0 = not measured. The trainer never does.
  double energy_joules = 0;
};

// When a checkpoint may be taken.
struct CheckpointMoment {
  bool best;  // the step's evaluation has a higher exact_match than any after a step before
  bool last;  // the trial has ended
};

// Receives a trial's progress on the thread that trains it. Calls return quickly.
class TrialObserver {
 public:
  virtual ~TrialObserver() = default;

  // After every optimizer step. `step` counts from 1.
  virtual void OnStep(int64_t step) = 0;

  // The metrics of an evaluation after `step` steps (0 = before training). All finite.
  virtual void OnEvaluation(int64_t step, absl::Span<const MetricValue> metrics) = 0;

  // Asked before every step; true ends training with kInterrupted.
  virtual bool ShouldStop() = 0;

  // Asked after every step; true is followed by OnCheckpoint.
  virtual bool WantsCheckpoint(const CheckpointMoment&) { return false; }

  // What training needs to go on after `step` steps as if nothing had happened.
  virtual void OnCheckpoint(int64_t /*step*/, const std::string& /*checkpoint*/) {}

  // The last call.
  virtual void OnEnd(const TrialOutcome& /*outcome*/) {}
};

// What a trial may be given beside its parameters.
struct TrialStart {
  // In place of the test graphs that the seed would draw, if there are any; of the trial's
  // degree and length, with labels below its nodes.
  std::vector<Example> test_examples;
  // Goes on after this one, which must have passed CheckCheckpoint; empty: from the beginning.
  std::string checkpoint;
};

// A trial to train.
struct TrialTask {
  TrialParameters parameters;  // must have passed validation
  uint64_t seed = 0;
  TrialStart start;
  std::shared_ptr<TrialObserver> observer;
};

// Where trials come from while others train.
class TrialSource {
 public:
  virtual ~TrialSource() = default;

  // At most `room` trials to train beside the `training` that are, all of one ShapeKey; asked
  // before every step. If none trains and none is given, the training is over. `fits` is for how
  // many more there is memory, measured over the steps so far; nothing before the first.
  virtual std::vector<TrialTask> Take(int training, int room, std::optional<int> fits) = 0;
};

// Trains trials of one shape together on `device` ("cpu" or "cuda:N"), as one model, until there
// are none. Each reports an evaluation before the first step, every eval_every steps and after
// the last, and ends by itself with OnEnd. Never throws. Blocks; call from one thread. Unavailable
// if the device has failed: what trained on it has crashed, and nothing more can.
//
// Beside others a trial's numbers are those that it has alone, but for rounding. From a
// checkpoint, the evaluations after it are, on the same CPU and alone, bit for bit those of a run
// that was not interrupted; only `samples_per_second` is measured anew. On a GPU they are so far as
// LibTorch's operations are deterministic, which the backward pass of attention need not be.
//
// If a step of several fails, as out of memory, it is nobody's fault: the youngest end with
// kCrowdedOut, down to the most that have taken a step together, else to half; the others take the
// step again, and from then on no more train together. A trial that fails beside others before or
// between steps ends so too; one that fails alone has crashed.
absl::Status TrainTrials(const std::string& device, TrialSource& source);

// Trains one trial alone.
TrialOutcome TrainTrial(const TrialParameters& parameters, uint64_t seed, const std::string& device,
                        TrialObserver& observer, const TrialStart& start = {});

// The step after which the checkpoint goes on. InvalidArgument if it is damaged or belongs to
// another trial.
absl::StatusOr<int64_t> CheckCheckpoint(const std::string& checkpoint,
                                        const TrialParameters& parameters, uint64_t seed);

// "auto", "cpu" or "cuda:N" to a device that is present. InvalidArgument for another
// text, NotFound if the machine has no such device.
struct DeviceInfo {
  std::string device;  // "cpu" or "cuda:N"
  std::string name;    // what the device calls itself
  int64_t memory_bytes;
  std::string uuid;  // of a GPU, by which NVML knows it; may be empty
};
absl::StatusOr<DeviceInfo> ResolveDevice(const std::string& text);

// Whether it still computes: a GPU that has failed never does again in the same process.
bool DeviceAnswers(const std::string& device);

// Matrix products of float32 may round their factors to 10 bits of mantissa on a GPU that is faster
// so (TensorFloat-32), for the whole process.
void AllowTf32();

// Of LibTorch: "2.13.0".
std::string LibTorchVersion();

// Threads that one operation on the CPU may use, for the whole process.
void SetComputeThreads(int threads);

// What a step has freed stays for the next one, for the whole process: otherwise glibc hands it
// back to the system, which clears every page again. A quarter of the time of a small model.
void KeepFreedMemory();

}  // namespace pathsweep
