"""Massive, until 2025 Polygon.io: US stocks from the consolidated tape.

    config      key, plan, addresses                    plans     what each plan allows
    adapter     the provider: planning and asking       reading   answers → columns, pure
    reference   symbols and corporate actions           stream    minute bars as they close

Bars are asked as traded (`adjusted=false`); splits and dividends come as corporate actions, and the store adjusts.
"""
