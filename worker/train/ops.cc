#include "worker/train/ops.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include "worker/cpu/gelu.h"
#include "worker/cpu/gemm.h"
#include "worker/cpu/norm.h"
#include "worker/train/parts.h"

namespace pathsweep {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

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

}  // namespace

Tensor Multiply(const Tensor& x, const Tensor& matrix, const Tensor& sum) {
  if (at::autocast::is_autocast_enabled(x.device().type())) {
    // The stream that is added to stays float32.
    const Tensor y = ComposedProduct(x, matrix, {});
    return sum.defined() ? sum + y : y;
  }
  if (!HasCpuKernels(x) || !IsSmall(matrix)) return ComposedProduct(x, matrix, sum);
  if (torch::GradMode::is_enabled()) return ProductFunction::apply(x, matrix, Maybe(sum));
  return Product(x.contiguous(), matrix, Contiguous(Maybe(sum)));
}

Normalised BiasNorm(const Tensor& x, const Tensor& bias, const Tensor& gain, const Tensor& shift) {
  if (HasCpuKernels(x)) {
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
  if (!HasCpuKernels(x)) return torch::gelu(x + bias.unsqueeze(1));
  return torch::GradMode::is_enabled() ? GeluFunction::apply(x, bias) : GeluValues(x, bias, {});
}

}  // namespace pathsweep
