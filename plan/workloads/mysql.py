"""Services of kind `mysql`: a statefulset that makes its databases when it first starts, and the job that dumps it."""

from dataclasses import replace

from config.service import MysqlService
from config.service.container import Workload as WorkloadConfig
from config.service.mount import Mount
from config.service.port import ContainerPort
from config.service.secret import SecretVariable
from config.service.volume import Volume
from plan.model import Manifest, Workload
from plan.workloads.apps import build_parts
from plan.workloads.backups import as_app, backup_job, backup_volume
from plan.workloads.context import ServiceContext

USER_ID = 999
"""Of the server in MySQL's official image."""

ROOT_PASSWORD = "MYSQL_ROOT_PASSWORD"

_CREATE = """CREATE DATABASE IF NOT EXISTS \\`{name}\\`;
CREATE USER IF NOT EXISTS '{name}'@'%' IDENTIFIED BY '${{quoted_{password}}}';
GRANT ALL ON \\`{name}\\`.* TO '{name}'@'%';"""

_QUOTED = """quote() { local text=${!1//\\\\/\\\\\\\\}; printf -v "quoted_$1" %s "${text//\\'/\\'\\'}"; }
"""
"""Sets a variable to a password as SQL, whatever characters it has: what a command prints would lose line breaks at its
end. The image runs its scripts with bash."""


def build_mysql(context: ServiceContext, mysql: MysqlService) -> tuple[list[Workload], list[Manifest]]:
    """Workloads and objects of a MySQL server."""
    passwords = {_password(name): SecretVariable(path=name, key="DB_PASSWORD") for name in mysql.databases}
    server = WorkloadConfig(
        image=mysql.image,
        cpu=mysql.cpu,
        memory=mysql.memory,
        memory_request=mysql.memory_request,
        ephemeral_storage=mysql.ephemeral_storage,
        runs_as="statefulset",
        ports={"mysql": ContainerPort(3306, "TCP")},
        secrets={ROOT_PASSWORD: SecretVariable(), **passwords},
        mounts={"data": (Mount("/var/lib/mysql"),)},
        files={"/docker-entrypoint-initdb.d/databases.sh": _create_databases(mysql)} if mysql.databases else {},
        run_as_user=USER_ID,
        read_only_root=False,  # its socket and its process id are in /var/run/mysqld
        grace_seconds=120,
    )
    app = as_app(mysql, server, {"data": Volume(storage_class=mysql.storage_class, size=mysql.size)})
    if mysql.backup:
        dump = f'MYSQL_PWD="${ROOT_PASSWORD}" mysqldump -h {context.name} -u root --all-databases --single-transaction'
        backup = backup_job(context.name, mysql, mysql.backup, dump, USER_ID, ROOT_PASSWORD)
        volumes = {**app.volumes, "backup": backup_volume(mysql.backup)}
        app = app.model_copy(update={"workloads": {"backup": backup}, "volumes": volumes})
    parts = [
        part if part.is_main else part._replace(path=(*context.path, "backup")) for part in app.parts(context.name)
    ]
    return build_parts(replace(context, service=app), parts)


def _create_databases(mysql: MysqlService) -> str:
    """A script of the image's first start: each database, with a user of the same name."""
    passwords = "".join(f"quote {_password(name)}\n" for name in mysql.databases)
    statements = "\n".join(_CREATE.format(name=name, password=_password(name)) for name in mysql.databases)
    return f'{_QUOTED}{passwords}MYSQL_PWD="${ROOT_PASSWORD}" mysql -u root <<SQL\n{statements}\nSQL\n'


def _password(database: str) -> str:
    """The variable with the password of a database's user; none begins with a digit."""
    name = database.replace("-", "_").upper()
    return f"{'_' * name[0].isdigit()}{name}_PASSWORD"
