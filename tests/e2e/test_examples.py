"""examples/architectures.yaml: every architecture and objective runs, and the table shows all."""

import json
import subprocess
from pathlib import Path

from processes import BIN, DEADLINE_SECONDS


EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_every_architecture_runs_with_every_objective(tmp_path):
    text = (EXAMPLES / "architectures.yaml").read_text()
    for long, short in (("steps: {value: 800}", "steps: {value: 20}"),
                        ("eval_every: {value: 100}", "eval_every: {value: 20}"),
                        ("test_samples: {value: 256}", "test_samples: {value: 16}"),
                        ("seeds: 2", "seeds: 1")):
        assert long in text
        text = text.replace(long, short)
    (tmp_path / "short.yaml").write_text(text)
    result = subprocess.run(
        [BIN / "sweepctl", "run", "short.yaml", "--workers", "2", "--output", "json"],
        capture_output=True, text=True, cwd=tmp_path, timeout=DEADLINE_SECONDS)
    assert result.returncode == 0, result.stderr
    cells = [cell["parameters"] for cell in json.loads(result.stdout)]
    assert {cell["architecture"] for cell in cells} == {"transformer", "mamba", "lstm", "gru"}
    assert {cell["objective"] for cell in cells} == {
        "standard", "reverse", "teacherless", "scheduled_sampling", "multi_target"}
    assert len(cells) == 20
