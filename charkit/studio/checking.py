"""Asks the endpoints that have keys, free of charge, whether the matrix still says the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from charkit.errors import ProviderError, UsageError
from charkit.providers.base import Connection
from charkit.providers.catalogue import listable, models

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from charkit.providers.catalogue import ListedModel
    from charkit.routes import Endpoint, Route, RouteMatrix
    from charkit.settings import Settings

__all__ = ["EndpointCheck", "check_routes"]


@dataclass(frozen=True, kw_only=True)
class EndpointCheck:
    """What one endpoint said."""

    endpoint: str
    verdict: Literal["agrees", "differs", "failed", "not asked"]
    said: tuple[str, ...] = ()
    """What differs or went wrong, or why it was not asked."""


def check_routes(matrix: RouteMatrix, settings: Settings, *, simulator: str = "") -> list[EndpointCheck]:
    """Compare every endpoint's list of models with the matrix.

    Args:
        matrix: What is believed.
        settings: Where keys are found; none is ever shown.
        simulator: Base URL of a simulator to ask instead, without any key.
    """
    by_endpoint: dict[str, list[Route]] = {name: [] for name in matrix.endpoints}
    for route in matrix.routes.values():
        by_endpoint[route.endpoint].append(route)
    return [
        _check(matrix.endpoints[name], routes, settings, simulator, matrix.today)
        for name, routes in by_endpoint.items()
        if routes
    ]


def _check(
    endpoint: Endpoint, routes: Iterable[Route], settings: Settings, simulator: str, on: dt.date
) -> EndpointCheck:
    try:
        connection = _connection(endpoint, settings, simulator)
        listed = {model.id: model for model in models(endpoint.protocol, connection)}
    except UsageError as error:
        return EndpointCheck(endpoint=endpoint.name, verdict="not asked", said=(str(error),))
    except ProviderError as error:
        return EndpointCheck(endpoint=endpoint.name, verdict="failed", said=(str(error),))
    said = tuple(word for route in routes for word in _differences(route, listed, on))
    return EndpointCheck(endpoint=endpoint.name, verdict="differs" if said else "agrees", said=said)


def _connection(endpoint: Endpoint, settings: Settings, simulator: str) -> Connection:
    """Return how to ask an endpoint.

    Raises:
        UsageError: it cannot be asked.
    """
    if not listable(endpoint.protocol):
        raise UsageError("it has no list of models that is free to read")
    if simulator:
        if not endpoint.simulator:
            raise UsageError("the simulator does not play it")
        return Connection(
            endpoint=endpoint.name,
            base_url=simulator + endpoint.simulator,
            key=SecretStr("simulator"),
            dialect=endpoint.dialect,
        )
    key = settings.key(endpoint.key) if endpoint.key else SecretStr("none")
    if key is None:
        raise UsageError(f"no key in {endpoint.key}")
    return Connection(endpoint=endpoint.name, base_url=endpoint.base_url, key=key, dialect=endpoint.dialect)


def _differences(route: Route, listed: Mapping[str, ListedModel], on: dt.date) -> Iterator[str]:
    found = listed.get(route.model)
    state = route.state(on)
    if found is None:
        if route.live(on):
            yield f"{route.name} is {state} by the matrix, and {route.model} is not in the service's list"
        return
    if not route.live(on):
        yield f"{route.name} is {state} by the matrix, and {route.model} is in the service's list"
    ends = route.ends.value if route.ends else None
    if found.ends is not None and found.ends != ends:
        yield f"{route.name} ends on {found.ends} by the service, {f'on {ends}' if ends else 'not'} by the matrix"
