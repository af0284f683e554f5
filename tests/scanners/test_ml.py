from __future__ import annotations

import pytest

from tapehawk.core.errors import NoData
from tapehawk.scanners.ml import Ml


def test_without_a_trained_model_it_abstains_with_the_reason():
    with pytest.raises(NoData, match="no trained model for the scanner 'breakout'") as caught:
        list(Ml().setups())
    assert "--scanner-type breakout" in caught.value.hint
