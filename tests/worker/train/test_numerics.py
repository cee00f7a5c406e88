"""Logits, losses and ten optimizer steps agree with independent PyTorch models to 1e-5."""

import os
import subprocess

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from decoder import Decoder
from laid_out import adamw, groups, learning_rate, set_rate
from mamba import Mamba
from recurrent import Recurrent

# G(2,4) on 8 labels has 3 * 6 + 3 prefix tokens and 4 targets.
TARGETS, INPUTS, VOCABULARY = 4, 24, 12
COMMON = {
    "degree": 2, "length": 4, "nodes": 8, "depth": 2, "width": 16, "heads": 2, "init_std": 0.2,
    "lr": 1e-3, "warmup": 3, "schedule": "cosine", "steps": 10, "weight_decay": 0.1,
    "grad_clip": 0.5, "batch_size": 8,
}
CASES = [
    {"position": "learned"},
    {"position": "learned", "tie_embeddings": "true"},
    {"position": "rope"},
    {"position": "rope", "tie_embeddings": "true"},
    {"position": "sinusoidal"},
    {"position": "none", "norm": "rmsnorm"},
    {"norm": "rmsnorm", "activation": "swiglu", "width": 20},
    {"parametrization": "mup", "mup_base_width": 4},
    {"parametrization": "mup", "mup_base_width": 24, "tie_embeddings": "true"},
    {"parametrization": "mup", "mup_base_width": 8, "mup_base_heads": 1, "heads": 2},
    {"optimizer": "sgd", "lr": 0.1, "weight_decay": 0},
    {"architecture": "mamba"},
    {"architecture": "mamba", "norm": "rmsnorm", "width": 18},
    {"architecture": "lstm"},
    {"architecture": "gru"},
]
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}


def width_ratio(parameters):
    if parameters.get("parametrization") != "mup":
        return 1
    return parameters["width"] / parameters["mup_base_width"]


def reference(parameters):
    depth, width = parameters["depth"], parameters["width"]
    rms_norm = parameters.get("norm") == "rmsnorm"
    architecture = parameters.get("architecture", "transformer")
    if architecture == "mamba":
        return Mamba(VOCABULARY, depth, width, rms_norm)
    if architecture != "transformer":
        return Recurrent(architecture, VOCABULARY, depth, width)
    return Decoder(
        VOCABULARY, INPUTS, depth, width, parameters["heads"],
        parameters.get("position", "learned"), "tie_embeddings" in parameters, rms_norm,
        parameters.get("activation") == "swiglu", width_ratio(parameters),
        parameters.get("mup_base_heads", 0))


def optimizer_of(model, parameters):
    if parameters.get("optimizer") == "sgd":
        return torch.optim.SGD(model.parameters(), momentum=0.9)
    return adamw(model, parameters["weight_decay"], width_ratio(parameters))


class Run:
    """What numerics_driver says of a trial, and the model that it began with."""

    def __init__(self, case, folder):
        self.parameters = {**COMMON, **case}
        arguments = [f"{name}={value}" for name, value in self.parameters.items()]
        subprocess.run([os.environ["NUMERICS_DRIVER"], folder, *arguments], check=True)
        steps, batch = self.parameters["steps"], self.parameters["batch_size"]

        def load(name, kind, *shape):
            return torch.from_numpy(np.fromfile(folder / name, kind)).reshape(*shape)

        self.model = reference(self.parameters)
        self.model.load(load("initial", np.float32, -1))
        self.inputs = load("inputs", np.int64, steps, batch, INPUTS)
        self.targets = load("targets", np.int64, steps, batch, TARGETS)
        self.logits = load("logits", np.float32, steps, batch, TARGETS, VOCABULARY)
        self.losses = load("losses", np.float32, steps)
        self.final = load("final", np.float32, -1)

    def backward(self, step):
        """The reference's logits and loss, and its clipped gradients."""
        logits = self.model(self.inputs[step - 1])[:, -TARGETS:]
        loss = cross_entropy(logits.flatten(0, 1), self.targets[step - 1].flatten())
        self.model.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.parameters["grad_clip"])
        return logits.detach(), loss.item()

    def rate(self, step):
        names = ("lr", "warmup", "steps")
        return learning_rate(step, *(self.parameters[name] for name in names))


def key_biases(run):
    """A key's bias shifts all scores of a query alike, so its gradient is zero but for rounding,
    which AdamW blows up to a step of arbitrary sign; it changes nothing that a model says."""
    mask = reference(run.parameters)
    width = run.parameters["width"]
    with torch.no_grad():
        for parameter in mask.parameters():
            parameter.zero_()
        for block in getattr(mask, "blocks", []):
            block.attention.qkv.bias[width : 2 * width] = 1
    return mask.flat().bool()


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case.values())))
def test_logits_losses_and_ten_steps_agree(case, tmp_path):
    run = Run(case, tmp_path)
    optimizer = optimizer_of(run.model, run.parameters)
    for step in range(1, run.parameters["steps"] + 1):
        logits, loss = run.backward(step)
        np.testing.assert_allclose(logits, run.logits[step - 1], **TOLERANCE)
        np.testing.assert_allclose(loss, run.losses[step - 1], **TOLERANCE)
        set_rate(optimizer, run.rate(step))
        optimizer.step()
    compared = ~key_biases(run)
    assert compared.float().mean() > 0.95
    np.testing.assert_allclose(run.model.flat()[compared], run.final[compared], **TOLERANCE)


def test_muon_moves_as_torchs_does(tmp_path):
    """torch.optim.Muon orthogonalizes in bfloat16, so two steps agree to a few percent of the way.
    Queries, keys and values are matrices of their own, as are the rest."""
    run = Run({"optimizer": "muon", "steps": 2, "warmup": 0, "schedule": "constant",
               "momentum": 0.95}, tmp_path)
    model, start = run.model, run.model.flat()
    hidden = {id(p) for p in model.hidden()}
    others = [{**group, "params": [p for p in group["params"] if id(p) not in hidden]}
              for group in groups(model, run.parameters["weight_decay"])]
    by_adamw = torch.optim.AdamW([group for group in others if group["params"]], lr=1e-3,
                                 betas=(0.9, 0.999), eps=1e-8)
    parts = [(p, rows, nn.Parameter(p.detach()[rows].clone())) for p in model.hidden()
             for rows in ([slice(0, 16), slice(16, 32), slice(32, 48)] if p.shape == (48, 16)
                          else [slice(None)])]
    by_muon = torch.optim.Muon([part for _, _, part in parts], lr=1e-3, momentum=0.95,
                               weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    for step in (1, 2):
        run.backward(step)
        for whole, rows, part in parts:
            part.grad = whole.grad[rows].clone()
        by_adamw.step()
        by_muon.step()
        with torch.no_grad():
            for whole, rows, part in parts:
                whole[rows] = part
    compared = ~key_biases(run)
    ours, theirs = (run.final - start)[compared], (model.flat() - start)[compared]
    assert (ours - theirs).norm() < 0.03 * theirs.norm()
