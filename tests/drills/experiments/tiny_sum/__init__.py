"""Adds two numbers: the run that costs nothing."""

from simulator.engine.experiments.base import Experiment, Integer, MetricSpec, ModelCard, Number

experiment = Experiment(
    slug="tiny-sum",
    title="A sum",
    version=1,
    summary="Adds two numbers.",
    parameters=(
        Number(name="a", label="First", default=1.0, minimum=-1000, maximum=1000),
        Number(name="b", label="Second", default=2.0, minimum=-1000, maximum=1000),
        Integer(name="marker", label="Tells runs apart", default=0, minimum=0, maximum=10**6),
    ),
    metrics=(MetricSpec("sum", "Sum", "1"),),
    card=ModelCard("Addition.", ("Everything else.",), ("Nothing.",)),
    package=__name__,
)
