#include "worker/train/model.h"

#include <torch/torch.h>

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

}  // namespace

Model::Model(const ModelShape& shape, torch::Device device)
    : logit_scale_(1 / shape.width_ratio),  // muP
      embedding_(layout_.Embedding(shape.vocabulary, shape.width)),
      architecture_(MakeArchitecture(shape, layout_, device)) {
  if (shape.tied) return;
  head_ = layout_.Add({.shape = {shape.width, shape.vocabulary},
                       .initial = Initial::kNormal,
                       .scale = 1,
                       .decays = true});
}

Tensor Model::Logits(const Tensor& weights, const Tensor& tokens, Dropout dropout) const {
  const Weights views(layout_, weights);
  const Tensor read = architecture_->Run(views, Gather(views[embedding_], tokens), dropout);
  const Tensor logits = Multiply(read, head_ ? views[*head_] : views[embedding_].transpose(1, 2));
  return logit_scale_ == 1 ? logits : logits * logit_scale_;
}

}  // namespace pathsweep
