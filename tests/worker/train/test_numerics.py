"""Logits, losses and ten AdamW steps agree with an independent PyTorch model to 1e-5."""

import os
import subprocess

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from decoder import Decoder, adamw, learning_rate

# As in numerics_driver.cc: G(2,4) on 8 labels has 3 * 6 + 3 prefix tokens and 4 targets.
STEPS, BATCH, TARGETS, INPUTS, VOCABULARY = 10, 8, 4, 24, 12
DEPTH, WIDTH, HEADS = 2, 16, 2
LR, WARMUP, WEIGHT_DECAY, GRAD_CLIP = 1e-3, 3, 0.1, 0.5
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}


@pytest.fixture(params=[("learned", "untied"), ("learned", "tied"), ("rope", "untied"),
                        ("rope", "tied")], ids="-".join)
def run(request, tmp_path):
    position, tied = request.param
    subprocess.run([os.environ["NUMERICS_DRIVER"], position, tied, tmp_path], check=True)

    def load(name, kind, *shape):
        return torch.from_numpy(np.fromfile(tmp_path / name, kind)).reshape(*shape)

    model = Decoder(VOCABULARY, INPUTS, DEPTH, WIDTH, HEADS, position == "rope", tied == "tied")
    model.load(load("initial", np.float32, -1))
    return {
        "model": model,
        "inputs": load("inputs", np.int64, STEPS, BATCH, INPUTS),
        "targets": load("targets", np.int64, STEPS, BATCH, TARGETS),
        "logits": load("logits", np.float32, STEPS, BATCH, TARGETS, VOCABULARY),
        "losses": load("losses", np.float32, STEPS),
        "final": load("final", np.float32, -1),
    }


def key_biases(model):
    """A key's bias shifts all scores of a query alike, so its gradient is zero but for rounding,
    which AdamW blows up to a step of arbitrary sign; it changes nothing that a model says."""
    mask = Decoder(VOCABULARY, INPUTS, DEPTH, WIDTH, HEADS, model.positions is None,
                   model.head.weight is model.tokens.weight)
    with torch.no_grad():
        for parameter in mask.parameters():
            parameter.zero_()
        for block in mask.blocks:
            block.attention.qkv.bias[WIDTH : 2 * WIDTH] = 1
    return mask.flat().bool()


def test_logits_losses_and_ten_steps_agree(run):
    model = run["model"]
    optimizer = adamw(model, WEIGHT_DECAY)
    for step in range(1, STEPS + 1):
        logits = model(run["inputs"][step - 1])[:, -TARGETS:]
        loss = cross_entropy(logits.flatten(0, 1), run["targets"][step - 1].flatten())
        np.testing.assert_allclose(logits.detach(), run["logits"][step - 1], **TOLERANCE)
        np.testing.assert_allclose(loss.item(), run["losses"][step - 1], **TOLERANCE)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), GRAD_CLIP)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, LR, WARMUP, STEPS)
        optimizer.step()
    compared = ~key_biases(model)
    assert compared.float().mean() > 0.95
    np.testing.assert_allclose(model.flat()[compared], run["final"][compared], **TOLERANCE)
