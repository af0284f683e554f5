"""An error where it is about: below the fields it speaks of, and in the place of what it keeps from being shown."""

from __future__ import annotations

import streamlit as st

from tapehawk.core.errors import FormulaError, NoData, TapehawkError
from tapehawk.dashboard.wording import said


def show(error: TapehawkError) -> None:
    """Show an error: what is missing is no alarm, what is wrong is."""
    if isinstance(error, FormulaError):
        st.code(error.pointed(), language=None)
    if isinstance(error, NoData):
        st.info(said(error))
    else:
        st.error(said(error))
