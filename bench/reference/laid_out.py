"""What the reference models have in common: the trainer's layout of weights, and optimizers."""

import math

import torch
from torch import nn


class LaidOut(nn.Module):
    """A model with `embedding`, `head` and `views()`: of its weights, in the order and the shapes in
    which the trainer lays them out, whose linear weights are [in, out]."""

    def load(self, flat):
        with torch.no_grad():
            for view in self.views():
                values, flat = flat[: view.numel()], flat[view.numel():]
                view.copy_(values.view(view.shape))
        assert flat.numel() == 0

    def flat(self):
        return torch.cat([view.detach().reshape(-1) for view in self.views()])

    def hidden(self):
        """The weight matrices between hidden layers."""
        for module in self.modules():
            if isinstance(module, nn.Linear) and module is not self.head:
                yield module.weight
            if isinstance(module, nn.RNNBase):
                yield from (w for name, w in module.named_parameters() if name.startswith("weight"))

    def outer(self):
        """Embeddings and the head."""
        yield from {id(m.weight): m.weight for m in self.modules()
                    if isinstance(m, nn.Embedding) or m is self.head}.values()


def linear(layer):
    yield layer.weight.T
    if layer.bias is not None:
        yield layer.bias


def norm(layer):
    yield layer.weight
    if getattr(layer, "bias", None) is not None:
        yield layer.bias


def groups(model, weight_decay, width_ratio=1):
    """Of torch.optim.AdamW. With a width ratio as muP has it (Yang et al. 2022, table 8): the rate of
    hidden matrices goes down, and what decay takes is the same for all."""
    hidden, outer = list(model.hidden()), list(model.outer())
    decaying = {id(p) for p in hidden + outer}
    rest = [p for p in model.parameters() if id(p) not in decaying]
    return [
        {"params": hidden, "weight_decay": weight_decay * width_ratio, "factor": 1 / width_ratio},
        {"params": outer, "weight_decay": weight_decay, "factor": 1},
        {"params": rest, "weight_decay": 0.0, "factor": 1},
    ]


def adamw(model, weight_decay, width_ratio=1):
    return torch.optim.AdamW(
        groups(model, weight_decay, width_ratio), betas=(0.9, 0.999), eps=1e-8)


def set_rate(optimizer, lr):
    for group in optimizer.param_groups:
        group["lr"] = lr * group.get("factor", 1)


def learning_rate(step, lr, warmup, steps):
    """Linear warm-up, then a cosine to zero at the last step."""
    if step <= warmup:
        return lr * step / warmup
    return lr * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))
