"""Tapehawk: scan a whole market with one definition of a scan, which cannot see the future."""
