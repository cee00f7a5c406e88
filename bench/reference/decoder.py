"""An independent model and optimizer to hold the trainer against, in numbers and in speed.

The plain way: torch.nn modules, full logits at every position, rotary positions by complex
numbers, torch.optim.AdamW with two parameter groups.
"""

import math

import torch
from torch import nn


def softmax_attention(q, k, v):
    """Causal, step by step; q, k, v are [B, heads, T, head size]."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
    return scores.masked_fill(future, -math.inf).softmax(dim=-1) @ v


class Attention(nn.Module):
    def __init__(self, width, heads, rotary, attend):
        super().__init__()
        self.attend = attend
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.heads, self.rotary = heads, rotary

    def rotate(self, x):  # [B, heads, T, head size]
        half = x.shape[-1] // 2
        turns = 10000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
        angles = torch.outer(torch.arange(x.shape[-2], dtype=torch.float64), turns)
        unit = torch.polar(torch.ones_like(angles), angles).to(torch.complex64)
        turned = torch.complex(x[..., :half], x[..., half:]) * unit
        return torch.cat([turned.real, turned.imag], dim=-1)

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = (
            part.view(batch, tokens, self.heads, -1).transpose(1, 2)
            for part in self.qkv(x).chunk(3, dim=-1)
        )
        if self.rotary:
            q, k = self.rotate(q), self.rotate(k)
        return self.out(self.attend(q, k, v).transpose(1, 2).reshape(batch, tokens, width))


class Block(nn.Module):
    def __init__(self, width, heads, rotary, attend, activation):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = Attention(width, heads, rotary, attend)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), activation, nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Decoder(nn.Module):
    def __init__(self, vocabulary, positions, depth, width, heads, rotary, tied,
                 attend=softmax_attention, activation=nn.GELU()):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = None if rotary else nn.Embedding(positions, width)
        self.blocks = nn.ModuleList(
            Block(width, heads, rotary, attend, activation) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        if tied:
            self.head.weight = self.tokens.weight

    def forward(self, tokens):
        x = self.tokens(tokens)
        if self.positions is not None:
            x = x + self.positions.weight[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))

    def in_order(self):
        """The parameters in the order in which the trainer lays them out."""
        yield self.tokens.weight
        if self.positions is not None:
            yield self.positions.weight
        for block in self.blocks:
            for module in (
                block.norm1, block.attention.qkv, block.attention.out,
                block.norm2, block.mlp[0], block.mlp[2],
            ):
                yield from (module.weight, module.bias)
        yield from (self.norm.weight, self.norm.bias)
        if self.head.weight is not self.tokens.weight:
            yield self.head.weight

    def is_linear_weight(self, parameter):
        return any(
            parameter is module.weight for module in self.modules() if isinstance(module, nn.Linear)
        ) and parameter is not self.tokens.weight

    def load(self, flat):
        """The trainer's linear weights are [in, out], torch's [out, in]."""
        with torch.no_grad():
            for parameter in self.in_order():
                values, flat = flat[: parameter.numel()], flat[parameter.numel() :]
                if self.is_linear_weight(parameter):
                    parameter.copy_(values.view(parameter.shape[1], parameter.shape[0]).T)
                else:
                    parameter.copy_(values.view_as(parameter))
        assert flat.numel() == 0

    def flat(self):
        return torch.cat([
            (parameter.T if self.is_linear_weight(parameter) else parameter).reshape(-1)
            for parameter in self.in_order()
        ]).detach()


def adamw(model, weight_decay):
    decays = [p for p in model.in_order() if p.dim() == 2]
    keeps = [p for p in model.in_order() if p.dim() == 1]
    return torch.optim.AdamW(
        [{"params": decays, "weight_decay": weight_decay}, {"params": keeps, "weight_decay": 0.0}],
        betas=(0.9, 0.999), eps=1e-8,
    )


def learning_rate(step, lr, warmup, steps):
    """Linear warm-up, then a cosine to zero at the last step."""
    if step <= warmup:
        return lr * step / warmup
    return lr * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))
