"""A network for each container: its addresses are the engine's choice, and nobody else's."""

from __future__ import annotations

import pytest

from grader.collect.answer import UnavailableError
from grader.facts import Reason
from grader.verify.networks import TRIES, Networks
from tests.verify.machine import Machine, Owned

TAKEN = UnavailableError(Reason.ENGINE_ERROR, "Pool overlaps with other one", 403)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def networks(machine: Machine) -> Networks:
    return Networks(machine.as_engine(), Owned().as_ownership())


def test_addresses_that_somebody_else_took_meanwhile_are_chosen_anew(
    machine: Machine, networks: Networks
) -> None:
    machine.refuse["create_network closed"] = [TAKEN] * (TRIES - 1)
    with networks.network(open_=False) as network:
        assert network
    assert machine.did.count("create_network closed") == TRIES
    assert machine.did.count("create_network open") == machine.did.count("remove_network") == TRIES


def test_where_no_addresses_are_left_it_is_told_in_the_engine_s_words(
    machine: Machine, networks: Networks
) -> None:
    machine.refuse["create_network closed"] = [TAKEN] * TRIES
    with pytest.raises(UnavailableError, match="Pool overlaps"), networks.network(open_=False):
        pass
    assert machine.did.count("create_network open") == machine.did.count("remove_network")


def test_a_network_too_small_for_an_address_that_nobody_has_is_not_used(
    machine: Machine, networks: Networks
) -> None:
    machine.subnet = "10.0.0.0/30"
    with pytest.raises(UnavailableError, match=r"10\.0\.0\.0/30"), networks.network(open_=False):
        pass
    assert machine.did == ["create_network open", "remove_network"]


def test_networks_are_used_again_and_never_by_two_at_once(networks: Networks) -> None:
    with networks.network(open_=False) as first, networks.network(open_=False) as second:
        assert first != second
    with networks.network(open_=False) as again, networks.network(open_=True) as out:
        assert again in {first, second}
        assert out not in {first, second}
