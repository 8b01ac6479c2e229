"""Django's own commands, for developers: ``python manage.py makemigrations``."""

import os

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sipas_web.config.settings")
    os.environ.setdefault("SIPAS_SECRET_KEY", "for-development-commands-only")
    execute_from_command_line()
