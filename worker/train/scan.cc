#include "worker/train/scan.h"

#include <torch/torch.h>

namespace pathsweep {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kTime = 2;

Tensor EverySecond(const Tensor& x, int64_t first) {
  return x.slice(kTime, first, x.size(kTime), 2);
}

Tensor Head(const Tensor& x, int64_t count) { return x.narrow(kTime, 0, count); }

// Two steps are one step with the product of the factors. So the odd places are a recurrence of
// half the length, and an even place is one step from the odd place before it.
Tensor Recur(const Tensor& factors, const Tensor& terms) {
  const int64_t time = terms.size(kTime), pairs = time / 2;
  if (time == 1) return terms;
  const Tensor odd_factors = EverySecond(factors, 1), odd_terms = EverySecond(terms, 1);
  const Tensor odd =
      Recur(Head(EverySecond(factors, 0), pairs) * odd_factors,
            torch::addcmul(odd_terms, odd_factors, Head(EverySecond(terms, 0), pairs)));
  Tensor all = torch::empty_like(terms);
  all.select(kTime, 0).copy_(terms.select(kTime, 0));
  EverySecond(all, 1).copy_(odd);
  if (time > 2) {
    const Tensor before = Head(odd, (time - 1) / 2);
    EverySecond(all, 2).copy_(
        torch::addcmul(EverySecond(terms, 2), EverySecond(factors, 2), before));
  }
  return all;
}

class ScanFunction : public torch::autograd::Function<ScanFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& factors, const Tensor& terms) {
    const Tensor all = Recur(factors, terms);
    context->save_for_backward({factors, all});
    return all;
  }

  // The gradient by h_t is what is said of it and what comes from h_(t+1): a recurrence backwards.
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &factors = saved[0], &all = saved[1];
    const Tensor by_terms =
        Recur(factors.roll(-1, kTime).flip(kTime), gradients[0].flip(kTime)).flip(kTime);
    const int64_t later = factors.size(kTime) - 1;
    Tensor by_factors = torch::zeros_like(factors);
    by_factors.narrow(kTime, 1, later).copy_(by_terms.narrow(kTime, 1, later) * Head(all, later));
    return {by_factors, by_terms};
  }
};

}  // namespace

Tensor Scan(const Tensor& factors, const Tensor& terms) {
  return ScanFunction::apply(factors, terms);
}

}  // namespace pathsweep
