"""Docker Compose as services of a lab: what is said, what is noted, and what has no place."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.adopt.files.compose.find import find_compose
from operations.adopt.files.compose.project import Receiver
from operations.adopt.files.compose.service import ComposeService, InvalidCompose, compose_services
from operations.adopt.files.compose.values import dotenv
from tests.plan.labs import FOLDERS, lab_of

LAB = Receiver("aux", "block", "files")


def converted(folder: Path, text: str, receiver: Receiver = LAB, **variables: str) -> dict[str, ComposeService]:
    found = compose_services(folder / "compose.yaml", yaml.safe_load(text), variables, receiver)
    return {each.name: each for each in found}


def only(folder: Path, service: str, receiver: Receiver = LAB, **variables: str) -> ComposeService:
    (found,) = converted(folder, f"services: {{web: {{{service}}}}}", receiver, **variables).values()
    return found


def said(service: ComposeService) -> dict[str, Any]:
    return yaml.safe_load(service.text)


def test_what_the_format_says_is_taken(tmp_path: Path) -> None:
    service = """image: nextcloud:30.0.2, ports: ["127.0.0.1:8080:80", "53:53/udp"], entrypoint: [/run, now],
        command: serve --fast, environment: [MODE=live], user: "1000:1000", read_only: true, cap_drop: [ALL],
        mem_limit: 512m, cpus: "0.5", restart: always"""
    found = said(only(tmp_path / "cloud", service))
    assert found == {
        "kind": "app",
        "tier": "aux",
        "namespace": "cloud",
        "description": "web, of Docker Compose",
        "image": "nextcloud:30.0.2",
        "cpu": "0.5",
        "memory": "512Mi",
        "command": ["/run", "now"],
        "args": ["serve", "--fast"],
        "env": {"MODE": "live"},
        "ports": {"http": 80, "udp-53": "53/udp"},
        "run_as_user": 1000,
        "run_as_group": 1000,
        "read_only_root": True,
        "drop_capabilities": ["ALL"],
    }


@pytest.mark.parametrize(
    ("stated", "figures"),
    [
        ("deploy: {resources: {limits: {cpus: '2', memory: 1g}, reservations: {cpus: '0.25', memory: 256m}}}",
         {"cpu": "0.25", "memory": "1Gi", "memory_request": "256Mi"}),
        ("mem_limit: 1g, mem_reservation: 256m, cpus: 1", {"cpu": "1", "memory": "1Gi", "memory_request": "256Mi"}),
        ("mem_reservation: 2g", {"cpu": "25m", "memory": "2Gi"}),
        ("mem_reservation: 64m", {"cpu": "25m", "memory": "128Mi", "memory_request": "64Mi"}),
    ],
)  # fmt: skip
def test_what_docker_keeps_free_is_the_request(tmp_path: Path, stated: str, figures: dict[str, str]) -> None:
    found = said(only(tmp_path, f"image: web:1, {stated}"))
    assert {key: found[key] for key in ("cpu", "memory", "memory_request") if key in found} == figures


@pytest.mark.parametrize(
    "stated",
    [
        "command: redis-server --requirepass hunter2",
        "command: [redis-server, --requirepass, '${PASSWORD}']",
        "entrypoint: [serve, 'postgres://web:hunter2@db/web']",
        "healthcheck: {test: redis-cli -a hunter2 ping}",
    ],
)
def test_a_command_with_a_secret_is_in_no_file(tmp_path: Path, stated: str) -> None:
    found = only(tmp_path, f"image: web:1, {stated}", PASSWORD="hunter2")
    assert found.text == ""
    assert found.lacking == (
        "a command holds what looks like a secret: write it under secrets, and $(NAME) in its place",
    )


def test_a_named_volume_that_is_a_share_stays_one(tmp_path: Path) -> None:
    options = '{type: nfs, o: "addr=10.0.20.2,rw,nfsvers=4", device: ":/tank/pg"}'
    text = f"services: {{db: {{image: a:1, volumes: [pg:/data]}}}}\nvolumes: {{pg: {{driver_opts: {options}}}}}"
    (found,) = converted(tmp_path, text).values()
    share = {"server": "10.0.20.2", "path": "/tank/pg", "options": ["nfsvers=4"]}
    assert said(found)["volumes"] == {"pg": {"size": "10Gi", "share": share}}
    assert "volume pg: its size is assumed; it is the share 10.0.20.2:/tank/pg, as before" in found.notes


def test_a_folder_in_memory_keeps_its_size(tmp_path: Path) -> None:
    mount = "{type: tmpfs, target: /tmp/work, tmpfs: {size: 67108864}}"
    assert said(only(tmp_path, f"image: web:1, volumes: [{mount}]"))["scratch"] == {
        "tmp-work": {"medium": "memory", "size": "64Mi"}
    }


VPN = """
services:
  vpn: {image: vpn:1, container_name: tunnel, cap_add: [NET_ADMIN], ports: ["8080:8080"], volumes: ["./vpn:/vpn"]}
  torrents:
    {image: torrents:1, network_mode: "service:vpn", depends_on: [vpn, db], environment: {PASSWORD: hunter2},
     volumes: ["./config:/config", "/srv/films:/films"]}
  films: {image: films:1, ports: ["80:80"], volumes: ["/srv/films:/films"], depends_on: [torrents]}
  watch: {image: watch:1, network_mode: "container:tunnel"}
  db: {image: "postgres:17"}
"""


def test_services_that_share_a_network_are_sidecars(tmp_path: Path) -> None:
    found = converted(tmp_path, VPN)
    assert found.keys() == {"vpn", "films", "db"}
    vpn = said(found["vpn"])
    assert vpn["sidecars"].keys() == {"torrents", "watch"}
    assert vpn["sidecars"]["torrents"]["mounts"] == {"config": "/config", "films": "/films"}
    assert vpn["sidecars"]["torrents"]["secrets"] == {"PASSWORD": {"path": "torrents"}}
    assert vpn["volumes"].keys() == {"vpn", "config", "films"}
    assert said(found["films"])["claims"] == {"films": "vpn/films"}
    assert said(found["films"])["waits_for"] == ["vpn"]
    assert any("torrents waited for db" in note for note in found["vpn"].notes)
    assert any("torrents starts together with vpn" in note for note in found["vpn"].notes)


def test_what_only_a_pod_has_is_lacking_of_a_sidecar(tmp_path: Path) -> None:
    vpn = converted(tmp_path, VPN.replace("image: watch:1", "image: watch:1, pid: host, cgroup_parent: a"))["vpn"]
    assert vpn.text == ""
    assert any("watch: pid, ipc, group_add and sysctls" in each for each in vpn.lacking)
    assert any("watch: cgroup_parent has no place" in each for each in vpn.lacking)


def test_a_secret_goes_under_secrets_and_its_value_nowhere(tmp_path: Path) -> None:
    service = only(tmp_path, "image: a:1, environment: {DB_PASSWORD: '${PW:-hunter2}', TOKEN_TTL: 3600}")
    assert "hunter2" not in str(service)
    assert said(service)["secrets"] == {"DB_PASSWORD": {}}
    assert said(service)["env"] == {"TOKEN_TTL": "3600"}
    assert any("put DB_PASSWORD into secret/web" in note for note in service.notes)


def test_a_secret_needs_no_value(tmp_path: Path) -> None:
    service = only(tmp_path, "image: a:1, environment: {DB_PASSWORD: '${NOWHERE}'}")
    assert said(service)["secrets"] == {"DB_PASSWORD": {}}


def test_volumes_and_files_beside_it_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "app.ini").write_text("a=1\n", encoding="utf-8")
    volumes = (
        "volumes: ['data:/data', './app.ini:/etc/app.ini:ro', './media:/media:ro', '/etc/localtime:/etc/localtime']"
    )
    service = only(tmp_path, f"image: a:1, {volumes}")
    found = said(service)
    assert found["volumes"].keys() == {"data", "media"}
    assert found["mounts"] == {"data": "/data", "media": {"path": "/media", "read_only": True}}
    assert found["files"] == {"/etc/app.ini": "a=1\n"}
    assert "the time zone of the host is not mounted: set TZ" in service.notes


@pytest.mark.parametrize(
    ("service", "lacking"),
    [
        ("build: .", "it is built here"),
        ("image: a:1, volumes: ['/sys:/sys']", "/sys is of the Docker host itself"),
        ("image: a:1, volumes: ['/srv/app.ini:/etc/app.ini']", "/srv/app.ini is a file of the Docker host"),
        ("image: a:1, devices: ['/dev/dri']", "it opens /dev/dri of the Docker host"),
        ("image: a:1, gpus: all", "it uses a GPU"),
        ("image: a:1, runtime: nvidia", "it uses a GPU"),
        ("image: a:1, deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}", "it uses a GPU"),
        ("image: a:1, volumes: ['/var/run/docker.sock:/var/run/docker.sock']", "it uses Docker's own socket"),
        ("image: a:1, env_file: ../other.env", "is outside of the folder of the compose file"),
        ("image: a:1, volumes: ['../app.ini:/etc/app.ini']", "../app.ini is a file of the Docker host"),
        ("image: a:1, env_file: nowhere.env", "env_file nowhere.env cannot be read"),
        ("image: a:1, extra_hosts: ['host.docker.internal:host-gateway']", "host.docker.internal is the Docker host"),
        ("image: a:1, ports: ['web:http']", "web:http is not understood as a port"),
        ("image: a:1, security_opt: ['seccomp:own.json']", "security_opt seccomp:own.json has no place here"),
        ("image: a:1, network_mode: none", "network_mode none has no place here: take it out"),
        ("image: a:1, ports: ['5000-5100:5000-5100/udp']", "is a range of more than 20"),
        ("image: a:1, cgroup_parent: a", "cgroup_parent has no place here"),
        ("image: a:1, network_mode: 'service:vpn'", "network_mode service:vpn has no place here"),
        ("image: 'a:${TAG}'", "TAG is not set: write"),
        ("image: 'a:${TAG}', environment: [URL=$BASE/x]", "TAG, BASE are not set: write"),
        ("image: a:1, user: app", "run_as_user has to be a number"),
    ],
)
def test_what_has_no_place_is_named_and_the_service_is_not_written(tmp_path: Path, service: str, lacking: str) -> None:
    found = only(tmp_path, service)
    assert found.text == ""
    assert any(lacking in each for each in found.lacking)


def test_a_service_waits_for_those_that_listen(tmp_path: Path) -> None:
    text = "services: {web: {image: 'a:1', depends_on: {db: {condition: service_started}, job: {}}}, "
    found = converted(tmp_path, text + "db: {image: 'b:1', expose: ['3306']}, job: {image: 'c:1'}}")
    assert said(found["web"])["waits_for"] == ["db"]
    assert said(found["db"])["ports"] == {"tcp-3306": 3306}


def test_variables_come_from_the_file_beside_it(tmp_path: Path) -> None:
    assert said(only(tmp_path, "image: 'a:${TAG}'", TAG="1.2"))["image"] == "a:1.2"
    assert said(only(tmp_path, "image: 'a:1', command: 'echo $$HOME ${NO:-else}'"))["args"] == ["echo", "$HOME", "else"]


def test_variables_name_those_above_them() -> None:
    content = "ROOT=/srv # all of it\nDATA=${ROOT}/data\nLITERAL='${ROOT}'\nOTHER=${NONE:-x}\n"
    assert dotenv(content) == {"ROOT": "/srv", "DATA": "/srv/data", "LITERAL": "${ROOT}", "OTHER": "x"}


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidCompose, match="it has no services"):
        converted(tmp_path, "version: '3'")


def test_variables_of_files_are_taken_and_the_environment_overrides_them(tmp_path: Path) -> None:
    (tmp_path / "app.env").write_text(
        "# settings\nMODE=old\nexport REGION='eu'\nDB_PASSWORD=hunter2\n", encoding="utf-8"
    )
    service = only(tmp_path, "image: a:1, env_file: [app.env], environment: {MODE: new}")
    assert said(service)["env"] == {"MODE": "new", "REGION": "eu"}
    assert said(service)["secrets"] == {"DB_PASSWORD": {}}
    assert "hunter2" not in str(service)


def test_in_a_lab_without_a_vault_a_secret_is_one_that_its_owner_makes(tmp_path: Path) -> None:
    service = only(tmp_path / "cloud", "image: a:1, environment: {DB_PASSWORD: hunter2}", LAB._replace(has_vault=False))
    assert said(service)["secrets"] == {"DB_PASSWORD": {"secret": "web", "key": "DB_PASSWORD"}}
    assert "make the Secret web in the namespace cloud with DB_PASSWORD; the values are not written" in service.notes


@pytest.mark.parametrize(
    ("test", "asked"),
    [
        ("[CMD, pg_isready, -U, app]", ["pg_isready", "-U", "app"]),
        ("[CMD-SHELL, 'redis-cli ping || exit 1']", ["sh", "-c", "redis-cli ping || exit 1"]),
        ("redis-cli ping", ["sh", "-c", "redis-cli ping"]),
    ],
)
def test_a_health_check_becomes_readiness(tmp_path: Path, test: str, asked: list[str]) -> None:
    found = said(only(tmp_path, f"image: a:1, healthcheck: {{test: {test}, interval: 1m30s, timeout: 5s, retries: 2}}"))
    assert found["probes"] == {"readiness": {"exec": asked, "period_seconds": 90, "timeout_seconds": 5, "failures": 2}}


def test_a_long_start_is_asked_as_long(tmp_path: Path) -> None:
    found = said(only(tmp_path, "image: a:1, healthcheck: {test: [CMD, ok], interval: 10s, start_period: 5m}"))
    assert found["probes"]["startup"]["failures"] == 3 + 30


@pytest.mark.parametrize("check", ["{disable: true, test: [CMD, ok]}", "{test: [NONE]}"])
def test_a_check_that_is_off_is_none(tmp_path: Path, check: str) -> None:
    assert "probes" not in said(only(tmp_path, f"image: a:1, healthcheck: {check}"))


def test_memory_is_mounted_as_scratch(tmp_path: Path) -> None:
    found = said(only(tmp_path, "image: a:1, shm_size: 128mb, tmpfs: ['/tmp', '/run:size=64m']"))
    assert found["scratch"] == {
        "tmp": {"medium": "memory"},
        "run": {"medium": "memory", "size": "64Mi"},
        "dev-shm": {"medium": "memory", "size": "128Mi"},
    }
    assert found["mounts"] == {"tmp": "/tmp", "run": "/run", "dev-shm": "/dev/shm"}


def test_a_volume_at_two_places_is_one_and_two_folders_of_a_name_are_two(tmp_path: Path) -> None:
    found = said(only(tmp_path, "image: a:1, volumes: ['data:/a', 'data:/b', './one/files:/c', './two/files:/d']"))
    assert found["volumes"].keys() == {"data", "files", "files-2"}
    assert found["mounts"] == {"data": ["/a", "/b"], "files": "/c", "files-2": "/d"}


def test_configs_and_secrets_appear_as_files(tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text("hunter2", encoding="utf-8")
    text = """
    services: {web: {image: 'a:1', secrets: [token], configs: [{source: conf, target: /etc/web.conf}]}}
    secrets: {token: {file: ./token.txt}}
    configs: {conf: {content: listen 80}}
    """
    found = converted(tmp_path, text)["web"]
    assert said(found)["files"] == {"/etc/web.conf": "listen 80"}
    assert said(found)["secret_files"] == {"/run/secrets/token": {"path": "web", "key": "token"}}
    assert "hunter2" not in str(found)


def test_a_service_that_others_reach_has_the_usual_port_of_its_image(tmp_path: Path) -> None:
    text = "services: {web: {image: 'a:1', depends_on: [cache]}, cache: {image: 'docker.io/valkey/valkey:8'}}"
    found = converted(tmp_path, text)
    assert said(found["cache"])["ports"] == {"tcp-6379": 6379}
    assert said(found["web"])["waits_for"] == ["cache"]


def test_a_service_that_others_reach_at_a_port_that_nobody_states_is_not_written(tmp_path: Path) -> None:
    found = converted(tmp_path, "services: {web: {image: 'a:1', depends_on: [engine]}, engine: {image: 'b:1'}}")
    assert any("web reaches it, and it states no port" in each for each in found["engine"].lacking)


def test_a_service_that_is_waited_for_until_it_ends_is_a_job(tmp_path: Path) -> None:
    condition = "{migrate: {condition: service_completed_successfully}}"
    found = converted(
        tmp_path, f"services: {{web: {{image: 'a:1', depends_on: {condition}}}, migrate: {{image: 'a:1'}}}}"
    )
    assert said(found["migrate"])["runs_as"] == "job"


def test_a_name_that_another_project_has_in_the_lab_gets_the_projects_before_it(tmp_path: Path) -> None:
    lab = LAB._replace(services={"redis": "paperless"})
    text = "{name: photos, services: {web: {image: 'a:1', depends_on: [redis]}, redis: {image: 'redis:8'}}}"
    found = converted(tmp_path, text, lab)
    assert said(found["photos-redis"])["adopt"] == {"service": "redis"}, "the others still find it as redis"
    assert said(found["web"])["waits_for"] == ["photos-redis"]


def test_a_second_run_makes_no_second_service(tmp_path: Path) -> None:
    lab = LAB._replace(services={"redis": "photos"})
    found = converted(tmp_path, "{name: photos, services: {redis: {image: 'redis:8'}}}", lab)
    assert (found["redis"].text, found["redis"].lacking, found["redis"].is_known) == ("", (), True)


def test_names_that_only_docker_resolves_are_told(tmp_path: Path) -> None:
    text = """services: {web: {image: 'a:1', environment: {CACHE: 'redis://my_redis:6379'}},
        cache: {image: 'redis:8', container_name: my_redis}}"""
    assert "CACHE names my_redis, which is reached as cache here: change that" in converted(tmp_path, text)["web"].notes


ROUTER = "traefik.http.routers.web.rule"


@pytest.mark.parametrize(
    ("labels", "exposed"),
    [
        (f"{{{ROUTER}: 'Host(`a.lab.example`)'}}", [{"host": "a", "auth": "app"}]),
        (
            f"['{ROUTER}=Host(`a.lab.example`) || Host(`b.org`)']",
            [{"host": "a", "auth": "app"}, {"host": "b.org", "auth": "app"}],
        ),
        (f"{{{ROUTER}: 'Host(`b.org`) && PathPrefix(`/api`)'}}", [{"host": "b.org", "path": "/api", "auth": "app"}]),
        (
            f"{{{ROUTER}: 'Host(`b.org`)', traefik.http.routers.web.middlewares: 'authelia@docker'}}",
            [{"host": "b.org"}],
        ),
    ],
)
def test_routers_of_traefik_become_routes(tmp_path: Path, labels: str, exposed: list[dict[str, str]]) -> None:
    lab = LAB._replace(domain="lab.example", signs_in=True)
    assert said(only(tmp_path, f"image: a:1, ports: ['80'], labels: {labels}", lab))["expose"] == exposed


def test_a_router_that_is_not_understood_is_told(tmp_path: Path) -> None:
    service = only(tmp_path, f"image: a:1, labels: {{{ROUTER}: 'HostRegexp(`.+`)'}}")
    assert "expose" not in said(service)
    assert "the router web is not taken over: HostRegexp(`.+`)" in service.notes


def test_the_port_that_a_router_leads_to_is_one_of_the_service(tmp_path: Path) -> None:
    labels = f"{{{ROUTER}: 'Host(`b.org`)', traefik.http.services.web.loadbalancer.server.port: 3000}}"
    assert said(only(tmp_path, f"image: a:1, labels: {labels}"))["ports"] == {"http": 3000}


def test_data_of_several_services_is_one_volume(tmp_path: Path) -> None:
    text = """services:
      films: {image: 'a:1', volumes: ['/mnt/media:/media', 'cache:/cache']}
      index: {image: 'b:1', volumes: ['/mnt/media/series:/tv:ro', 'cache:/cache']}
      alone: {image: 'c:1', volumes: ['/mnt/books:/books']}"""
    found = converted(tmp_path, text)
    assert said(found["films"])["volumes"] == {
        "media": {"size": "10Gi", "storage_class": "files"},
        "cache": {"size": "10Gi", "storage_class": "files"},
    }
    index = said(found["index"])
    assert index["claims"] == {"media": "films/media", "cache": "films/cache"}
    assert index["mounts"] == {"media": {"path": "/tv", "sub_path": "series", "read_only": True}, "cache": "/cache"}
    assert said(found["alone"])["volumes"]["books"]["storage_class"] == "block"


def test_limits_that_are_the_nodes_are_told(tmp_path: Path) -> None:
    assert "ulimits is not taken over" in only(tmp_path, "image: a:1, ulimits: {nofile: 1024}").notes


@pytest.mark.parametrize(
    ("service", "needed"),
    [
        ("image: a:1", {"root-user", "writable-root"}),
        ("image: a:1, user: '1000', read_only: true", set()),
        ("image: a:1, user: root, read_only: true", {"root-user"}),
        ("image: a:1, user: '1000', read_only: true, cap_add: [NET_ADMIN]", {"capabilities"}),
        ("image: a:1, user: '1000', read_only: true, sysctls: [net.core.somaxconn=1024]", {"unconfined"}),
        ("image: a:1, user: '1000', read_only: true, network_mode: host", {"host-access"}),
    ],
)
def test_a_service_keeps_the_rights_that_it_had(tmp_path: Path, service: str, needed: set[str]) -> None:
    """In a tier of the standard `restricted` it would not start otherwise."""
    lab = LAB._replace(settings=lab_of("small").tiers["home"])
    assert said(only(tmp_path, service, lab)).get("exceptions", {}).keys() == needed


def test_profiles_that_let_everything_through_are_keys(tmp_path: Path) -> None:
    options = "security_opt: ['seccomp:unconfined', apparmor=unconfined, 'no-new-privileges:true', 'label:disable']"
    found = only(tmp_path, f"image: a:1, {options}")
    assert said(found)["security"] == {"seccomp": "Unconfined", "app_armor": "Unconfined"}
    assert found.lacking == ()


def test_each_port_of_a_range_is_taken(tmp_path: Path) -> None:
    found = only(tmp_path, "image: a:1, ports: ['8000-8002:9000-9002']")
    assert said(found)["ports"] == {"http": 9000, "tcp-9001": 9001, "tcp-9002": 9002}
    assert any("port 8002 of the Docker host led to 9002" in note for note in found.notes)


def test_a_port_that_another_service_names_in_an_address_is_taken(tmp_path: Path) -> None:
    services = """
        web: {image: 'a:1', environment: {TIKA: 'http://tika:9998/x', CACHE: 'cache:6000', NOT: 'my-tika:1'}},
        tika: {image: 'tika:3'}, cache: {image: 'b:1'}, other: {image: 'c:1'}"""
    found = converted(tmp_path, f"services: {{{services}}}")
    assert said(found["tika"])["ports"] == {"tcp-9998": 9998}
    assert said(found["cache"])["ports"] == {"tcp-6000": 6000}
    assert "ports" not in said(found["other"])


@pytest.mark.parametrize(
    ("service", "note"),
    [
        ("image: a:1, profiles: [debug]", "starts it with the profile debug alone; here it always runs"),
        ("image: a:1, deploy: {placement: {constraints: [node.role == manager]}}", "deploy.placement names nodes"),
        ("image: a:1, networks: {lan: {ipv4_address: 192.0.2.53}}", "its own address 192.0.2.53 is not taken over"),
    ],
)
def test_what_only_docker_does_is_noted(tmp_path: Path, service: str, note: str) -> None:
    assert any(note in each for each in only(tmp_path, service).notes)


@pytest.mark.parametrize(("middlewares", "is_said"), [("users@docker", True), ("", False)])
def test_a_middleware_that_kept_visitors_out_is_noted(tmp_path: Path, middlewares: str, is_said: bool) -> None:
    labels = f'"traefik.http.routers.w.rule=Host(`w.example.org`)", "traefik.http.routers.w.middlewares={middlewares}"'
    found = only(tmp_path, f"image: a:1, ports: [80], labels: [{labels}]")
    assert any("middlewares of its router are not taken over" in each for each in found.notes) == is_said


def test_nothing_waits_for_a_service_that_is_not_written(tmp_path: Path) -> None:
    text = """{services: {web: {image: 'a:1', depends_on: [proxy, worker]}, proxy: {image: 'b:1', ports: [80],
        volumes: ['/var/run/docker.sock:/s']}, worker: {image: 'c:1', ports: ['81'], depends_on: [bad]},
        bad: {image: 'd e', ports: [82]}}, include: [other.yaml]}"""
    lab = lab_of("small")
    content = yaml.safe_load(text)
    file = tmp_path / "shop" / "compose.yaml"
    found = find_compose(FOLDERS["small"], lab, file, content, {}, tier=next(iter(lab.tiers)), storage_class=None)
    services = {each.name: each for each in found.services}
    assert {name for name, each in services.items() if each.lacking} == {"proxy", "bad"}
    web = yaml.safe_load(found.files["services/web.yaml"])
    assert web["waits_for"] == ["worker"]
    assert any("does not wait for proxy, which is not written" in each for each in services["web"].notes)
    assert "waits_for" not in yaml.safe_load(found.files["services/worker.yaml"])
    assert found.unread == ("include: its files are not read; adopt each of them by itself",)


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("platform: linux/arm64", "platform linux/arm64 is not taken over"),
        ("platform: linux/amd64", ""),
        ("stop_signal: SIGINT", "stop_signal SIGINT is not taken over"),
        ("hostname: licensed", "hostname licensed is not taken over"),
        ("hostname: web", ""),
    ],
)
def test_what_kubernetes_does_otherwise_is_told(tmp_path: Path, stated: str, told: str) -> None:
    notes = converted(tmp_path, f"services: {{web: {{image: 'a:1', {stated}}}}}")["web"].notes
    found = [each for each in notes if "is not taken over" in each]
    assert [each.startswith(told) for each in found] == ([True] if told else [])


def test_what_extends_another_service_is_not_built_here(tmp_path: Path) -> None:
    found = converted(tmp_path, "services: {web: {extends: {service: other}}, built: {build: .}}")
    assert found["web"].lacking == ("extends has no place here: state it in a patch or in objects",)
    assert "it is built here" in found["built"].lacking[0]
