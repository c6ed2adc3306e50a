"""The clinic refuses to start unsafely, and the README tells every variable it reads."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from clinic import local_postgres

ROOT = Path(settings.BASE_DIR)
SECRET = "a-secret-of-this-test-and-nobody-else-0123456789"
READERS = ("clinic/settings.py", "clinic/local_postgres.py", "clinic/local_run.py", "manage.py", "bin/test", "bin/run", "bin/common.sh")
PATTERNS = (
    r"""(?:env|env_bool|env_list|required_in_production)\(\s*f?["']([A-Z_]+)["']""",
    r"""environ(?:\.get\(|\[)["']([A-Z_]+)["']""",
    r"""\$\{([A-Z_]+):-""",
)
INTERNAL = {"CLINIC_DATABASE_ROLE", "CLINIC_PROCESS_ACTOR", "DJANGO_SETTINGS_MODULE"}


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    """Load the web application as granian does, with these variables only."""
    environment = {"PATH": os.environ["PATH"], "CLINIC_DATA": str(local_postgres.data_directory()), **variables}
    return subprocess.run([sys.executable, "-c", "import clinic.wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def production(role: str = "clinic_app") -> dict[str, str]:
    url = local_postgres.url_for(role, settings.DATABASES["default"]["NAME"])
    return {"DEBUG": "false", "DATABASE_URL": url, "SECRET_KEY": SECRET, "ALLOWED_HOSTS": "clinic.example"}


@pytest.mark.django_db
def test_it_starts_with_everything_it_needs() -> None:
    done = start(**production())
    assert done.returncode == 0, done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_it_refuses_to_start_without(missing: str) -> None:
    done = start(**{name: value for name, value in production().items() if name != missing})
    assert done.returncode != 0
    assert f"{missing} must be set when DEBUG is off" in done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["short", "development-only-secret-key-for-a-local-demo-clinic"])
def test_it_refuses_a_short_or_well_known_secret(secret: str) -> None:
    done = start(**{**production(), "SECRET_KEY": secret})
    assert done.returncode != 0
    assert "SECRET_KEY must have at least" in done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("hosts", ["*", "clinic.example,*", " , "])
def test_it_refuses_to_trust_any_host(hosts: str) -> None:
    done = start(**{**production(), "ALLOWED_HOSTS": hosts})
    assert done.returncode != 0
    assert "ALLOWED_HOSTS must name" in done.stderr


def test_it_refuses_a_rule_for_breaking_the_glass_that_it_does_not_know() -> None:
    done = start(BREAK_GLASS="of")
    assert done.returncode != 0
    assert "BREAK_GLASS must be branches, team or off" in done.stderr


LOG = """
import logging, django
django.setup()
try:
    raise ValueError("Key (last_name)=(Ivanov) exists")
except ValueError:
    logging.getLogger("django.request").error("Internal Server Error: %s", "/patients/", exc_info=True)
logging.getLogger("django.server").info('"%s" %s %s', "GET /api/v1/patients?q=Ivanov HTTP/1.1", 200, 0)
"""


@pytest.mark.parametrize("debug", ["true", "false"])
def test_the_log_tells_what_failed_and_nothing_of_whom(debug: str, tmp_path: Path) -> None:
    variables = {"DEBUG": debug, "SECRET_KEY": SECRET, "ALLOWED_HOSTS": "clinic.example", "DJANGO_SETTINGS_MODULE": "clinic.settings"}
    environment = {"PATH": os.environ["PATH"], "CLINIC_DATA": str(tmp_path), "PYTHONPATH": str(ROOT), **variables}
    done = subprocess.run([sys.executable, "-c", LOG], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    [line] = done.stderr.splitlines()
    told = json.loads(line)
    assert (told["exception"], told["logger"]) == ("ValueError", "django.request")
    assert "Ivanov" not in done.stdout + done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "reason"), [("postgres", "names a superuser"), ("clinic_owner", "names the owner of the tables")])
def test_it_refuses_a_database_role_that_could_rewrite_history(role: str, reason: str) -> None:
    done = start(**production(role))
    assert done.returncode != 0
    assert reason in done.stderr


def test_a_database_url_means_production() -> None:
    done = start(DATABASE_URL="postgresql://clinic_app@db.example/clinic")
    assert "must be set when DEBUG is off" in done.stderr


def test_it_reads_a_secret_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    variables = {"DEBUG": "false", "ALLOWED_HOSTS": "clinic.example", "SECRET_KEY_FILE": str(tmp_path / "secret")}
    command = "from clinic import settings; print(settings.SECRET_KEY)"
    environment = {"PATH": os.environ["PATH"], "CLINIC_DATA": str(tmp_path), **variables}
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == SECRET


def mail_settings(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The settings of e-mail that a clinic with these variables would have."""
    names = "EMAIL_BACKEND EMAIL_HOST EMAIL_PORT EMAIL_USE_TLS EMAIL_HOST_USER EMAIL_HOST_PASSWORD DEFAULT_FROM_EMAIL"
    command = f"import json; from clinic import settings; print(json.dumps([getattr(settings, name) for name in '{names}'.split()]))"
    environment = {"PATH": os.environ["PATH"], "CLINIC_DATA": str(tmp_path), "DEBUG": "true", **variables}
    return subprocess.run([sys.executable, "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_without_a_mail_server_letters_go_to_the_log(tmp_path: Path) -> None:
    backend, host, *_rest = json.loads(mail_settings(tmp_path).stdout)
    assert (backend, host) == ("django.core.mail.backends.console.EmailBackend", "")


def test_with_a_mail_server_letters_go_there_by_tls_with_the_password_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("letter-box\n")
    account = {"EMAIL_HOST_USER": "desk@clinic.example", "EMAIL_HOST_PASSWORD_FILE": str(tmp_path / "password")}
    found = json.loads(mail_settings(tmp_path, EMAIL_HOST="smtp.example", **account).stdout)
    backend, address = "django.core.mail.backends.smtp.EmailBackend", "desk@clinic.example"
    assert found == [backend, "smtp.example", 587, True, address, "letter-box", address]
    plain = {"EMAIL_USE_TLS": "false", "DEFAULT_FROM_EMAIL": "Clinic <a@clinic.example>"}
    assert json.loads(mail_settings(tmp_path, EMAIL_HOST="127.0.0.1", **plain).stdout)[2:4] == [25, False]


def test_it_refuses_a_mail_server_without_a_sender(tmp_path: Path) -> None:
    done = mail_settings(tmp_path, EMAIL_HOST="smtp.example", EMAIL_HOST_USER="desk")
    assert done.returncode != 0
    assert "DEFAULT_FROM_EMAIL must be set" in done.stderr


def test_the_readme_tells_every_variable() -> None:
    read = {name for file in READERS for pattern in PATTERNS for name in re.findall(pattern, (ROOT / file).read_text())}
    read = {name.removesuffix("_FILE") for name in read}
    told = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert read - INTERNAL == told, {"not told": read - INTERNAL - told, "not read": told - read}
