"""Mamba (Gu & Dao, arXiv 2312.00752), its recurrence one token at a time."""

import torch
from torch import nn
from torch.nn.functional import silu, softplus

from laid_out import LaidOut, linear, norm

STATES, CONVOLUTION, EXPANSION, CHANNELS_PER_RANK = 16, 4, 2, 16


class Mixer(nn.Module):
    def __init__(self, width):
        super().__init__()
        channels = EXPANSION * width
        self.ranks = -(-width // CHANNELS_PER_RANK)
        self.enter = nn.Linear(width, 2 * channels, bias=False)
        self.filter = nn.Conv1d(channels, channels, CONVOLUTION, groups=channels,
                                padding=CONVOLUTION - 1)
        self.select = nn.Linear(channels, self.ranks + 2 * STATES, bias=False)
        self.time = nn.Linear(self.ranks, channels)
        self.log_decay = nn.Parameter(torch.zeros(channels, STATES))
        self.skip = nn.Parameter(torch.ones(channels))
        self.leave = nn.Linear(channels, width, bias=False)

    def forward(self, x):  # [B, T, D]
        u, gates = self.enter(x).chunk(2, dim=-1)
        u = silu(self.filter(u.transpose(1, 2))[..., : x.shape[1]].transpose(1, 2))
        ranks, inputs, outputs = self.select(u).split([self.ranks, STATES, STATES], dim=-1)
        steps = softplus(self.time(ranks))
        state = torch.zeros(x.shape[0], u.shape[2], STATES)
        said = []
        for t in range(x.shape[1]):  # section 3.2, algorithm 2
            step = steps[:, t, :, None]
            state = (torch.exp(-step * torch.exp(self.log_decay)) * state
                     + step * inputs[:, t, None, :] * u[:, t, :, None])
            said.append((state @ outputs[:, t, :, None]).squeeze(-1) + self.skip * u[:, t])
        return self.leave(torch.stack(said, dim=1) * silu(gates))


class Mamba(LaidOut):
    def __init__(self, vocabulary, depth, width, rms_norm=False):
        super().__init__()

        def make_norm():
            return nn.RMSNorm(width, eps=1e-5) if rms_norm else nn.LayerNorm(width)

        self.embedding = nn.Embedding(vocabulary, width)
        self.norms = nn.ModuleList(make_norm() for _ in range(depth))
        self.mixers = nn.ModuleList(Mixer(width) for _ in range(depth))
        self.norm = make_norm()
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens):
        x = self.embedding(tokens)
        for before, mixer in zip(self.norms, self.mixers):
            x = x + mixer(before(x))
        return self.head(self.norm(x))

    def views(self):
        yield self.embedding.weight
        for before, mixer in zip(self.norms, self.mixers):
            yield from norm(before)
            yield mixer.enter.weight.T
            yield mixer.filter.weight.squeeze(1).T
            yield mixer.filter.bias
            yield mixer.select.weight.T
            yield from linear(mixer.time)
            yield mixer.log_decay
            yield mixer.skip
            yield mixer.leave.weight.T
        yield from norm(self.norm)
        yield self.head.weight.T
