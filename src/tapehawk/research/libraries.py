"""The libraries that train models, which are an extra: using a model needs neither of them."""

from __future__ import annotations

from tapehawk.core.errors import BadInput


def need_libraries() -> None:
    """Raise BadInput, before any work is done, where they are not installed or can't be loaded."""
    try:
        import lightgbm  # noqa: F401 - asks whether it can be
        import sklearn  # noqa: F401
    except (ImportError, OSError) as error:  # OSError: a library of the system that LightGBM needs
        raise BadInput(
            f"training a model needs LightGBM and scikit-learn, which can't be used here: {error}",
            hint="pip install 'tapehawk[ml]'",
        ) from error
