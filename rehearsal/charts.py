"""A chart repository on loopback. Whatever is asked of it by name and version is a small chart of a few objects, for
the content of charts is not available here, and the engine handles a release without it."""

import hashlib
import io
import ssl
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import trustme
import yaml
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-chart
data:
  version: {{ .Chart.Version }}
{{- if .Values.pods }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-chart
spec:
  selector: {matchLabels: {chart: {{ .Release.Name }}}}
  template:
    metadata: {labels: {chart: {{ .Release.Name }}}}
    spec:
      containers: [{name: main, image: "stand-in:{{ .Chart.Version }}"}]
{{- end }}
{{- if and .Values.persistence.enabled (not .Values.persistence.existingClaim) }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .Release.Name }}-chart
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: {{ .Values.persistence.storageClass }}
  resources: {requests: {storage: 1Gi}}
{{- end }}
"""
"""With `pods`, a pod as well; with `persistence.enabled` and no claim that exists, a claim."""


class Repository(NamedTuple):
    """A chart repository that runs."""

    url: str
    ca_file: Path
    """The certificate that signed its own, in PEM."""


@contextmanager
def chart_repository(charts: Mapping[str, Iterable[str]], login: tuple[str, str] | None = None) -> Iterator[Repository]:
    """Serves charts by name, each in some versions; with a `login`, to the user with that password alone."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    files = {
        f"/{name}-{version}.tgz": chart_archive(name, version) for name, some in charts.items() for version in some
    }
    server = make_server("127.0.0.1", 0, _Files(files, charts, login), request_handler=_Quiet, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    with tempfile.TemporaryDirectory(prefix="charts-") as folder:
        ca_file = Path(folder) / "ca.pem"
        authority.cert_pem.write_to_path(str(ca_file))
        thread.start()
        try:
            yield Repository(f"https://127.0.0.1:{server.port}", ca_file)
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        pass


class _Files:
    """A WSGI application that answers with the index and the charts."""

    def __init__(
        self, files: Mapping[str, bytes], charts: Mapping[str, Iterable[str]], login: tuple[str, str] | None
    ) -> None:
        self._login = login
        entries = {
            name: [
                {
                    "apiVersion": "v2",
                    "name": name,
                    "version": version,
                    "urls": [f"{name}-{version}.tgz"],
                    "digest": hashlib.sha256(files[f"/{name}-{version}.tgz"]).hexdigest(),
                }
                for version in versions
            ]
            for name, versions in charts.items()
        }
        self._files = {"/index.yaml": yaml.safe_dump({"apiVersion": "v1", "entries": entries}).encode(), **files}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        asked = request.authorization
        if self._login and (asked is None or (asked.username, asked.password) != self._login):
            return Response(b"", status=401)(environ, start_response)
        content = self._files.get(request.path)
        return Response(content or b"", status=404 if content is None else 200)(environ, start_response)


def chart_archive(name: str, version: str) -> bytes:
    """A chart, as it is packed."""
    files = {
        "Chart.yaml": yaml.safe_dump({"apiVersion": "v2", "name": name, "version": version}),
        "values.yaml": "pods: false\npersistence: {enabled: false}\n",
        "templates/objects.yaml": TEMPLATE,
    }
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for path, text in files.items():
            about = tarfile.TarInfo(f"{name}/{path}")
            about.size = len(text)
            archive.addfile(about, io.BytesIO(text.encode()))
    return written.getvalue()
