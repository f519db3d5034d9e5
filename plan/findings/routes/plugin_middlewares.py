"""Middlewares of plugins that Traefik does not load."""

from collections.abc import Iterator

from config.lab import Lab
from plan.findings.routes.traefik_settings import flags, traefik_of
from plan.model.fields import mapping
from plan.model.findings import Finding, Rule
from plan.wording import listed

PLUGIN_NOT_LOADED = Rule(
    "PLUGIN-NOT-LOADED",
    "error",
    title="A middleware is of a plugin that Traefik does not load",
    meaning=(
        "Traefik loads the plugins that its static configuration names when it starts. A middleware of another one is "
        "unknown to it: each route with it is left out, and answers 404."
    ),
    remedy="Name the plugin under experimental.plugins in the values of Traefik, by the name that the middleware has.",
)
_FLAGS = ("--experimental.plugins.", "--experimental.localplugins.")


def plugin_middleware_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each such middleware in files."""
    traefik = traefik_of(lab)
    stated = lab.objects_by_kind.get("Middleware", ())
    if traefik is None or not stated:
        return
    name, controller = traefik
    loaded = {
        key.lower()
        for place in ("plugins", "localPlugins")
        for key in mapping(controller.values, "experimental", place)
    }
    for flag in flags(controller.values):
        loaded.update(flag.removeprefix(each).partition(".")[0] for each in _FLAGS if flag.startswith(each))
    for each in stated:
        for plugin in mapping(each.content, "spec", "plugin"):
            if plugin.lower() not in loaded:
                yield PLUGIN_NOT_LOADED.finding(
                    each.path,
                    f"Middleware {each.name} is of the plugin {plugin}, which the values of {name} do not load (they "
                    f"load {listed(sorted(loaded)) if loaded else 'none'}): its routes answer 404",
                    f"write experimental.plugins.{plugin} with moduleName and version in the values of {name}",
                    about=plugin,
                    facts={"plugin": plugin, "loaded": tuple(sorted(loaded))},
                )
