#include "worker/train/checkpoint.h"

#include <torch/torch.h>

#include <array>
#include <bit>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/crc32.h"

namespace pathsweep {
namespace {

constexpr size_t kCrc = sizeof(uint32_t);

// PyTorch does not check the sums that its archives have.
absl::string_view WithoutCrc(absl::string_view bytes) {
  if (bytes.size() < kCrc) throw std::runtime_error("it is cut off");
  std::array<char, kCrc> crc;
  bytes.copy(crc.data(), kCrc, bytes.size() - kCrc);
  bytes.remove_suffix(kCrc);
  if (std::bit_cast<uint32_t>(crc) != Crc32(bytes)) throw std::runtime_error("its sum is another");
  return bytes;
}

torch::Tensor ReadTensor(torch::serialize::InputArchive& archive, const std::string& name) {
  torch::Tensor tensor;
  archive.read(name, tensor);
  return tensor;
}

c10::IValue ReadValue(torch::serialize::InputArchive& archive, const std::string& name) {
  c10::IValue value;
  archive.read(name, value);
  return value;
}

}  // namespace

std::string TrialText(const TrialParameters& parameters, uint64_t seed) {
  std::string text = absl::StrCat("seed=", seed);
  for (const ParameterSpec& spec : TrialParameterTable()) {
    absl::StrAppend(&text, " ", spec.name, "=", FormatValue(GetParameter(parameters, spec)));
  }
  return text;
}

NamedTrial ReadTrialText(const std::string& text) {
  NamedTrial trial;
  for (absl::string_view part : absl::StrSplit(text, ' ')) {
    const std::pair<std::string, std::string> word = absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (word.first == "seed") {
      trial.seed = std::stoull(word.second);
      continue;
    }
    const ParameterSpec* spec = FindParameter(word.first);
    const absl::Status set = spec == nullptr ? UnknownParameter(word.first)
                                             : SetParameter(trial.parameters, word.first,
                                                            ParseValue(*spec, word.second));
    if (!set.ok()) throw std::runtime_error(std::string(set.message()));
  }
  const absl::Status together = CheckTogether(trial.parameters);
  if (!together.ok()) throw std::runtime_error(std::string(together.message()));
  return trial;
}

std::string ToBytes(const TrainingState& state) {
  torch::serialize::OutputArchive archive;
  archive.write("trial", c10::IValue(state.trial));
  archive.write("step", c10::IValue(state.step));
  archive.write("weights", state.weights);
  archive.write("first_moment", state.first_moment);
  archive.write("second_moment", state.second_moment);
  archive.write("losses", c10::IValue(state.losses));
  archive.write("losses_count", c10::IValue(state.losses_count));
  archive.write("metrics_hash", c10::IValue(std::bit_cast<int64_t>(state.metrics_hash)));
  archive.write("fused", c10::IValue(state.fused));
  archive.write("best", c10::IValue(state.best));
  std::ostringstream bytes;
  archive.save_to(bytes);
  const auto crc = std::bit_cast<std::array<char, kCrc>>(Crc32(bytes.str()));
  bytes.write(crc.data(), crc.size());
  return bytes.str();
}

TrainingState FromBytes(const std::string& bytes) {
  const absl::string_view content = WithoutCrc(bytes);
  torch::serialize::InputArchive archive;
  archive.load_from(content.data(), content.size(), torch::kCPU);
  TrainingState state;
  state.trial = ReadValue(archive, "trial").toStringRef();
  state.step = ReadValue(archive, "step").toInt();
  state.weights = ReadTensor(archive, "weights");
  state.first_moment = ReadTensor(archive, "first_moment");
  state.second_moment = ReadTensor(archive, "second_moment");
  state.losses = ReadValue(archive, "losses").toDouble();
  state.losses_count = ReadValue(archive, "losses_count").toInt();
  // Those of earlier versions lack the rest.
  c10::IValue value;
  if (archive.try_read("metrics_hash", value)) {
    state.metrics_hash = std::bit_cast<uint64_t>(value.toInt());
  }
  if (archive.try_read("fused", value)) state.fused = value.toInt();
  if (archive.try_read("best", value)) state.best = value.toDouble();
  return state;
}

}  // namespace pathsweep
