"""Twelve Data: US stocks by symbol, paid in credits; prices as they change.

    config      key, plan, addresses                        plans     what each plan allows
    adapter     the provider: planning and asking           reading   answers → columns, pure
    planning    batches of symbols, blocks of dates         stream    prices, from which bars are built
    reference   symbols and corporate actions

A symbol costs a credit however it is asked for. Bars are asked as traded (`adjust=none`), with times in UTC; minutes
are those of regular hours, since the others come without volume. Live minutes are built of prices and replaced by the
vendor's own with every gap and at the session's end, not minute by minute: a credit buys a symbol's whole session.
"""
