import math
import os
import signal

from simulator.engine.results import Metric, Result


def run(params, *, seed, data, progress):
    return globals()[f"_{params.how}"]()


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def _raise():
    raise KeyError("a secret detail")


def _nan():
    return Result(headline="", metrics=[Metric("none", "Nothing", math.inf, "1")])


def _spin():
    while True:
        pass


def _hog():
    kept = []
    while True:
        kept.append(bytearray(10_000_000))


def _huge():
    return bytearray(1 << 40)


def _flood():
    return Result(headline="x" * 5_000_000, metrics=[])
