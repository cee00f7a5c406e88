"""The intervals of tables agree with SciPy's."""

import os
import subprocess

import numpy as np
from scipy import stats

SEED = 20240306


def ours(lines):
    result = subprocess.run([os.environ["DRIVER"]], input="\n".join(lines),
                            capture_output=True, text=True, check=True)
    return np.array([[float(word) for word in line.split()] for line in result.stdout.splitlines()])


def test_mean_intervals_are_students_t():
    random = np.random.default_rng(SEED)
    samples = [random.normal(random.normal(), random.uniform(0.01, 3), size)
               for size in [2, 3, 4, 5, 8, 30, 1000] for _ in range(20)]
    got = ours(["mean " + " ".join(map(repr, map(float, sample))) for sample in samples])
    for sample, (mean, low, high) in zip(samples, got, strict=True):
        expected = stats.t.interval(0.95, len(sample) - 1, sample.mean(), stats.sem(sample))
        np.testing.assert_allclose([mean, low, high], [sample.mean(), *expected], rtol=1e-9,
                                   atol=1e-12)


def test_shares_are_wilsons():
    cases = [(k, n) for n in [1, 2, 3, 10, 57, 1000] for k in {0, 1, n // 2, n - 1, n}]
    got = ours([f"wilson {k} {n}" for k, n in cases])
    for (k, n), (share, low, high) in zip(cases, got, strict=True):
        expected = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
        np.testing.assert_allclose([share, low, high], [k / n, expected.low, expected.high],
                                   rtol=1e-9, atol=1e-12)
