"""Asking: one question, one report, whoever asks."""
