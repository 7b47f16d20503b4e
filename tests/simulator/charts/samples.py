"""One invented chart of every kind, small enough to read in a golden file."""

import math
from datetime import date, timedelta

DAYS = [(date(2020, 2, 3) + timedelta(days=7 * i)).isoformat() for i in range(30)]
BASE = [100 * math.exp(-0.5 * math.exp(-(((i - 8) / 3) ** 2))) for i in range(30)]
HEDGED = [100 * math.exp(-0.3 * math.exp(-(((i - 8) / 3) ** 2))) - 0.1 * i for i in range(30)]


def series(name, label, values, role=None, **bands):
    found = {"name": name, "label": label, "values": values} | bands
    return found | ({"role": role} if role else {})


def mark(axis, start, end, label):
    return {"axis": axis, "from": start, "to": end, "label": label}


def chart(name, kind, x, y, drawn, marks=(), **more):
    return {
        "name": name,
        "label": name.replace("-", " ").capitalize(),
        "kind": kind,
        "x": x,
        "y": y,
        "series": drawn,
        "marks": list(marks),
        "alt": "",
    } | more


def axis(label, unit=None, type="number", values=()):
    return {"label": label, "unit": unit, "type": type, "values": list(values)}


def fall(values):
    return [v / max(values[: i + 1]) - 1 for i, v in enumerate(values)]


STRIKES = range(3800, 4401, 50)
SAMPLES = [
    chart(
        "equity",
        "line",
        axis("Date", None, "date", DAYS),
        {"label": "Value", "unit": "USD"},
        [
            series("base", "Without hedge", [*BASE[:12], None, None, *BASE[14:]], "base"),
            series(
                "hedged",
                "With hedge",
                HEDGED,
                "hedged",
                low=[v * 0.9 for v in HEDGED],
                high=[v * 1.1 for v in HEDGED],
            ),
        ],
        [mark("x", DAYS[4], DAYS[10], "fall"), mark("y", 100, 100, "start")],
    ),
    chart(
        "drawdown",
        "line",
        axis("Date", None, "date", DAYS),
        {"label": "Fall from the high", "unit": "1"},
        [
            series("base", "Without hedge", fall(BASE), "base"),
            series("hedged", "With hedge", fall(HEDGED), "hedged"),
        ],
    ),
    chart(
        "condor",
        "payoff",
        axis("Index level", "index points", "number", STRIKES),
        {"label": "Profit", "unit": "index points"},
        [
            series(
                "expiry",
                "At expiry",
                [max(22 - max(0, k - 4250) - max(0, 3950 - k), -28) for k in STRIKES],
            ),
            series("today", "Today", [9 - abs(k - 4100) / 20 for k in STRIKES]),
        ],
        [mark("x", k, k, str(k)) for k in (3900, 3950, 4250, 4300)],
    ),
    chart(
        "final-results",
        "histogram",
        axis("Return", "1", "number", [round(-0.4 + 0.05 * i, 2) for i in range(17)]),
        {"label": "Paths", "unit": "count"},
        [
            series(
                "base", "Without", [round(90 * math.exp(-(((i - 9) / 3) ** 2))) for i in range(17)]
            ),
            series(
                "hedged", "With", [round(99 * math.exp(-(((i - 8) / 2.5) ** 2))) for i in range(17)]
            ),
        ],
    ),
    chart(
        "attribution",
        "bars",
        axis(
            "Cause", None, "category", ["Premium paid", "Gain of the VIX calls", "Costs", "Unknown"]
        ),
        {"label": "Profit", "unit": "USD"},
        [
            series(
                "profit",
                "Profit",
                [-1200, 2300.5, -88, None],
                low=[-1300, 1500, -99, None],
                high=[-1100, 3000, -70, None],
            )
        ],
    ),
    chart(
        "by-year",
        "bars",
        axis("Year", None, "number", [2019, 2020, 2021, 2022]),
        {"label": "Return", "unit": "1"},
        [
            series("base", "Without hedge", [0.12, -0.2, 0.3, -0.4], "base"),
            series("hedged", "With hedge", [0.1, -0.1, 0.27, -0.35], "hedged"),
        ],
    ),
    chart(
        "where-it-holds",
        "heatmap",
        axis("Hedge budget", "1", "number", [0.0, 0.01, 0.02, 0.05]),
        axis("Beta to ether", "1", "number", [0.5, 1.0, 1.5]),
        [
            series(
                str(j),
                str(j),
                [None if i == j == 2 else (i - 1) * (j - 0.5) * 0.01 for i in range(4)],
            )
            for j in range(3)
        ],
        value={"label": "Change of the deepest fall", "unit": "1"},
    ),
    chart(
        "cells",
        "points",
        axis("Volatility", "1", "number", [0.1, 0.2, 0.3, 0.5]),
        {"label": "Credit", "unit": "index points"},
        [
            series(
                "tested", "Tested", [1, 2, 3, None], low=[0.5, 1, 2, None], high=[2, 3, 4, None]
            ),
            series("advertised", "Advertised", [1.5, 2.5, 4, 6]),
        ],
    ),
    chart(
        "specifications",
        "specification",
        axis("Specification", None, "category", [f"s{i}" for i in range(8)]),
        {"label": "Change of the deepest fall", "unit": "1"},
        [
            series(
                "estimate",
                "Estimate",
                [0.01, -0.02, 0.03, 0.0, 0.015, -0.01, 0.02, 0.005],
                low=[-0.01, -0.04, 0.01, -0.02, 0.0, -0.03, 0.0, -0.01],
                high=[0.03, 0.0, 0.05, 0.02, 0.03, 0.01, 0.04, 0.02],
            ),
            series("costs", "Costs doubled", [0, 1, 0, 1, 0, 1, 0, 1], "choice"),
            series("monthly", "Monthly roll", [0, 0, 1, 1, 0, 0, 1, 1], "choice"),
        ],
    ),
]
BY_NAME = {sample["name"]: sample for sample in SAMPLES}
