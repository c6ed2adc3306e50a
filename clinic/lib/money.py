"""Money: `Decimal` amounts with two places in the currency of the price list or the branch."""

from decimal import ROUND_HALF_UP, Decimal

CURRENCIES = {"RUB": "₽", "EUR": "€", "USD": "$", "GBP": "£"}
ZERO = Decimal("0.00")


def round_money(amount: Decimal) -> Decimal:
    """The only rounding of money in the house: to kopecks or cents, halves away from zero."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def share(total: Decimal, percent: Decimal) -> Decimal:
    """`percent` of `total`, rounded once."""
    return round_money(total * percent / 100)
