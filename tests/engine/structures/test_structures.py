"""Condors, spreads, VIX calls, conversions: published cases and the laws of their payoffs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.errors import ParameterError
from simulator.engine.markets.surface import Smile, smile
from simulator.engine.pricing import black_scholes
from simulator.engine.structures import conversion, iron_condor, spreads, vix_calls
from simulator.engine.structures.conversion import Market
from simulator.engine.structures.iron_condor import IronCondor
from simulator.engine.structures.spreads import Vertical

MONTH = 30 / 365
FLAT = Smile(
    spot=5000.0, expiry=MONTH, atm_vol=0.16, rate=0.045, dividend_yield=0.013, a=0.0, b=0.0
)
PUBLISHED = IronCondor(long_put=4600.0, short_put=4750.0, short_call=5225.0, long_call=5375.0)
SKEWED = smile(vix=20.0, spot=5000.0, expiry=MONTH, rate=0.03)


def test_the_legs_of_the_reference_condor():
    """P-a1."""
    found = [float(price) for price in iron_condor.leg_prices(PUBLISHED, FLAT)]
    assert found == pytest.approx([2.5870, 13.1496, 23.3902, 6.6512], abs=1e-3)


def test_credit_loss_and_break_evens_of_the_reference_condor():
    """P-a2."""
    credit = float(iron_condor.credit(PUBLISHED, FLAT))
    low, high = iron_condor.break_evens(PUBLISHED, credit=credit)
    assert credit == pytest.approx(27.3016, abs=1e-3)
    assert float(iron_condor.max_loss(PUBLISHED, credit=credit)) == pytest.approx(
        122.6984, abs=1e-3
    )
    assert (float(low), float(high)) == pytest.approx((4722.698, 5252.302), abs=1e-3)


def test_the_reference_condor_at_expiry():
    """P-a3."""
    found = iron_condor.profit_at_expiry(
        PUBLISHED, credit=iron_condor.credit(PUBLISHED, FLAT), spot=[4500, 4680, 5000, 5300]
    )
    expected = np.array([-122.6984, -42.6984, 27.3016, -47.6984])
    assert found == pytest.approx(expected, abs=1e-3)


def test_parity_at_the_money():
    """P-a4."""
    market = {"spot": 5000, "strike": 5000, "expiry": MONTH, "vol": 0.16, "rate": 0.045}
    call = float(black_scholes.price(**market, dividend_yield=0.013))
    put = float(black_scholes.price(**market, dividend_yield=0.013, call=False))
    assert (call, put) == pytest.approx((97.9825, 84.8631), abs=1e-3)
    fair = Market(
        spot=5000, strike=5000, expiry=MONTH, rate=0.045, dividend_yield=0.013, call=call, put=put
    )
    assert call - put == pytest.approx(13.1194, abs=1e-3)
    assert conversion.gap(fair) == pytest.approx(0.0, abs=1e-9)
    assert conversion.implied_rate(fair) == pytest.approx(0.045, abs=1e-9)


def test_hulls_overpriced_put():
    """P-a5: 1.02 at expiry."""
    market = Market(
        spot=31, strike=30, expiry=0.25, rate=0.10, dividend_yield=0.0, call=3.0, put=2.25
    )
    profit = conversion.reversal_profit(market)
    assert conversion.at_expiry(market, profit) == pytest.approx(1.02, abs=0.01)
    assert conversion.conversion_profit(market, cost=0.1) == pytest.approx(-profit - 0.1)


def test_quotes_beyond_the_stock_imply_no_rate():
    market = Market(
        spot=10, strike=100, expiry=1.0, rate=0.0, dividend_yield=0.0, call=11.0, put=0.0
    )
    assert conversion.implied_rate(market) is None


@given(
    start=st.floats(10, 5000),
    widths=st.tuples(st.floats(0.1, 500), st.floats(0, 500), st.floats(0.1, 500)),
    share=st.floats(0.01, 0.99),
    spot=st.floats(0.01, 10_000),
)
def test_a_condor_loses_at_most_its_wider_wing_less_the_credit(start, widths, share, spot):
    k1, k2 = start, start + widths[0]
    k3 = k2 + widths[1]
    condor = IronCondor(long_put=k1, short_put=k2, short_call=k3, long_call=k3 + widths[2])
    credit = share * min(widths[0], widths[2])
    profit = float(iron_condor.profit_at_expiry(condor, credit=credit, spot=spot))
    worst = float(iron_condor.max_loss(condor, credit=credit))
    low, high = (float(x) for x in iron_condor.break_evens(condor, credit=credit))
    assert -worst - 1e-9 <= profit <= credit + 1e-9
    if low + 1e-6 < spot < high - 1e-6:
        assert profit > 0
    if spot < low - 1e-6 or spot > high + 1e-6:
        assert profit < 0


def test_a_credit_as_wide_as_the_wing_has_no_break_even():
    low, high = iron_condor.break_evens(PUBLISHED, credit=[0.0, 150.0, -1.0])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_greeks_are_the_sum_of_the_legs():
    greeks = iron_condor.greeks(PUBLISHED, FLAT)
    assert float(greeks.price) == pytest.approx(-float(iron_condor.credit(PUBLISHED, FLAT)))
    h = 1e-3
    moved = [
        float(
            iron_condor.credit(
                PUBLISHED,
                Smile(
                    spot=5000.0 + s * h, expiry=MONTH, atm_vol=0.16, rate=0.045,
                    dividend_yield=0.013, a=0.0, b=0.0,
                ),
            )
        )
        for s in (1, -1)
    ]  # fmt: skip
    assert float(greeks.delta) == pytest.approx(-(moved[0] - moved[1]) / (2 * h), abs=1e-7)
    assert float(greeks.theta) > 0 > float(greeks.vega)


@pytest.mark.parametrize("market", [FLAT, SKEWED], ids=["flat", "skewed"])
def test_strikes_by_delta_have_it(market):
    condor = iron_condor.strikes_by_delta(market, short_delta=0.2, long_delta=0.05)
    found = [
        float(market.greeks(k, call=c).delta)
        for k, c in zip(condor.strikes, iron_condor.CALLS, strict=True)
    ]
    assert found == pytest.approx([-0.05, -0.2, 0.2, 0.05], abs=1e-9)
    winged = iron_condor.strikes_by_delta(market, short_delta=0.2, wing_width=50.0)
    assert float(winged.short_put - winged.long_put) == pytest.approx(50.0)


@given(target=st.floats(0.5, 40.0))
def test_strikes_by_credit_pay_it(target):
    condor = iron_condor.strikes_by_credit(SKEWED, target=target, wing_width=50.0)
    assert float(iron_condor.credit(condor, SKEWED)) == pytest.approx(target, abs=1e-8)
    middle = 0.5 * (condor.short_put + condor.short_call)
    assert float(middle) == pytest.approx(float(SKEWED.forward))


@pytest.mark.parametrize(("target", "wing"), [(49.9, 50.0), (0.0, 50.0), (1.0, 6000.0)])
def test_a_credit_nobody_pays_is_refused_with_its_range(target, wing):
    with pytest.raises(ParameterError) as refused:
        iron_condor.strikes_by_credit(SKEWED, target=target, wing_width=wing)
    assert refused.value.maximum is not None


def test_strikes_by_sigma_and_by_expected_range():
    by_sigma = iron_condor.strikes_by_sigma(FLAT, multiple=1.0, wing_width=25.0)
    reach = 0.16 * math.sqrt(MONTH)
    assert float(by_sigma.short_call) == pytest.approx(float(FLAT.forward) * math.exp(reach))
    by_range = iron_condor.strikes_by_edr(
        spot=5000.0, vol=0.16, expiry=MONTH, multiple=1.0, wing_width=25.0, step=5.0
    )
    assert float(by_range.short_call) == 5.0 * round((5000 * (1 + 1.025 * reach)) / 5.0)
    assert float(by_range.long_call - by_range.short_call) == 25.0


def test_rounding_never_closes_a_wing():
    condor = iron_condor.strikes_by_delta(FLAT, short_delta=0.2, wing_width=1.0, step=5.0)
    assert float(condor.short_put - condor.long_put) == 5.0


def test_a_history_of_condors_is_priced_in_one_call():
    levels = np.array([12.0, 20.0, 45.0])
    market = smile(vix=levels, spot=np.array([3000.0, 4000.0, 2500.0]), expiry=MONTH)
    condor = iron_condor.strikes_by_delta(market, short_delta=0.2, long_delta=0.05, step=5.0)
    together = iron_condor.credit(condor, market)
    alone = smile(vix=20.0, spot=4000.0, expiry=MONTH)
    one = IronCondor(
        long_put=condor.long_put[1], short_put=condor.short_put[1],
        short_call=condor.short_call[1], long_call=condor.long_call[1],
    )  # fmt: skip
    assert float(together[1]) == pytest.approx(float(iron_condor.credit(one, alone)))


def test_the_legs_as_contracts():
    legs = PUBLISHED.legs(expiry=MONTH)
    assert [leg.quantity for leg in legs] == [1, -1, -1, 1]
    assert [leg.option.call for leg in legs] == [False, False, True, True]


@given(spot=st.floats(1, 300), low=st.floats(50, 100), width=st.floats(1, 50), call=st.booleans())
def test_a_condor_is_two_credit_spreads(spot, low, width, call):
    long, short = (low + width, low) if call else (low, low + width)
    spread = Vertical(long=long, short=short, call=call)
    paid = float(spreads.payoff(spread, spot=spot))
    assert -width - 1e-9 <= paid <= 0.0
    level = float(spreads.break_even(spread, cost=-0.3 * width))
    assert float(spreads.payoff(spread, spot=level)) == pytest.approx(-0.3 * width)


def test_a_debit_spread_breaks_even_above_its_bought_call():
    spread = Vertical(long=100.0, short=110.0, call=True)
    assert float(spreads.break_even(spread, cost=4.0)) == 104.0
    assert math.isnan(float(spreads.break_even(spread, cost=-4.0)))
    legs = spread.legs(expiry=0.1)
    assert [leg.quantity for leg in legs] == [1.0, -1.0]
    near, far = spreads.calendar(strike=100.0, near=0.1, far=0.2, call=True)
    assert (near.quantity, far.quantity) == (-1.0, 1.0)


@given(low=st.floats(100, 5000), width=st.floats(1, 500), T=st.floats(0, 5), r=st.floats(-0.2, 0.2))
def test_a_box_is_worth_its_discounted_width_under_any_vols(low, width, T, r):
    high = low + width
    market = {"spot": 1000.0, "expiry": T, "rate": r, "dividend_yield": 0.01}
    legs = conversion.box_legs(low=low, high=high, expiry=T)
    vols = {low: 0.25, high: 0.18}
    value = sum(
        leg.quantity
        * float(
            black_scholes.price(
                strike=leg.option.strike,
                vol=vols[leg.option.strike],
                call=leg.option.call,
                **market,
            )
        )
        for leg in legs
    )
    assert value == pytest.approx(
        conversion.box_value(low=low, high=high, expiry=T, rate=r), abs=1e-8
    )


def test_the_legs_of_a_conversion():
    market = Market(
        spot=31, strike=30, expiry=0.25, rate=0.1, dividend_yield=0.0, call=3.0, put=2.25
    )
    call, put = conversion.conversion_legs(market)
    assert (call.quantity, call.option.call) == (-1.0, True)
    assert (put.quantity, put.option.call) == (1.0, False)


def test_vix_calls_by_delta_are_calls_on_the_future():
    future = np.array([14.0, 18.0, 40.0])
    call = vix_calls.by_delta(future=future, expiry=MONTH, delta=0.3)
    found = vix_calls.greeks(call, future=future, expiry=MONTH).delta
    assert found == pytest.approx(np.full(3, 0.3), abs=1e-9)
    price = vix_calls.price(call, future=future, expiry=MONTH, rate=0.03)
    assert (price > 0).all()
    assert vix_calls.price(call, future=future, expiry=0.0) == pytest.approx(
        vix_calls.payoff(call, settlement=future)
    )
    listed = vix_calls.by_delta(future=18.0, expiry=MONTH, delta=0.3, step=1.0)
    assert float(listed.strike) == round(float(call.strike[1]))
    leg = listed.leg(expiry=MONTH, quantity=4.0)
    assert (leg.quantity, leg.option.call, leg.option.multiplier) == (4.0, True, 100.0)
