"""Contact logs, one row a contact -> contacts by interval; read right or refused, however long."""

from forecast.contactlog.read import read

__all__ = ["read"]
