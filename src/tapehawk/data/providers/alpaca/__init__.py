"""Alpaca: US stocks from one of its feeds, or crypto from one of its venues; market data only.

    config      keys, plan, market, feed, addresses     feeds     what each feed carries, what each plan allows
    adapter     the provider: planning and asking       reading   answers → columns, pure
    planning    batches of symbols, blocks of dates     stream    minute bars as they close, and their corrections
    reference   symbols and corporate actions

One provider is one feed: its history and its stream are the same series. Bars are asked as traded (`adjustment=raw`)
and under the symbol they traded with then (`asof=-`); splits and dividends come as corporate actions.
"""
