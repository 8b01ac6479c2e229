"""Reads of supervision."""

from sipas_web.supervision.models import CheckAttempt as CheckAttempt
from sipas_web.supervision.models import CheckCase as CheckCase
from sipas_web.supervision.models import CheckSample as CheckSample
from sipas_web.supervision.models import Order as Order
from sipas_web.supervision.models import OrderReport as OrderReport
from sipas_web.supervision.models import Remedy as Remedy
from sipas_web.supervision.queries.checks import checks_table as checks_table
