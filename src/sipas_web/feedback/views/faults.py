"""What an action refuses, beside the field it is about."""

from sipas_web.privacy.views.faults import add_faults as add_faults
