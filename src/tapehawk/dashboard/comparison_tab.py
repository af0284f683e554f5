"""Comparison: the sidebar's parameters as set A beside one or two others, over the same bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from tapehawk.app.asking import Asked
from tapehawk.app.describing import Description
from tapehawk.app.settings import Settings
from tapehawk.core.errors import TapehawkError
from tapehawk.dashboard import charts, failure, tables
from tapehawk.dashboard.answers import Answer, Answers
from tapehawk.dashboard.comparison import Comparison
from tapehawk.dashboard.drawing import draw, palette
from tapehawk.dashboard.parameter_form import form
from tapehawk.dashboard.wording import many, plain, spaced
from tapehawk.scan.report import Report

SETS = ("A", "B", "C")


def show(known: Settings, about: Description, asked: Asked, first: Report, answers: Answers) -> None:
    """Show the tab. `first`: the sidebar's own report."""
    count = st.segmented_control("Sets", [2, 3], default=2, key="sets", required=True, persist_state="session")
    names = SETS[: count or 2]
    reports: dict[str, Report] = {"A": first}
    for name, column in zip(names, st.columns(len(names), border=True), strict=True):
        with column:
            st.markdown(f"**Set {name}**")
            if name == "A":
                _sidebar(known, asked)
            elif (report := _other(known, about, asked, name, answers)) is not None:
                reports[name] = report
            if name in reports:
                _found(reports[name], name)
    if len(reports) == len(names):
        _together(reports)
        _funnels(reports)


def _sidebar(known: Settings, asked: Asked) -> None:
    """Show the sidebar's parameters."""
    st.caption("The sidebar's")
    said = {name: one.value for name, one in known.section(asked.scanners[0]).items()} | dict(asked.parameters or {})
    tables.show([{"parameter": spaced(name), "value": str(value)} for name, value in said.items()], "set·A")


def _other(known: Settings, about: Description, asked: Asked, name: str, answers: Answers) -> Report | None:
    """Draw a set's own parameters and return its report; None where it has none."""
    with st.expander("Parameters", expanded=True):
        try:
            filled = form(known, about.name, about.schema, f"{name}·")
        except TapehawkError as error:
            failure.show(error)
            return None
    if not filled.is_whole:
        return None
    answer: Answer = answers.to(known, replace(asked, parameters=filled.changed))
    if answer.error is not None:
        failure.show(answer.error)
    return answer.report


def _found(report: Report, name: str) -> None:
    st.metric(f"Hits of {name}", len(report))
    for note in report.notes:
        st.caption(f":orange[**note**] {plain(note)}")


def _together(reports: Mapping[str, Report]) -> None:
    compared = Comparison.of(reports)
    st.markdown(f"**{many(len(compared.rows), 'hit')} in all**")
    if not compared.rows:
        st.info("None of the sets finds anything.")
        return
    counts = compared.counts()
    words = "; ".join(f"{where}: {count}" for where, count in counts.items())
    draw(charts.memberships(counts, palette()), "memberships", words)
    tables.show(compared.rows, "comparison·rows")


def _funnels(reports: Mapping[str, Report]) -> None:
    """Show what each condition left in each set, of one pattern."""
    patterns = list(dict.fromkeys(str(one["pattern"]) for report in reports.values() for one in report.funnel))
    st.markdown("**Funnels**")
    pattern = st.selectbox("Pattern", patterns, key="comparison·pattern") if len(patterns) > 1 else patterns[0]
    for (name, report), column in zip(reports.items(), st.columns(len(reports)), strict=True):
        for one in report.funnel:
            if one["pattern"] == pattern:
                with column:
                    st.caption(f"Set {name}")
                    draw(charts.funnel(one, palette()), f"funnel·{name}", f"funnel of set {name}, {pattern}")
