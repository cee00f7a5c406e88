"""The statistics of tables and claims agree with SciPy's."""

import itertools
import os
import subprocess

import numpy as np
from scipy import stats

SEED = 20261128


def ours(lines):
    result = subprocess.run([os.environ["STATISTICS_DRIVER"]], input="\n".join(lines),
                            capture_output=True, text=True, check=True)
    return [np.array([float(word) for word in line.split()]) for line in result.stdout.splitlines()]


def text(*numbers):
    return " ".join(repr(float(number)) for number in numbers)


def test_means_are_tested_by_students_t():
    random = np.random.default_rng(SEED)
    samples = [random.normal(random.normal(), random.uniform(0.01, 3), size)
               for size in [2, 3, 5, 12, 100] for _ in range(20)]
    got = ours([f"mean_test 0.3 0 {text(*sample)}" for sample in samples])
    for sample, (above, below) in zip(samples, got, strict=True):
        np.testing.assert_allclose(
            [above, below],
            [stats.ttest_1samp(sample, 0.3, alternative=side).pvalue for side in ("greater", "less")],
            rtol=1e-8, atol=1e-14)


def test_differences_are_tested_as_pairs():
    random = np.random.default_rng(SEED)
    for size in [2, 3, 12]:
        first, second = random.normal(size=(2, size))
        [(above, below)] = ours([f"mean_test 0 0 {text(*(first - second))}"])
        assert np.isclose(2 * min(above, below), stats.ttest_rel(first, second).pvalue, rtol=1e-8)


def test_the_deviation_has_a_floor():
    # Two that agree, whose deviation is taken to be 0.1: t = (1 - 0.9) / (0.1 / sqrt(2)).
    [(above, below), (sure, never)] = ours(["mean_test 0.9 0.1 1 1", "mean_test 0.9 0 1 1"])
    assert np.isclose(above, stats.t.sf(np.sqrt(2), 1)) and np.isclose(below, stats.t.cdf(np.sqrt(2), 1))
    assert (sure, never) == (0, 1)


def test_exact_intervals_are_clopper_and_pearsons():
    cases = [(k, n) for n in [1, 2, 3, 10, 57, 1000] for k in {0, 1, n // 2, n - 1, n}]
    got = ours([f"exact {k} {n}" for k, n in cases])
    for (k, n), (share, low, high) in zip(cases, got, strict=True):
        expected = stats.binomtest(k, n).proportion_ci(0.95, method="exact")
        np.testing.assert_allclose([share, low, high], [k / n, expected.low, expected.high],
                                   rtol=1e-8, atol=1e-12)


def test_p_values_are_adjusted_as_benjamini_and_hochberg_do():
    random = np.random.default_rng(SEED)
    for size in [1, 2, 7, 200]:
        p_values = np.round(random.uniform(size=size) ** 3, 3)  # with ties
        [got] = ours([f"adjust {text(*p_values)}"])
        np.testing.assert_allclose(got, stats.false_discovery_control(p_values), rtol=1e-12)


def test_signed_ranks_are_wilcoxons():
    random = np.random.default_rng(SEED)
    for size, method in [(1, "exact"), (2, "exact"), (7, "exact"), (30, "exact"), (50, "exact"),
                         (201, "asymptotic"), (1000, "asymptotic")]:
        for shift in [0, 0.4]:
            sample = random.normal(shift, size=size)
            [[got]] = ours([f"signed_ranks {text(*sample)}"])
            assert np.isclose(got, stats.wilcoxon(sample, method=method).pvalue, rtol=1e-9)
    # Ties and zeros: by all ways to sign the ranks of the others.
    sample = np.array([0, 0.5, -0.5, 1, 1, 1, -2, 0, 3, 0.25])
    others = sample[sample != 0]
    ranks = stats.rankdata(abs(others))
    signs = np.array(list(itertools.product([0, 1], repeat=len(others))))
    sums, seen = signs @ ranks, ranks[others > 0].sum()
    [[got]] = ours([f"signed_ranks {text(*sample)}"])
    assert np.isclose(got, min(1, 2 * min((sums <= seen).mean(), (sums >= seen).mean())))
    [[many]] = ours([f"signed_ranks {text(*np.tile(sample, 40))}"])
    expected = stats.wilcoxon(np.tile(sample, 40), method="asymptotic")
    assert np.isclose(many, expected.pvalue, rtol=1e-9)
    assert ours(["signed_ranks 0 0"]) == [[1]]


def test_medians_lie_between_two_of_the_values():
    random = np.random.default_rng(SEED)
    samples = [random.exponential(size=size) for size in [1, 2, 5, 6, 7, 9, 17, 100, 1001]]
    got = ours([f"median {text(*sample)}" for sample in samples])
    for sample, (median, low, high) in zip(samples, got, strict=True):
        assert np.isclose(median, np.median(sample))
        if len(sample) < 6:
            assert np.isnan(low) and np.isnan(high)
            continue
        expected = stats.quantile_test(sample, q=median, p=0.5).confidence_interval(0.95)
        np.testing.assert_allclose([low, high], expected)


def test_interquartile_means_are_trimmed_means():
    random = np.random.default_rng(SEED)
    samples = [random.standard_t(3, size=size) for size in [2, 3, 4, 5, 8, 30, 1001]]
    got = ours([f"iqm {text(*sample)}" for sample in samples])
    for sample, (mean, low, high) in zip(samples, got, strict=True):
        assert np.isclose(mean, stats.trim_mean(sample, 0.25))
        if len(sample) < 4:  # nothing is cut
            expected = stats.ttest_1samp(sample, 0).confidence_interval(0.95)
        else:
            expected = stats.mstats.trimmed_mean_ci(sample, limits=(0.25, 0.25), alpha=0.05)
        np.testing.assert_allclose([low, high], np.asarray(expected, float))


def test_bootstrap_intervals_are_those_of_the_percentiles():
    random = np.random.default_rng(SEED)
    statistics = {"bootstrap": np.mean, "bootstrap_median": np.median,
                  "bootstrap_iqm": lambda values, axis: stats.trim_mean(values, 0.25, axis=axis)}
    for name, statistic in statistics.items():
        for size in [2, 5, 40]:
            sample = random.exponential(size=size)
            [(value, low, high)] = ours([f"{name} 20000 {text(*sample)}"])
            expected = stats.bootstrap((sample,), statistic, n_resamples=20000, method="percentile",
                                       rng=random).confidence_interval
            assert np.isclose(value, statistic(sample, axis=0))
            # Two runs of resampling differ by chance.
            np.testing.assert_allclose([low, high], expected, atol=0.05 * (high - low))


def test_shares_of_variance_are_those_of_the_analysis_of_variance():
    random = np.random.default_rng(SEED)
    sizes = (3, 4, 2)
    values = random.normal(size=sizes) + np.arange(3)[:, None, None]
    [got] = ours([f"shares {text(*sizes)} {text(*values.ravel())}"])
    assert np.isclose(got.sum(), 1)
    total = ((values - values.mean()) ** 2).sum()

    def between(kept):
        """Sum of squares of the means over the other axes."""
        others = tuple(axis for axis in range(3) if axis not in kept)
        means = np.broadcast_to(values.mean(axis=others, keepdims=True), sizes)
        return ((means - values.mean()) ** 2).sum()

    mains = [between((axis,)) for axis in range(3)]
    pairs = [between(pair) - sum(mains[axis] for axis in pair) for pair in [(0, 1), (0, 2), (1, 2)]]
    np.testing.assert_allclose(got, np.array([*mains, *pairs, total - sum(mains) - sum(pairs)]) / total,
                               atol=1e-12)
    [constant] = ours([f"shares 2 1 2 {text(5, 5, 5, 5)}"])
    assert not constant.any()


def test_noncentrality_intervals_invert_the_noncentral_chi_squared():
    cases = [(seen, degrees) for degrees in [1, 2, 7, 40] for seen in [0.01, 1, 5, 30, 400, 9000]]
    got = ours([f"noncentrality {seen} {degrees}" for seen, degrees in cases])
    for (seen, degrees), (low, high) in zip(cases, got, strict=True):
        for end, share in [(low, 0.975), (high, 0.025)]:
            if end == 0:
                assert stats.chi2.cdf(seen, degrees) <= share
            else:
                assert np.isclose(stats.ncx2.cdf(seen, degrees, end), share, rtol=1e-6)
    [(low, high)] = ours(["noncentrality 40000 5"])  # by the square root, whose deviation is 1
    np.testing.assert_allclose([stats.ncx2.cdf(40000, 5, end) for end in (low, high)],
                               [0.975, 0.025], atol=2e-3)


def test_mean_intervals_are_students_t():
    random = np.random.default_rng(SEED)
    samples = [random.normal(random.normal(), random.uniform(0.01, 3), size)
               for size in [2, 3, 4, 5, 8, 30, 1000] for _ in range(20)]
    got = ours(["mean " + " ".join(map(repr, map(float, sample))) for sample in samples])
    for sample, (mean, low, high) in zip(samples, got, strict=True):
        expected = stats.t.interval(0.95, len(sample) - 1, sample.mean(), stats.sem(sample))
        np.testing.assert_allclose([mean, low, high], [sample.mean(), *expected], rtol=1e-9,
                                   atol=1e-12)


def test_learning_curves_carry_the_last_value_forward():
    random = np.random.default_rng(SEED)
    trials = []
    for every, last in [(10, 100), (10, 60), (15, 90), (25, 100), (10, 30)]:
        steps = np.arange(every, last + 1, every)
        trials.append((steps, random.normal(size=len(steps))))
    words = [number for steps, values in trials
             for number in (len(steps), *np.column_stack([steps, values]).ravel())]
    [got] = ours([f"curve {text(*words)}"])
    all_steps = np.unique(np.concatenate([steps for steps, _ in trials]))
    got = got.reshape(-1, 6)
    np.testing.assert_array_equal(got[:, 0], all_steps)
    for step, mean, low, high, n, carried in got:
        newest = np.array([values[steps <= step][-1] for steps, values in trials if steps[0] <= step])
        assert (n, carried) == (len(newest), sum(steps[-1] < step for steps, _ in trials))
        assert np.isclose(mean, newest.mean())
        if n == 1:
            assert np.isnan(low) and np.isnan(high)
            continue
        expected = stats.t.interval(0.95, n - 1, newest.mean(), stats.sem(newest))
        np.testing.assert_allclose([low, high], expected, rtol=1e-9)


def test_shares_are_wilsons():
    cases = [(k, n) for n in [1, 2, 3, 10, 57, 1000] for k in {0, 1, n // 2, n - 1, n}]
    got = ours([f"wilson {k} {n}" for k, n in cases])
    for (k, n), (share, low, high) in zip(cases, got, strict=True):
        expected = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
        np.testing.assert_allclose([share, low, high], [k / n, expected.low, expected.high],
                                   rtol=1e-9, atol=1e-12)
