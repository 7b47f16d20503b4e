"""A seeded walk of many small steps: a simulation that reports progress and can be slow."""

from simulator.engine.experiments.base import Experiment, Integer, MetricSpec, ModelCard, Number

experiment = Experiment(
    slug="tiny-walk",
    title="A walk",
    version=1,
    summary="Walks at random.",
    parameters=(
        Integer(name="steps", label="Steps", default=20, minimum=1, maximum=100_000),
        Number(name="pause", label="Pause", default=0.0, unit="seconds", minimum=0, maximum=10),
        Integer(name="marker", label="Tells runs apart", default=0, minimum=0, maximum=10**6),
    ),
    metrics=(MetricSpec("end", "Where it ends", "1"),),
    card=ModelCard("A walk.", ("Everything else.",), ("Nothing.",)),
    package=__name__,
    kind="simulation",
    seeded=True,
    cost=lambda params: params["steps"] * (0.001 + params["pause"]),
)
