"""A reader who waits sees a simulation move, and in which phase it is.

Work is counted in calls of functions, which do not hang on the machine or on who else uses it.
"""

import sys
from itertools import pairwise

import pytest

from simulator.engine.experiments import _fair, all_experiments, get

SIMULATIONS = [slug for slug, one in all_experiments().items() if one.kind == "simulation"]
MOST_UNSEEN = 0.17  # of the work between two reports: half a second of a run of three
FEW_CALLS = 30_000  # a few hundredths of a second, whatever their share
FEW_PATHS = 30
PASSES = ("max_drawdown", "without_best_month", "mean_over_paths", "ratio_over_paths")
MOST_PASSES = 18  # over all days and paths; of the largest run each takes some 25 milliseconds


class Watched:
    """Reports of one run, each with the calls that were made until then."""

    def __init__(self):
        self.calls, self.reports = 0, []

    def count(self, frame, event, argument):
        self.calls += 1

    def progress(self, fraction, stage):
        self.reports.append((self.calls, fraction, stage))

    def run(self, experiment, params):
        experiment.run(params, seed=1)  # tables and modules that are made only once
        before = sys.getprofile()
        sys.setprofile(self.count)
        try:
            experiment.run(params, seed=1, progress=self.progress)
        finally:
            sys.setprofile(before)
        return self


@pytest.fixture(scope="module", params=SIMULATIONS)
def watched(request):
    experiment = get(request.param)
    paths = min(experiment.parse({})["paths"], FEW_PATHS)
    return Watched().run(experiment, experiment.parse({"paths": paths}))


def test_no_large_part_of_a_run_passes_without_a_report(watched):
    at = [0, *(calls for calls, _, _ in watched.reports), watched.calls]
    gaps = [later - earlier for earlier, later in pairwise(at)]
    longest = max(gaps)
    stages = ["the start", *(stage for _, _, stage in watched.reports)]
    allowed = max(MOST_UNSEEN * watched.calls, FEW_CALLS)
    assert longest <= allowed, f"after {stages[gaps.index(longest)]}: {longest / watched.calls:.2f}"


def test_progress_only_grows_stays_within_the_whole_and_names_its_phase(watched):
    fractions = [round(fraction, 9) for _, fraction, _ in watched.reports]
    assert fractions == sorted(fractions)
    assert fractions[0] >= 0.0
    assert fractions[-1] <= 1.0
    assert all(stage for _, _, stage in watched.reports)
    assert len({stage for _, _, stage in watched.reports}) >= 2


@pytest.mark.parametrize("slug", SIMULATIONS)
def test_figures_of_the_largest_run_are_reported_as_they_are_made(slug, monkeypatch):
    """Calls say little of figures: a pass over thousands of paths is one call."""
    passes, reports = [], []
    for name in PASSES:
        made = getattr(_fair, name)

        def counted(*args, made=made, **kwargs):
            passes.append(made)
            return made(*args, **kwargs)

        monkeypatch.setattr(_fair, name, counted)
    experiment = get(slug)
    params = experiment.parse({"paths": min(experiment.parse({})["paths"], FEW_PATHS // 3)})
    experiment.run(
        params, seed=1, progress=lambda fraction, stage: reports.append((len(passes), stage))
    )
    at = [*reports, (len(passes), "the end")]
    longest = max((after - before, stage) for (before, stage), (after, _) in pairwise(at))
    assert longest[0] <= MOST_PASSES, f"after {longest[1]}"
