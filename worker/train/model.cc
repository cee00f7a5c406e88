#include "worker/train/model.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <utility>

#include "worker/train/layers.h"

namespace pathsweep {
namespace {

using torch::Tensor;

std::unique_ptr<Architecture> MakeArchitecture(const ModelShape& shape, WeightLayout& layout,
                                               torch::Device device) {
  switch (shape.architecture) {
    case ArchitectureKind::kMamba:
      return MakeMamba(shape, layout);
    case ArchitectureKind::kLstm:
      return MakeLstm(shape, layout);
    case ArchitectureKind::kGru:
      return MakeGru(shape, layout);
    case ArchitectureKind::kTransformer:
      break;
  }
  return MakeTransformer(shape, layout, device);
}

// Matrix products in bfloat16 while it is there, if `on`. A backward pass may come after it.
class Autocast {
 public:
  Autocast(at::DeviceType device, bool on)
      : device_(device), on_(on), before_(at::autocast::is_autocast_enabled(device)) {
    if (!on_) return;
    at::autocast::set_autocast_dtype(device, at::kBFloat16);
    at::autocast::set_autocast_enabled(device, true);
  }
  ~Autocast() {
    if (!on_) return;
    at::autocast::set_autocast_enabled(device_, before_);
    at::autocast::clear_cache();
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  const at::DeviceType device_;
  const bool on_;
  const bool before_;
};

}  // namespace

Model::Model(const ModelShape& shape, torch::Device device)
    : device_(device),
      half_(shape.half),
      logit_scale_(1 / shape.width_ratio),  // muP
      embedding_(layout_.Embedding(shape.vocabulary, shape.width)),
      architecture_(MakeArchitecture(shape, layout_, device)),
      execution_(architecture_->Execution(device)) {
  if (shape.tied) return;
  head_ = layout_.Add({.shape = {shape.width, shape.vocabulary},
                       .initial = Initial::kNormal,
                       .scale = 1,
                       .decays = true});
}

Tensor Model::Head(const Weights& weights, const Tensor& read) const {
  const Tensor logits =
      Multiply(read, head_ ? weights[*head_] : weights[embedding_].transpose(1, 2))
          .to(torch::kFloat);
  return logit_scale_ == 1 ? logits : logits * logit_scale_;
}

Tensor Model::Logits(const Tensor& weights, const Tensor& tokens, Dropout dropout) const {
  const Autocast autocast(device_.type(), half_);
  const Weights views(layout_, weights);
  const Tensor embedded = Gather(views[embedding_], tokens);
  return Head(views, architecture_->Run(views, embedded, dropout, /*trace=*/nullptr));
}

LayerLogits Model::LogitsByLayer(const Tensor& weights, const Tensor& tokens) const {
  const Autocast autocast(device_.type(), half_);
  const Weights views(layout_, weights);
  Dropout none;
  Trace trace;
  architecture_->Run(views, Gather(views[embedding_], tokens), none, &trace);
  LayerLogits layers;
  for (const Tensor& read : trace.layers) layers.logits.push_back(Head(views, read));
  layers.attention = std::move(trace.attention);
  return layers;
}

}  // namespace pathsweep
