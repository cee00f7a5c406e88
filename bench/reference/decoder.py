"""An independent transformer to hold the trainer against, in numbers and in speed.

The plain way: torch.nn modules, full logits at every position, rotary positions by complex numbers.
"""

import math

import torch
from torch import nn
from torch.nn.functional import silu

from laid_out import LaidOut, linear, norm


def softmax_attention(q, k, v, scale):
    """Causal, step by step; q, k, v are [B, heads, T, head size]."""
    scores = q @ k.transpose(-2, -1) * scale
    future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
    return scores.masked_fill(future, -math.inf).softmax(dim=-1) @ v


class Attention(nn.Module):
    def __init__(self, width, heads, rotary, attend, scale):
        super().__init__()
        self.attend, self.scale = attend, scale
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
        said = self.attend(q, k, v, self.scale)
        return self.out(said.transpose(1, 2).reshape(batch, tokens, width))


class Mlp(nn.Module):
    def __init__(self, width, activation):
        super().__init__()
        self.up = nn.Linear(width, 4 * width)
        self.activation = activation
        self.down = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.down(self.activation(self.up(x)))


class SwiGlu(nn.Module):
    """Shazeer 2020; of 8/3 times the width, rounded up to a multiple of 8."""

    def __init__(self, width):
        super().__init__()
        hidden = -(-(8 * width // 3) // 8) * 8
        self.up = nn.Linear(width, 2 * hidden)
        self.down = nn.Linear(hidden, width)

    def forward(self, x):
        gate, up = self.up(x).chunk(2, dim=-1)
        return self.down(silu(gate) * up)


class Block(nn.Module):
    def __init__(self, width, heads, rotary, attend, scale, mlp, make_norm):
        super().__init__()
        self.norm1 = make_norm(width)
        self.attention = Attention(width, heads, rotary, attend, scale)
        self.norm2 = make_norm(width)
        self.mlp = mlp

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


def sinusoids(tokens, width):
    """Vaswani et al. 2017, section 3.5, word for word."""
    table = torch.empty(tokens, width)
    for position in range(tokens):
        for i in range(width):
            angle = position / 10000 ** ((i - i % 2) / width)
            table[position, i] = math.cos(angle) if i % 2 else math.sin(angle)
    return table


class Decoder(LaidOut):
    def __init__(self, vocabulary, inputs, depth, width, heads, position="learned", tied=False,
                 rms_norm=False, swiglu=False, width_ratio=1, base_heads=0, attend=softmax_attention,
                 activation=None):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(inputs, width) if position == "learned" else None
        self.sinusoids = sinusoids(inputs, width) if position == "sinusoidal" else None
        # muP: by 1 / head size, and as the standard one where the head sizes are equal.
        size = width // heads
        base_size = width / width_ratio / (base_heads or heads) if width_ratio != 1 else size
        scale = math.sqrt(base_size) / size
        self.logit_scale = 1 / width_ratio

        def make_norm(width):
            return nn.RMSNorm(width, eps=1e-5) if rms_norm else nn.LayerNorm(width)

        self.blocks = nn.ModuleList(
            Block(width, heads, position == "rope", attend, scale,
                  SwiGlu(width) if swiglu else Mlp(width, activation or nn.GELU()), make_norm)
            for _ in range(depth))
        self.norm = make_norm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        if tied:
            self.head.weight = self.embedding.weight

    def forward(self, tokens):
        x = self.embedding(tokens)
        if self.positions is not None:
            x = x + self.positions.weight[: tokens.shape[1]]
        if self.sinusoids is not None:
            x = x + self.sinusoids[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)) * self.logit_scale

    def views(self):
        yield self.embedding.weight
        if self.positions is not None:
            yield self.positions.weight
        for block in self.blocks:
            yield from norm(block.norm1)
            yield from linear(block.attention.qkv)
            yield from linear(block.attention.out)
            yield from norm(block.norm2)
            yield from linear(block.mlp.up)
            yield from linear(block.mlp.down)
        yield from norm(self.norm)
        if self.head.weight is not self.embedding.weight:
            yield self.head.weight.T
