"""Why a server did not answer, in one short sentence, whichever library asked it."""

import ssl
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected

import requests
import urllib3

_LONGEST = 200
"""Characters."""
_SENTENCES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((RemoteDisconnected,), "it ends the connection without an answer"),
    ((IncompleteRead, urllib3.exceptions.IncompleteRead), "it ends the connection within its answer"),
    ((BadStatusLine,), "what answers there does not speak HTTP"),
    ((ConnectionResetError, BrokenPipeError), "it closes the connection"),
    ((urllib3.exceptions.TimeoutError, requests.Timeout), "no answer in time"),
    ((urllib3.exceptions.DecodeError,), "its answer cannot be unpacked"),
    ((requests.TooManyRedirects,), "it redirects without end"),
    (
        (
            requests.exceptions.InvalidURL,
            requests.exceptions.MissingSchema,
            requests.exceptions.InvalidSchema,
            urllib3.exceptions.LocationValueError,
        ),
        "it is no address",
    ),
)


def why_silent(error: BaseException) -> str:
    """The reason below all layers that passed it on: `Connection refused`."""
    layers = list(_layers(error))
    for layer in reversed(layers):
        if isinstance(layer, ssl.SSLError):
            return _of_tls(layer)
        if isinstance(layer, TimeoutError) and (said := str(layer)) != "timed out":
            return said
        for kinds, sentence in _SENTENCES:
            if isinstance(layer, kinds):
                return sentence
        if isinstance(layer, OSError) and layer.strerror:
            return layer.strerror
    last = layers[-1]
    return " ".join(str(getattr(last, "strerror", None) or last).split())[:_LONGEST] or type(last).__name__


def _layers(error: BaseException) -> list[BaseException]:
    found = [error]
    while (cause := _below(found[-1])) and cause not in found:
        found.append(cause)
    return found


def _below(error: BaseException) -> BaseException | None:
    """The error below one; urllib3 tells that of an earlier try by its `reason`, or among its arguments alone."""
    told = [getattr(error, "reason", None), *error.args]
    return (
        error.__cause__ or error.__context__ or next((each for each in told if isinstance(each, BaseException)), None)
    )


def _of_tls(error: ssl.SSLError) -> str:
    if verified := getattr(error, "verify_message", None):
        return str(verified)
    if error.reason == "WRONG_VERSION_NUMBER":
        return "it does not speak TLS"
    return f"TLS fails: {(error.reason or 'unknown').lower().replace('_', ' ')}"
