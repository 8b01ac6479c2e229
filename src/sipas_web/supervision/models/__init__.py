"""Models of supervision."""

from sipas_web.supervision.models.orders import Order, OrderReport
from sipas_web.supervision.models.samples import (
    CheckAttempt,
    CheckCase,
    CheckSample,
    ContactOpening,
    Remedy,
)

__all__ = ["CheckAttempt", "CheckCase", "CheckSample", "ContactOpening", "Order", "OrderReport", "Remedy"]
