"""Trains the reference decoder for a while and prints how fast, as JSON.

Next-token prediction with logits at every position, the loss where there are targets and
torch.optim.AdamW; the graphs were drawn before. In one of two styles:

  plain   as the authors' code (gregorbachmann/Next-Token-Failures) computes on a CPU: attention and
          GELU step by step, the training accuracy after every step
  fused   PyTorch's own fused attention and GELU, nothing but training
  half    that on a GPU, eagerly, with autocast to float16 and a scaled loss
"""

import argparse
import json
import math
import random
import time

import torch
from torch import nn
from torch.nn.functional import cross_entropy, scaled_dot_product_attention

from decoder import Decoder


class TanhGelu(nn.Module):
    """GELU by its tanh approximation (Hendrycks & Gimpel 2016), step by step."""

    def forward(self, x):
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * torch.pow(x, 3))
        return 0.5 * x * (1 + torch.tanh(inner))


def einsum_attention(q, k, v, scale):
    """Causal; q, k, v are [B, heads, T, head size], the scores [B, T, T, heads]."""
    scores = torch.einsum("bhmd,bhnd->bmnh", q, k)
    tokens = scores.shape[1]
    seen = torch.ones(tokens, tokens).tril().view(1, tokens, tokens, 1)
    scores = scores.masked_fill(seen == 0, -math.inf)
    weights = (scores * scale).softmax(dim=2)
    return torch.einsum("bmnh,bhnd->bhmd", weights, v)


def fused_attention(q, k, v, scale):
    return scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale)


STYLES = {
    "plain": (einsum_attention, TanhGelu()),
    "fused": (fused_attention, nn.GELU()),
    "half": (fused_attention, nn.GELU()),
}


def accuracy(logits, targets):
    """Share of examples with every target right, of logits and targets [B, T, …]."""
    right = logits.argmax(dim=-1).eq(targets) | targets.eq(-1)
    return right.all(dim=1).float().mean()


def draw_example(degree, length, nodes):
    """Tokens of a path-star graph, its question and its answer (arXiv 2403.06963, section 4.1)."""
    labels = random.sample(range(nodes), degree * (length - 1) + 1)
    paths = [labels[:1] + labels[1 + i * (length - 1): 1 + (i + 1) * (length - 1)]
             for i in range(degree)]
    edges = [edge for path in paths for edge in zip(path, path[1:])]
    random.shuffle(edges)
    path = random.choice(paths)
    prefix = [token for edge in edges for token in (*edge, nodes)][:-1]
    return prefix + [nodes + 2, path[0], path[-1], nodes + 1] + path


def batches(arguments):
    """For ever: inputs and targets [B, T], with -1 where there is nothing to predict."""
    shape = (arguments.degree, arguments.length, arguments.nodes)
    tokens = torch.tensor([draw_example(*shape) for _ in range(64 * arguments.batch_size)])
    tokens = tokens.to(arguments.device)
    inputs, targets = tokens[:, :-1], tokens[:, 1:].clone()
    targets[:, : -arguments.length] = -1
    while True:
        for first in range(0, len(tokens), arguments.batch_size):
            part = slice(first, first + arguments.batch_size)
            yield inputs[part].contiguous(), targets[part].contiguous()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("degree", "length", "nodes", "depth", "width", "heads", "batch_size"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--style", choices=STYLES, default="plain")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seconds", type=float, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    random.seed(1)
    torch.manual_seed(1)
    data = batches(arguments)
    inputs, _ = next(data)
    attend, activation = STYLES[arguments.style]
    model = Decoder(arguments.nodes + 4, inputs.shape[1], arguments.depth, arguments.width,
                    arguments.heads, attend=attend, activation=activation).to(arguments.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.0)

    half = arguments.style == "half"
    device_type = torch.device(arguments.device).type
    scaler = torch.amp.GradScaler(device_type, enabled=half)

    def step():
        inputs, targets = next(data)
        with torch.autocast(device_type, torch.float16, enabled=half):
            logits = model(inputs)
            loss = cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1)
        optimizer.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        if arguments.style == "plain":
            loss.item()
            accuracy(logits, targets)

    def finish():
        if device_type == "cuda":
            torch.cuda.synchronize()

    for _ in range(3):
        step()
    finish()
    steps, started = 0, time.perf_counter()
    while time.perf_counter() < started + arguments.seconds:
        step()
        steps += 1
    finish()
    seconds = time.perf_counter() - started
    print(json.dumps({"samples_per_second": steps * arguments.batch_size / seconds}))


if __name__ == "__main__":
    main()
