"""The command line: one module a noun. It prints and decides nothing; heavy things are imported inside commands."""
