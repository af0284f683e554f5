"""`scanner explain`: why a symbol is a hit or not, condition by condition."""

from __future__ import annotations
