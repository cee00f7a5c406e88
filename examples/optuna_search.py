"""Optuna chooses, Pathsweep trains. With a coordinator and workers running:

pip install optuna grpcio-tools && proto/make_python.sh build/python
PYTHONPATH=build/python python3 examples/optuna_search.py localhost:7070
"""
import sys
import uuid

import grpc
import optuna
from pathsweep.v1 import parameter_pb2, sweep_pb2, sweep_service_pb2, sweep_service_pb2_grpc

SPACE = {"lr": optuna.distributions.FloatDistribution(1e-4, 1e-2, log=True),
         "depth": optuna.distributions.IntDistribution(1, 3)}
FIXED = {"objective": "reverse", "length": 3, "nodes": 6, "width": 32, "heads": 2, "batch_size": 16,
         "steps": 100, "eval_every": 100, "test_samples": 100}
ROUNDS, PARALLEL = 5, 4


def value(x):
    return parameter_pb2.ParameterValue(**{{int: "integer", float: "real", str: "choice"}[type(x)]: x})


def points(trials):
    return parameter_pb2.JointAxis(columns=[
        parameter_pb2.Axis(name=name, values=[value(t.params[name]) for t in trials]) for name in SPACE])


sweeps = sweep_service_pb2_grpc.SweepServiceStub(grpc.insecure_channel(sys.argv[1]))
study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=1))
asked = [study.ask(SPACE) for _ in range(PARALLEL)]
spec = sweep_pb2.SweepSpec(name="optuna", joint=[points(asked)], seeds=[1], fixed=[
    parameter_pb2.Parameter(name=name, value=value(x)) for name, x in FIXED.items()])
sweep = sweeps.SubmitSweep(sweep_service_pb2.SubmitSweepRequest(
    request_id=str(uuid.uuid4()), spec=spec)).sweep.spec.name
for _ in range(ROUNDS):
    added = sweeps.AddPoints(sweep_service_pb2.AddPointsRequest(sweep=sweep, points=points(asked)))
    for one, of_point in zip(asked, added.points):
        wanted = sweep_service_pb2.AwaitTrialsRequest(ids=of_point.ids, timeout_seconds=60)
        while (trial := sweeps.AwaitTrials(wanted).trials[0]).state <= sweep_pb2.TRIAL_STATE_RUNNING:
            pass
        results = {m.metric: m.value for m in trial.metrics}
        if "exact_match" in results:
            study.tell(one, results["exact_match"])
        else:
            study.tell(one, state=optuna.trial.TrialState.FAIL)
    asked = [study.ask(SPACE) for _ in range(PARALLEL)]
print(f"sweep {sweep}: best exact_match {study.best_value:.3f} with {study.best_params}")
