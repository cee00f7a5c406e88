#include "worker/train/attention.h"

#include <ATen/SDPBackend.h>
#include <torch/torch.h>

#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "worker/cpu/attention.h"
#include "worker/train/parts.h"

namespace pathsweep {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

bool HasKernels(const Tensor& x, const AttentionOptions& options) {
  return HasCpuKernels(x) && options.kind == AttentionKind::kFastest;
}

// The projections of one call: queries apart, or before the keys and values.
class Projections {
 public:
  Projections(const Tensor& queries, const Tensor& rest, const AttentionOptions& options)
      : width_(queries.defined() ? queries.size(3) : rest.size(3) / 3),
        queries_(queries.defined() ? queries : rest),
        rest_(rest),
        key_offset_(queries.defined() ? 0 : width_),
        shape_{.examples = rest.size(1),
               .tokens = rest.size(2),
               .queries = queries_.size(2),
               .heads = options.heads,
               .head_size = width_ / options.heads,
               .query_stride = queries_.size(3),
               .key_stride = rest.size(3),
               .score_scale = static_cast<float>(options.score_scale),
               .cosines = Data(options.cosines),
               .sines = Data(options.sines)} {}

  int64_t trials() const { return rest_.size(0); }
  int64_t width() const { return width_; }
  // Of all examples of a trial.
  const cpu::AttentionShape& shape() const { return shape_; }
  cpu::AttentionShape ShapeOf(const Part& part) const {
    cpu::AttentionShape shape = shape_;
    shape.examples = part.end - part.first;
    return shape;
  }

  // Of the part's first example.
  float* Queries(const Part& part) const { return First(queries_, part); }
  float* Keys(const Part& part) const { return First(rest_, part) + key_offset_; }
  float* Values(const Part& part) const { return Keys(part) + width_; }

  static float* First(const Tensor& of, const Part& part) {
    return Data(of) + (part.trial * of.size(1) + part.first) * of.size(2) * of.size(3);
  }

 private:
  const int64_t width_;
  const Tensor queries_;
  const Tensor rest_;
  const int64_t key_offset_;
  const cpu::AttentionShape shape_;
};

cpu::AttentionInput InputOf(const Projections& projections, const Tensor& bias, const Part& part) {
  return {projections.Queries(part), projections.Keys(part), projections.Values(part),
          OfTrial(bias, part.trial)};
}

// The logarithms are written if they are defined.
Tensor AttentionValues(const Projections& projections, const Tensor& bias, const Tensor& log_sums) {
  const cpu::AttentionShape& shape = projections.shape();
  const Tensor out =
      torch::empty({projections.trials(), shape.examples, shape.queries, projections.width()});
  Parts(projections.trials(), shape.examples).Run([&](const Part& part) {
    cpu::AttentionForward(projections.ShapeOf(part), InputOf(projections, bias, part),
                          Projections::First(out, part),
                          log_sums.defined() ? Projections::First(log_sums, part) : nullptr);
  });
  return out;
}

class AttentionFunction : public Function<AttentionFunction> {
 public:
  static Tensor forward(AutogradContext* context, const MaybeTensor& any_queries,
                        const Tensor& any_rest, const Tensor& any_bias,
                        const AttentionOptions& options) {
    const Tensor queries = Contiguous(any_queries);
    const Tensor rest = any_rest.contiguous(), bias = any_bias.contiguous();
    const Projections projections(queries, rest, options);
    const Tensor log_sums = torch::empty({projections.trials(), projections.shape().examples,
                                          options.heads, projections.shape().queries});
    context->save_for_backward({queries, rest, bias, log_sums, options.cosines, options.sines});
    context->saved_data["heads"] = options.heads;
    context->saved_data["score_scale"] = options.score_scale;
    return AttentionValues(projections, bias, log_sums);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &queries = saved[0], &rest = saved[1], &bias = saved[2], &log_sums = saved[3];
    const AttentionOptions options{context->saved_data["heads"].toInt(), saved[4], saved[5],
                                   context->saved_data["score_scale"].toDouble()};
    const Tensor by_out = gradients[0].contiguous();
    const Projections projections(queries, rest, options);
    const Tensor by_queries = queries.defined() ? torch::empty_like(queries) : Tensor();
    const Tensor by_rest = torch::empty_like(rest);
    const Projections by(by_queries, by_rest, options);
    const Parts parts(projections.trials(), projections.shape().examples);
    const Tensor by_bias = parts.Sums(3 * projections.width());
    parts.Run([&](const Part& part) {
      cpu::AttentionBackward(
          projections.ShapeOf(part), InputOf(projections, bias, part),
          Projections::First(log_sums, part), Projections::First(by_out, part),
          {by.Queries(part), by.Keys(part), by.Values(part), Parts::OfPart(by_bias, part)});
    });
    return {by_queries, by_rest, Parts::Total(by_bias), Tensor()};
  }
};

// `queries` may be undefined: then they are the first third of `rest`.
Tensor AttendWithKernels(const Tensor& queries, const Tensor& rest, const Tensor& bias,
                         const AttentionOptions& options) {
  if (torch::GradMode::is_enabled()) {
    return AttentionFunction::apply(Maybe(queries), rest, bias, options);
  }
  const Projections projections(Contiguous(Maybe(queries)), rest.contiguous(), options);
  return AttentionValues(projections, bias.contiguous(), {});
}

// Pairs (i, i + half) of x [K B, heads, T, head size] turn with the position.
Tensor Rotate(const Tensor& x, const AttentionOptions& options) {
  if (!options.cosines.defined()) return x;
  const int64_t first = options.cosines.size(0) - x.size(2);
  const Tensor cosines = options.cosines.narrow(0, first, x.size(2)).to(x.scalar_type());
  const Tensor sines = options.sines.narrow(0, first, x.size(2)).to(x.scalar_type());
  const std::vector<Tensor> halves = x.chunk(2, -1);
  return torch::cat(
      {halves[0] * cosines - halves[1] * sines, halves[0] * sines + halves[1] * cosines}, -1);
}

// [K, B, T, D] -> [K B, heads, T, D / heads]
Tensor SplitHeads(const Tensor& x, const AttentionOptions& options) {
  return x.reshape({x.size(0) * x.size(1), x.size(2), options.heads, -1}).transpose(1, 2);
}

// Scores [K B, heads, L, T] of the last L queries, and their softmax.
Tensor Shares(const Tensor& queries, const Tensor& keys, double score_scale) {
  const Tensor scores = queries.matmul(keys.transpose(-1, -2)).to(torch::kFloat) * score_scale;
  const int64_t later = keys.size(2) - queries.size(2);
  const Tensor seen = torch::ones_like(scores, torch::kBool).tril(later);
  return scores.masked_fill(~seen, -std::numeric_limits<double>::infinity()).softmax(-1);
}

// [L, T], what each query may see; none if they are as many as the keys.
MaybeTensor MaskOf(const Tensor& queries, const Tensor& keys) {
  const int64_t count = queries.size(2), tokens = keys.size(2);
  if (count == tokens) return std::nullopt;
  return torch::ones({count, tokens}, queries.options().dtype(torch::kBool)).tril(tokens - count);
}

// Of heads [K B, heads, L or T, head size], turned.
Tensor AttendHeads(const Tensor& queries, const Tensor& keys, const Tensor& values,
                   const AttentionOptions& options) {
  if (options.kind == AttentionKind::kStepByStep) {
    return Shares(queries, keys, options.score_scale).to(values.scalar_type()).matmul(values);
  }
  if (options.kind == AttentionKind::kFlash) {
    const auto half = [](const Tensor& x) { return x.to(torch::kBFloat16); };
    if (queries.is_cpu()) {
      return std::get<0>(at::_scaled_dot_product_flash_attention_for_cpu(
          half(queries), half(keys), half(values), /*dropout_p=*/0.0, /*is_causal=*/true, {},
          options.score_scale));
    }
    return std::get<0>(at::_scaled_dot_product_flash_attention(
        half(queries), half(keys), half(values), /*dropout_p=*/0.0, /*is_causal=*/true,
        /*return_debug_mask=*/false, options.score_scale));
  }
  const MaybeTensor mask = MaskOf(queries, keys);
  return torch::scaled_dot_product_attention(queries, keys, values, mask, /*dropout_p=*/0.0,
                                             /*is_causal=*/!mask.has_value(), options.score_scale);
}

Tensor ComposedAttention(const Tensor& queries, const Tensor& keys, const Tensor& values,
                         const AttentionOptions& options) {
  const Tensor attended =
      AttendHeads(Rotate(SplitHeads(queries, options), options),
                  Rotate(SplitHeads(keys, options), options), SplitHeads(values, options), options);
  return attended.transpose(1, 2).reshape(queries.sizes());
}

// Which of its ways LibTorch takes for so many queries.
std::string LibTorchsWay(const Tensor& keys, int64_t queries, double score_scale) {
  const Tensor last = keys.narrow(2, 0, queries);
  const MaybeTensor mask = MaskOf(last, keys);
  const int64_t way = at::_fused_sdp_choice(last, keys, keys, mask, /*dropout_p=*/0.0,
                                            /*is_causal=*/!mask.has_value(), score_scale);
  switch (static_cast<at::SDPBackend>(way)) {
    case at::SDPBackend::flash_attention:
      return "flash";
    case at::SDPBackend::efficient_attention:
      return "memory-efficient";
    case at::SDPBackend::cudnn_attention:
      return "cuDNN";
    default:
      return "math";
  }
}

}  // namespace

Tensor Attention(const Tensor& projected, const Tensor& bias, const AttentionOptions& options) {
  if (HasKernels(projected, options)) return AttendWithKernels({}, projected, bias, options);
  const std::vector<Tensor> parts = (projected + bias.unsqueeze(1)).chunk(3, -1);
  return ComposedAttention(parts[0], parts[1], parts[2], options);
}

Tensor Attention(const Tensor& queries, const Tensor& keys_values, const Tensor& bias,
                 const AttentionOptions& options) {
  if (HasKernels(queries, options)) return AttendWithKernels(queries, keys_values, bias, options);
  const std::vector<Tensor> biases = bias.unsqueeze(1).chunk(3, -1);
  const std::vector<Tensor> rest = keys_values.chunk(2, -1);
  return ComposedAttention(queries + biases[0], rest[0] + biases[1], rest[1] + biases[2], options);
}

Tensor AttentionShares(const Tensor& projected, const Tensor& bias,
                       const AttentionOptions& options) {
  const std::vector<Tensor> parts = (projected + bias.unsqueeze(1)).chunk(3, -1);
  const Tensor queries = Rotate(SplitHeads(parts[0], options), options);
  const Tensor keys = Rotate(SplitHeads(parts[1], options), options);
  const Tensor shares = Shares(queries, keys, options.score_scale);
  return shares.view({projected.size(0), projected.size(1), options.heads, shares.size(2), -1});
}

std::string AttentionWay(const AttentionOptions& options, int64_t width, int64_t tokens,
                         int64_t queries, bool half, torch::Device device) {
  if (options.kind == AttentionKind::kStepByStep) return "math";
  if (options.kind == AttentionKind::kFlash) return "flash";
  if (device.is_cpu() && !half) return "this program's kernel";
  const Tensor keys = torch::empty(
      {1, options.heads, tokens, width / options.heads},
      torch::dtype(half ? torch::kBFloat16 : torch::kFloat).device(device).requires_grad(true));
  const std::string all = LibTorchsWay(keys, tokens, options.score_scale);
  const std::string last = LibTorchsWay(keys, queries, options.score_scale);
  return all == last ? all : absl::StrCat(all, ", in the last block ", last);
}

}  // namespace pathsweep
