"""Settings of an installation that knows the work of the tests."""

from sipas_web.config.settings import *  # noqa: F403
from sipas_web.config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.web.functional.work_for_tests.WorkForTests"]
