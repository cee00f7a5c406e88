"""torch.nn.LSTM and torch.nn.GRU between an embedding and a head."""

import torch
from torch import nn

from laid_out import LaidOut


class Recurrent(LaidOut):
    def __init__(self, kind, vocabulary, depth, width):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.layers = {"lstm": nn.LSTM, "gru": nn.GRU}[kind](width, width, depth, batch_first=True)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.width = width
        self.has_state_bias = kind == "gru"
        # torch has two biases where one would do: only the GRU's candidate has a use for the second.
        for i in range(depth):
            bias = self.weights(i)[3]
            used = torch.zeros_like(bias)
            used[2 * width:] = float(self.has_state_bias)
            bias.data.zero_()
            bias.register_hook(lambda gradient, used=used: gradient * used)

    def weights(self, layer):
        names = ("weight_ih", "bias_ih", "weight_hh", "bias_hh")
        return [getattr(self.layers, f"{name}_l{layer}") for name in names]

    def forward(self, tokens):
        return self.head(self.layers(self.embedding(tokens))[0])

    def views(self):
        yield self.embedding.weight
        for i in range(self.layers.num_layers):
            matrix, bias, state_matrix, state_bias = self.weights(i)
            yield from (matrix.T, bias, state_matrix.T)
            if self.has_state_bias:
                yield state_bias[2 * self.width:]
        yield self.head.weight.T
