"""Bars in a folder of CSV or Parquet files of any make: what `scanner import` reads, kept up with by `scanner sync`."""
