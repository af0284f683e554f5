"""Bars from outside and bars on disk: the store, imports, panels, exports, SQL."""
