"""Massive's flat files: a whole session of the market in one object (providers.md 1.7).

`config`: where they are, and the keys. `objects`: S3-compatible storage, or a folder of the same layout. `reading`:
CSV to columns, pure. `adapter`: the provider.
"""
