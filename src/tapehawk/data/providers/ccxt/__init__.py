"""Crypto exchanges through ccxt: candles of one exchange's spot market, around the clock.

    config      exchange, addresses                   reading   what ccxt answers → columns, troubles; pure
    adapter     the provider: planning and asking     forming   when a candle is over
    planning    symbols, blocks of dates              stream    candles as they form, watched by ccxt.pro
    venue       ccxt's exchange, asked our way

Candles are public: no key is asked for, held or sent. A session is a UTC day. Volume is in the base coin and that of
one exchange, so its scope is partial. ccxt takes a second or three to import and is imported when somebody is asked.
"""
