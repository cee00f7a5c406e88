#include "worker/train/ops.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "worker/cpu/attention.h"
#include "worker/cpu/gelu.h"
#include "worker/cpu/gemm.h"
#include "worker/cpu/norm.h"

namespace pathsweep {
namespace {

using torch::Tensor;
using MaybeTensor = std::optional<Tensor>;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

bool HasKernels(const Tensor& x) { return x.is_cpu() && x.scalar_type() == torch::kFloat; }

bool HasKernels(const Tensor& x, const AttentionOptions& options) {
  return HasKernels(x) && options.kind == AttentionKind::kFastest;
}

float* Data(const Tensor& tensor) { return tensor.defined() ? tensor.data_ptr<float>() : nullptr; }

// Function::apply refuses undefined tensors.
MaybeTensor Maybe(const Tensor& tensor) {
  return tensor.defined() ? MaybeTensor(tensor) : std::nullopt;
}
Tensor Contiguous(const MaybeTensor& tensor) { return tensor ? tensor->contiguous() : Tensor(); }

// A trial's weights of [K, 1, D].
const float* OfTrial(const Tensor& weights, int64_t trial) {
  return weights.defined() ? weights.data_ptr<float>() + trial * weights.size(-1) : nullptr;
}

// Rows or examples first … end − 1 of one trial, by the part-th of the threads at it.
struct Part {
  int64_t trial;
  int64_t part;
  int64_t first;
  int64_t end;
};

// The work of all trials on the threads that an operation may use. The same parts whichever
// thread comes first.
class Parts {
 public:
  Parts(int64_t trials, int64_t items)
      : trials_(trials),
        items_(items),
        per_trial_(std::min<int64_t>(items, at::get_num_threads())) {}

  void Run(const std::function<void(const Part&)>& work) const {
    at::parallel_for(0, trials_ * per_trial_, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t part = i % per_trial_;
        work({i / per_trial_, part, items_ * part / per_trial_, items_ * (part + 1) / per_trial_});
      }
    });
  }

  // Zeros to which each part adds its share of a gradient by weights [K, 1, size]…
  Tensor Sums(int64_t size) const { return torch::zeros({trials_, per_trial_, size}); }
  // Null if they are undefined.
  static float* OfPart(const Tensor& sums, const Part& part) {
    if (!sums.defined()) return nullptr;
    return sums.data_ptr<float>() + (part.trial * sums.size(1) + part.part) * sums.size(2);
  }
  // … and the gradient.
  static Tensor Total(const Tensor& sums) {
    return !sums.defined() || sums.size(1) == 1 ? sums : sums.sum(1, /*keepdim=*/true);
  }

 private:
  const int64_t trials_;
  const int64_t items_;
  const int64_t per_trial_;
};

int64_t RowsOf(const Tensor& x) { return x.size(1) * x.size(2); }

// --- Products

// Numbers of a matrix that stays in a core's second-level cache as it is: LibTorch's library copies
// it into panels first, which costs small models a third of their products' time.
constexpr int64_t kSmallMatrix = 1 << 18;

bool IsSmall(const Tensor& matrix) {
  // Each thread has a gradient of its own to add up.
  const int64_t numbers = matrix.size(1) * matrix.size(2) * at::get_num_threads();
  return numbers <= kSmallMatrix && matrix.stride(2) == 1;
}

cpu::Rows MatrixOf(const Tensor& matrix, int64_t trial) {
  return {matrix.data_ptr<float>() + trial * matrix.stride(0), matrix.stride(1)};
}

// Rows of a part of x [K, B, T, width].
cpu::Rows RowsOfPart(const Tensor& x, const Part& part) {
  if (!x.defined()) return {nullptr, 0};
  return {Data(x) + (part.trial * RowsOf(x) + part.first) * x.size(3), x.size(3)};
}

Tensor Product(const Tensor& x, const Tensor& matrix, const Tensor& sum) {
  const int64_t columns = matrix.size(2);
  const Tensor out = torch::empty({x.size(0), x.size(1), x.size(2), columns});
  Parts(x.size(0), RowsOf(x)).Run([&](const Part& part) {
    cpu::Multiply({part.end - part.first, x.size(3), columns}, RowsOfPart(x, part),
                  MatrixOf(matrix, part.trial), RowsOfPart(sum, part),
                  Data(out) + (part.trial * RowsOf(out) + part.first) * columns);
  });
  return out;
}

// [K, in, out] -> [K, out, in]
Tensor Transposed(const Tensor& matrix) {
  const int64_t in = matrix.size(1), out = matrix.size(2);
  const Tensor turned = torch::empty({matrix.size(0), out, in});
  for (int64_t k = 0; k < matrix.size(0); ++k) {
    cpu::Transpose(in, out, MatrixOf(matrix, k), Data(turned) + k * in * out);
  }
  return turned;
}

class ProductFunction : public Function<ProductFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& any_x, const Tensor& matrix,
                        const MaybeTensor& sum) {
    const Tensor x = any_x.contiguous();
    context->save_for_backward({x, matrix});
    context->saved_data["summed"] = sum.has_value();
    return Product(x, matrix, Contiguous(sum));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &matrix = saved[1];
    const Tensor gradient = gradients[0].contiguous();
    const int64_t in = matrix.size(1), out = matrix.size(2);
    const Parts parts(x.size(0), RowsOf(x));
    const Tensor by_matrix = parts.Sums(in * out);
    parts.Run([&](const Part& part) {
      cpu::AddTransposedProduct({part.end - part.first, in, out}, RowsOfPart(x, part),
                                RowsOfPart(gradient, part), Parts::OfPart(by_matrix, part));
    });
    return {Product(gradient, Transposed(matrix), {}),
            Parts::Total(by_matrix).view({x.size(0), in, out}),
            context->saved_data["summed"].toBool() ? gradients[0] : Tensor()};
  }
};

Tensor FlatRows(const Tensor& x) { return x.reshape({x.size(0), -1, x.size(-1)}); }

Tensor ComposedProduct(const Tensor& x, const Tensor& matrix, const Tensor& sum) {
  const Tensor y = sum.defined() ? torch::baddbmm(FlatRows(sum), FlatRows(x), matrix)
                                 : torch::bmm(FlatRows(x), matrix);
  return y.view({x.size(0), x.size(1), x.size(2), matrix.size(-1)});
}

// --- Norm

class NormFunction : public Function<NormFunction> {
 public:
  static variable_list forward(AutogradContext* context, const Tensor& any_x,
                               const MaybeTensor& any_bias, const Tensor& any_gain,
                               const MaybeTensor& any_shift) {
    const Tensor x = any_x.contiguous(), gain = any_gain.contiguous();
    const Tensor bias = Contiguous(any_bias), shift = Contiguous(any_shift);
    const int64_t width = x.size(3), rows = RowsOf(x);
    const Tensor sums = torch::empty_like(x), out = torch::empty_like(x);
    const Tensor means = torch::empty({x.size(0), rows}), scales = torch::empty_like(means);
    Parts(x.size(0), rows).Run([&](const Part& part) {
      const int64_t row = part.trial * rows + part.first, at = row * width;
      cpu::NormForward(
          {part.end - part.first, width, shift.defined()}, Data(x) + at,
          {OfTrial(bias, part.trial), OfTrial(gain, part.trial), OfTrial(shift, part.trial)},
          Data(sums) + at, Data(out) + at, Data(means) + row, Data(scales) + row);
    });
    context->save_for_backward({sums, means, scales, gain});
    context->saved_data["biased"] = bias.defined();
    context->saved_data["shifted"] = shift.defined();
    return {sums, out};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &sums = saved[0], &means = saved[1], &scales = saved[2], &gain = saved[3];
    const Tensor by_sums = gradients[0].contiguous(), by_out = gradients[1].contiguous();
    const int64_t width = sums.size(3), rows = RowsOf(sums);
    const bool biased = context->saved_data["biased"].toBool();
    const bool shifted = context->saved_data["shifted"].toBool();
    const Tensor x = torch::empty_like(sums);
    const Parts parts(sums.size(0), rows);
    const Tensor bias = biased ? parts.Sums(width) : Tensor();
    const Tensor by_gain = parts.Sums(width), by_shift = shifted ? parts.Sums(width) : Tensor();
    parts.Run([&](const Part& part) {
      const int64_t row = part.trial * rows + part.first, at = row * width;
      cpu::NormBackward({part.end - part.first, width, shifted}, OfTrial(gain, part.trial),
                        {Data(sums) + at, Data(means) + row, Data(scales) + row},
                        {Data(by_sums) + at, Data(by_out) + at}, Data(x) + at,
                        Parts::OfPart(bias, part), Parts::OfPart(by_gain, part),
                        Parts::OfPart(by_shift, part));
    });
    return {x, Parts::Total(bias), Parts::Total(by_gain), Parts::Total(by_shift)};
  }
};

// --- Gelu

// The slopes are written if they are defined.
Tensor GeluValues(const Tensor& any_x, const Tensor& any_bias, const Tensor& slopes) {
  const Tensor x = any_x.contiguous(), bias = any_bias.contiguous();
  const int64_t width = x.size(3), rows = RowsOf(x);
  const Tensor out = torch::empty_like(x);
  Parts(x.size(0), rows).Run([&](const Part& part) {
    const int64_t at = (part.trial * rows + part.first) * width;
    cpu::GeluForward(part.end - part.first, width, Data(x) + at, OfTrial(bias, part.trial),
                     Data(out) + at, slopes.defined() ? Data(slopes) + at : nullptr);
  });
  return out;
}

class GeluFunction : public Function<GeluFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& bias) {
    const Tensor slopes = torch::empty(x.sizes());
    const Tensor out = GeluValues(x, bias, slopes);
    context->save_for_backward({slopes});
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const Tensor slopes = context->get_saved_variables()[0];
    const Tensor gradient = gradients[0].contiguous();
    const int64_t width = slopes.size(3), rows = RowsOf(slopes);
    const Tensor x = torch::empty_like(slopes);
    const Parts parts(slopes.size(0), rows);
    const Tensor bias = parts.Sums(width);
    parts.Run([&](const Part& part) {
      const int64_t at = (part.trial * rows + part.first) * width;
      cpu::GeluBackward(part.end - part.first, width, Data(slopes) + at, Data(gradient) + at,
                        Data(x) + at, Parts::OfPart(bias, part));
    });
    return {x, Parts::Total(bias)};
  }
};

// --- Attention

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
  const int64_t count = queries.size(2), tokens = keys.size(2);
  c10::optional<Tensor> mask;  // [L, T]: what each query may see
  if (count < tokens) {
    mask = torch::ones({count, tokens}, queries.options().dtype(torch::kBool)).tril(tokens - count);
  }
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

}  // namespace

Tensor Multiply(const Tensor& x, const Tensor& matrix, const Tensor& sum) {
  if (at::autocast::is_autocast_enabled(x.device().type())) {
    // The stream that is added to stays float32.
    const Tensor y = ComposedProduct(x, matrix, {});
    return sum.defined() ? sum + y : y;
  }
  if (!HasKernels(x) || !IsSmall(matrix)) return ComposedProduct(x, matrix, sum);
  if (torch::GradMode::is_enabled()) return ProductFunction::apply(x, matrix, Maybe(sum));
  return Product(x.contiguous(), matrix, Contiguous(Maybe(sum)));
}

Normalised BiasNorm(const Tensor& x, const Tensor& bias, const Tensor& gain, const Tensor& shift) {
  if (HasKernels(x)) {
    const variable_list both = NormFunction::apply(x, Maybe(bias), gain, Maybe(shift));
    return {both[0], both[1]};
  }
  const Tensor sums = bias.defined() ? x + bias.unsqueeze(1) : x;
  if (!shift.defined()) {
    return {sums, torch::rms_norm(sums, {x.size(-1)}, {}, cpu::kNormEpsilon) * gain.unsqueeze(1)};
  }
  const Tensor normal = torch::layer_norm(sums, {x.size(-1)}, {}, {}, cpu::kNormEpsilon);
  return {sums, torch::addcmul(shift.unsqueeze(1), normal, gain.unsqueeze(1))};
}

Tensor BiasGelu(const Tensor& x, const Tensor& bias) {
  if (!HasKernels(x)) return torch::gelu(x + bias.unsqueeze(1));
  return torch::GradMode::is_enabled() ? GeluFunction::apply(x, bias) : GeluValues(x, bias, {});
}

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

}  // namespace pathsweep
