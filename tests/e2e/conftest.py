import pytest

from processes import Cluster


@pytest.fixture
def cluster(tmp_path):
    cluster = Cluster(tmp_path)
    yield cluster
    cluster.end()
    for process in cluster.processes:  # shown when the test fails
        print(f"--- {process.log.name}\n{process.output()[-2000:]}")
