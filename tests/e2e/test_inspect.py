"""`sweepctl inspect`: a kept checkpoint says what its trial measured, and why."""

import json
import xml.etree.ElementTree as xml

import pytest

SWEEP = """
method: grid
parameters:
  objective: {values: [reverse, teacherless]}
  architecture: {values: [transformer, lstm]}
  edge_direction: {value: backward}
  length: {value: 3}
  nodes: {value: 5}
  depth: {value: 2}
  width: {value: 32}
  batch_size: {value: 32}
  lr: {value: 3e-3}
  init_std: {value: 0.1}
  steps: {value: 300}
  eval_every: {value: 50}
  test_samples: {value: 64}
keep_checkpoint: best
"""


@pytest.fixture
def swept(cluster):
    cluster.start_coordinator()
    cluster.start_worker()
    (cluster.folder / "sweep.yaml").write_text(SWEEP)
    cluster.wait_until_ended(cluster.ctl("submit", "sweep.yaml")["sweep"])
    return cluster


def test_the_share_of_right_graphs_is_what_the_trial_measured(swept):
    for number in (1, 2, 3, 4):
        said = swept.ctl("inspect", number, "--count", 64)
        trial = swept.ctl("trial", number)
        measured = {m["step"]: m["value"] for m in trial["history"]
                    if m["metric"] == "exact_match" and m["step"] > 0}
        step = said["trial"]["step"]
        assert measured[step] == max(measured.values())
        assert sum(graph["right"] for graph in said["graphs"]) / 64 == measured[step]
        for name, value in said["trial"]["parameters"].items():
            assert trial["parameters"][name] == value


def test_files_hold_lens_and_attention(swept):
    swept.ctl("inspect", 1, "--graph", "0,1|0,2|1,3|2,4/0,3", "-o", swept.folder / "out")
    said = json.loads((swept.folder / "out/inspect.json").read_text())
    [graph] = said["graphs"]
    assert graph["inputs"][:6] == ["1", "0", "|", "2", "0", "|"], "edges are written backward"
    assert graph["targets"] == ["3", "1", "0"]
    assert len(graph["lens"]) == 3 and len(graph["attention"]) == 2
    picture = xml.parse(swept.folder / "out/attention-1.svg").getroot()
    texts = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert "layer 2, head 2" in texts


def test_a_printed_graph_may_be_asked_again(swept):
    [first, *_] = swept.ctl("inspect", 1)["graphs"]
    [again] = swept.ctl("inspect", 1, "--graph", first["graph"])["graphs"]
    assert again == first


def test_wrong_requests_are_refused(swept):
    for arguments, words in (
            ((99,), "no trial 99"),
            ((1, "--graph", "0,1|0,2/0,2"), "the graph is G(2,2), not the trial's G(2,3)"),
            ((1, "--graph", "0,9|0,2|9,3|2,4/0,3"), "label 9 needs nodes of at least 10"),
            ((1, "--graph", "nonsense"), "does not read edges/start,goal")):
        result = swept.ctl_raw("inspect", *arguments)
        assert result.returncode != 0 and words in result.stderr, result.stderr


def test_a_sweep_that_keeps_none_says_how(cluster):
    cluster.start_coordinator()
    cluster.start_worker()
    (cluster.folder / "sweep.yaml").write_text(
        SWEEP.replace("keep_checkpoint: best", "").replace("steps: {value: 300}", "steps: {value: 5}"))
    cluster.wait_until_ended(cluster.ctl("submit", "sweep.yaml")["sweep"])
    result = cluster.ctl_raw("inspect", 1)
    assert result.returncode == 1
    assert "keep_checkpoint: last" in result.stderr


def test_a_diverged_model_says_nothing(cluster):
    cluster.start_coordinator()
    cluster.start_worker()
    (cluster.folder / "sweep.yaml").write_text("""
method: grid
parameters:
  objective: {value: standard}
  optimizer: {value: sgd}
  lr: {value: 10}
  momentum: {value: 0.99}
  grad_clip: {value: 0}
  warmup: {value: 0}
  length: {value: 3}
  nodes: {value: 5}
  depth: {value: 1}
  width: {value: 16}
  test_samples: {value: 16}
keep_checkpoint: last
""")
    cluster.wait_until_ended(cluster.ctl("submit", "sweep.yaml")["sweep"])
    assert cluster.ctl("trial", 1)["reason"] == "diverged"
    said = cluster.ctl("inspect", 1, "-o", cluster.folder / "out")
    assert len(said["graphs"]) == 4 and not any(graph["right"] for graph in said["graphs"])
    assert all(answer["token"] == "?" for answer in said["graphs"][0]["answers"])
    assert (cluster.folder / "out/attention-4.svg").exists()
    assert cluster.ctl_raw("inspect", 1).returncode == 0


def test_a_file_that_cannot_be_written_is_said(swept):
    (swept.folder / "out/inspect.json").mkdir(parents=True)
    result = swept.ctl_raw("inspect", 1, "-o", swept.folder / "out")
    assert result.returncode == 2 and "cannot write" in result.stderr
