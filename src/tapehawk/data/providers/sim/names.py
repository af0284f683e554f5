"""What simulated companies and coins are called: easy to say, and never the name of a real one.

A seat's *word* is built of syllables (one of 13 consonants, one of 5 vowels): four letters for the first 4,225 seats,
five for those after. The ticker is the word and a digit that counts the companies which have held the seat: `BALO1` is
delisted, `BALO2` comes after it. No real US ticker has a digit in it. Coins are `MIRAT1/USDT`.

In the alphabet digits stand before letters, so ordering seats by word orders their tickers too.
"""

from __future__ import annotations

from typing import Final

CONSONANTS: Final = "BCDHJLMNRSTVW"
VOWELS: Final = "AEIOU"
SYLLABLES: Final = len(CONSONANTS) * len(VOWELS)
SHORT: Final = SYLLABLES**2
LONG: Final = SHORT * len(CONSONANTS)
MOST_SEATS: Final = 50_000
COINS: Final = 6

# Steps without a common factor with the number of words: they scatter neighbouring seats over the alphabet.
SHORT_STEP: Final = 2_617
LONG_STEP: Final = 23_459

SECTORS: Final = (
    "Technology",
    "Health Care",
    "Finance",
    "Industrials",
    "Consumer Discretionary",
    "Consumer Staples",
    "Energy",
    "Utilities",
    "Real Estate",
    "Basic Materials",
    "Telecommunications",
)
TRADES: Final = ("Systems", "Therapeutics", "Capital", "Works", "Brands", "Foods", "Energy", "Power", "Homes", "Mining")
EXCHANGES: Final = ("nasdaq", "nyse", "amex")


def word(seat: int) -> str:
    """Return the word of a seat, unique among all seats."""
    if seat < SHORT:
        return _syllables((seat * SHORT_STEP + 911) % SHORT)
    number = ((seat - SHORT) * LONG_STEP + 911) % LONG
    return _syllables(number // len(CONSONANTS)) + CONSONANTS[number % len(CONSONANTS)]


def ticker(seat: int, generation: int) -> str:
    """Return the ticker of the seat's company number `generation`, counted from 0."""
    return f"{word(seat)}{generation + 1}"


def coin(seat: int) -> str:
    """Return the symbol of a simulated coin."""
    return f"{word(SHORT + seat)}1/USDT"


def sector(seat: int) -> str:
    """Return the sector that the seat's companies work in."""
    return SECTORS[seat * 7 % len(SECTORS)]


def exchange(seat: int) -> str:
    """Return the exchange that lists the seat's companies."""
    return EXCHANGES[seat * 5 % 11 % len(EXCHANGES)]


def company(seat: int, generation: int) -> str:
    """Return a company's name, which says that it is simulated."""
    return f"{word(seat).capitalize()} {TRADES[(seat + 3 * generation) % len(TRADES)]} {generation + 1} (simulated)"


def _syllables(number: int) -> str:
    first, second = divmod(number, SYLLABLES)
    return _syllable(first) + _syllable(second)


def _syllable(number: int) -> str:
    return CONSONANTS[number // len(VOWELS)] + VOWELS[number % len(VOWELS)]
