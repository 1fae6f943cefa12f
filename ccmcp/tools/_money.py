"""The prices that a user's money is counted by. I/O: reads the file of prices that the settings name."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from ccmcp.config import Config
from ccmcp.errors import SettingsError
from ccmcp.index.activity import Spent
from ccmcp.usage.budgets import Budget, budgets_of
from ccmcp.usage.cost import Tokens, cost
from ccmcp.usage.prices import Price, PriceTable
from ccmcp.work.cost import Prices, Rates


def prices(config: Config) -> PriceTable:
    """
    The prices that come with ccmcp, and before them those of the user's own file.

    Raises:
        SettingsError: the file can't be read, or is no list of prices.

    """
    table = PriceTable.shipped()
    if not config.usage_prices:
        return table
    try:
        text = Path(config.usage_prices).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"usage_prices: {config.usage_prices} can't be read: {getattr(error, 'strerror', None) or error}. "
            "Correct the path, or take usage_prices out of the settings to use the prices that come with ccmcp."
        ) from error
    return table.with_rows(text, config.usage_prices)


def budgets(config: Config) -> tuple[Budget, ...]:
    """The budgets of the settings. Raises SettingsError."""
    if config.budgets is None:
        return ()
    return budgets_of(config.budgets, place=f"{config.settings}: budgets", home=str(config.home))


def work_prices(table: PriceTable) -> Prices:
    """The same prices as what sessions did is reckoned with: response by response."""

    def price(spent: Spent) -> Price | None:
        at = datetime.fromtimestamp(spent.at / 1000, UTC)
        return table.price(spent.model, at, spent.context, spent.speed)

    def whole(spent: Spent) -> Decimal | None:
        its = price(spent)
        return cost(_tokens(spent), its, service_tier=spent.service_tier, geo=spent.geo) if its else None

    def rates(spent: Spent) -> Rates | None:
        its = price(spent)
        if its is None:
            return None
        hour = 2 * spent.cache_write_1h > spent.cache_write
        return Rates(
            input=its.input, write=its.cache_write_1h if hour else its.cache_write_5m, read=its.cache_read
        )

    return Prices(cost=whole, rates=rates)


def _tokens(spent: Spent) -> Tokens:
    return Tokens(
        spent.input, spent.output, spent.cache_write, spent.cache_write_5m, spent.cache_write_1h, spent.cache_read,
        spent.web_searches,
    )  # fmt: skip
