import random
import time

from simulator.engine.results import Metric, Result


def run(params, *, seed, data, progress):
    chance = random.Random(f"{seed} {params.marker}")
    place = 0
    for step in range(params.steps):
        progress(step / params.steps, "walking")
        place += chance.choice((-1, 1))
        time.sleep(params.pause)
    return Result(
        headline=f"It ends at {place}.", metrics=[Metric("end", "Where it ends", place, "1")]
    )
