"""A result document holds plain, finite numbers and is named by its content."""

import ast
import json
import math

import numpy as np
import pytest

from simulator.engine import provenance, results
from simulator.engine.errors import ResultRefused


def line(values, **extra):
    x = results.Axis("day", type="number", values=np.arange(3))
    series = [results.Series("base", "Base", values, **extra)]
    return results.Chart("c", "Chart", "line", x, results.Axis("value", "1"), series)


def test_numpy_becomes_plain_and_a_gap_becomes_null():
    chart = line(np.array([1.0, math.nan, -0.0])).as_dict()
    assert json.loads(json.dumps(chart))["series"][0]["values"] == [1.0, None, 0.0]


def test_an_infinity_is_refused():
    with pytest.raises(ResultRefused):
        line([1.0, math.inf, 2.0]).as_dict()


def test_a_series_must_fit_its_axis():
    with pytest.raises(ResultRefused, match="2 values for 3 points"):
        line([1.0, 2.0]).as_dict()


def test_an_undefined_metric_needs_a_note():
    undefined = results.Metric("sharpe", "Sharpe ratio", None, "1")
    with pytest.raises(ResultRefused):
        results.Result("x", [undefined]).as_dict()
    assert results.Result("x", [undefined], notes=["No volatility."]).as_dict()


def test_the_digest_ignores_timing_and_the_last_bits():
    document = {"a": 0.1 + 0.2, "n": 1, "timing": {"seconds": 1.0}, "digest": ""}
    same = {"n": 1, "a": 0.3, "timing": {"seconds": 2.0}, "digest": "sha256:old"}
    assert results.digest(document) == results.digest(same)
    assert results.digest({**same, "n": 2}) != results.digest(same)


def test_the_digest_is_the_sha256_of_canonical_json():
    import hashlib

    canonical = b'{"a":[1,0.5],"b":"\xc3\xa9"}'
    document = {"b": "é", "a": [1, 0.5]}
    assert results.digest(document) == "sha256:" + hashlib.sha256(canonical).hexdigest()


def test_the_engine_version_follows_imports_and_nothing_else(tmp_path, monkeypatch):
    for name, text in {
        "__init__.py": "",
        "low.py": "X = 1\n",
        "other.py": "Y = 1\n",
        "experiments/__init__.py": "",
        "experiments/one/__init__.py": "from ...low import X\n",
        "experiments/one/run.py": "from . import X\n",
        "experiments/two/__init__.py": "",
        "experiments/two/run.py": "from ... import other\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    monkeypatch.setattr(provenance, "PACKAGE", "toy")

    def versions():
        provenance.engine_version.cache_clear()
        provenance.imported.cache_clear()
        return [provenance.engine_version(f"toy.experiments.{n}") for n in ("one", "two")]

    before = versions()
    (tmp_path / "low.py").write_text("X = 2\n")
    after = versions()
    assert after[0] != before[0]
    assert after[1] == before[1]
    provenance.engine_version.cache_clear()
    provenance.imported.cache_clear()


@pytest.mark.parametrize(
    "path", sorted(provenance.ROOT.rglob("*.py")), ids=lambda p: str(p.relative_to(provenance.ROOT))
)
def test_no_import_of_the_engine_is_overlooked(path):
    source = path.read_text(encoding="utf-8")
    tree = ast.walk(ast.parse(source))
    whole = [ast.dump(node) for node in tree if isinstance(node, ast.Import | ast.ImportFrom)]
    assert sorted(map(ast.dump, provenance._imports(source))) == sorted(whole)
