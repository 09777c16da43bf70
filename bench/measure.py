"""Taking turns, medians, and the table that is printed and written."""

from __future__ import annotations

import gc
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Result:
    """One line; `ours` and `peer` are medians in `unit`."""

    ratio: float
    goal: float | None
    better: Better
    ours: float
    peer: float
    unit: str

    @property
    def holds(self) -> bool | None:
        if self.goal is None:
            return None
        return self.ratio >= self.goal if self.better == "higher" else self.ratio <= self.goal


class Report:
    """Collects lines, prints each at once unless it is quiet, and writes them all at the end."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self.is_quiet = is_quiet
        self.results: dict[str, Result] = {}

    def add(self, name: str, result: Result) -> None:
        self.results[name] = result
        if self.is_quiet:
            return
        goal = "" if result.goal is None else f"  goal {'≥' if result.better == 'higher' else '≤'} {result.goal:g}"
        verdict = {None: "", True: "  holds", False: "  FALLS SHORT"}[result.holds]
        figures = f"{result.ours:12,.1f} : {result.peer:12,.1f} {result.unit}"
        print(f"{name:40} {result.ratio:8.2f} ×   {figures}{goal}{verdict}", flush=True)

    def compare(
        self,
        name: str,
        ours: Callable[[], float],
        peer: Callable[[], float],
        *,
        unit: str,
        rounds: int,
        goal: float | None = None,
        better: Better = "higher",
    ) -> Result:
        """Take turns; each callable returns one figure in `unit`. The first turn of each is not counted."""
        ours(), peer()
        pairs = []
        for number in range(rounds):
            gc.collect()
            # Who goes first changes, for what runs second finds caches and write-back as the first left them.
            pairs.append((ours(), peer()) if number % 2 == 0 else (peer(), ours())[::-1])
        result = Result(
            ratio=statistics.median(a / b for a, b in pairs),
            goal=goal,
            better=better,
            ours=statistics.median(a for a, _ in pairs),
            peer=statistics.median(b for _, b in pairs),
            unit=unit,
        )
        self.add(name, result)
        return result

    def tell_short(self, words: str, *prefixes: str) -> None:
        """Print the names that begin so and fall short of their goal, the worst first."""
        if self.is_quiet:
            return
        of_those = {name: found for name, found in self.results.items() if name.startswith(prefixes)}
        short = sorted((found.ours, name) for name, found in of_those.items() if found.holds is False)[::-1]
        print(f"{words}: {len(short)} of {len(of_those)}")
        for figure, name in short:
            print(f"    {name:40} {figure:12,.1f} {of_those[name].unit}")

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.write_text(self.json() + "\n")
        part.replace(path)

    def json(self) -> str:
        """All lines as one JSON object: name -> fields of `Result`."""
        return json.dumps({name: asdict(result) for name, result in self.results.items()}, indent=2)


def rate(work: Callable[[], int]) -> float:
    """Units per second of one piece of work that returns how many units it did."""
    begun = time.perf_counter()
    done = work()
    return done / (time.perf_counter() - begun)


def seconds(work: Callable[[], object]) -> float:
    """How long one piece of work took."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
