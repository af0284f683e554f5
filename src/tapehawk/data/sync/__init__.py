"""Bars from a provider into the store: planned, fetched, judged, stored, and checked to be all there.

    planning    what is wanted → steps still to do, and what they cost
    ledger      which steps are done, on disk
    running     what was planned, done; the report
    fetching    some steps at a time, into batches            storing     a batch → one append → ledger
    reference   splits, dividends, listings, delistings
    verifying   which sessions and symbols should be there and are not
    watching    the same again whenever a session is final

A sync may be killed at any point: what is stored is whole, and the next one goes on from there.
"""
