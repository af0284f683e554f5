"""The checks, one file a kind: a module named as its kind, with `check(examined)`. A new file is found by existing."""
