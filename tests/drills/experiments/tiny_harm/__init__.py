"""Every way in which a computation can misbehave."""

from simulator.engine.experiments.base import Choice, Experiment, Integer, MetricSpec, ModelCard

experiment = Experiment(
    slug="tiny-harm",
    title="A harm",
    version=1,
    summary="Misbehaves.",
    parameters=(
        Choice(
            name="how",
            label="How",
            default="raise",
            options={
                "die": "kills its process",
                "raise": "raises",
                "nan": "returns an infinity",
                "spin": "never ends",
                "hog": "takes all memory",
                "flood": "returns too much",
                "huge": "takes much memory at once",
            },
        ),
        Integer(name="marker", label="Tells runs apart", default=0, minimum=0, maximum=10**6),
    ),
    metrics=(MetricSpec("none", "Nothing", "1"),),
    card=ModelCard("A harm.", ("Everything else.",), ("Nothing.",)),
    package=__name__,
)
