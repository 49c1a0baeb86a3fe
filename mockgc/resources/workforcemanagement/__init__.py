"""Workforce management as published: `/api/v2/workforcemanagement`."""

from mockgc.resources.workforcemanagement.business_units import BUSINESS_UNIT

RESOURCES = (BUSINESS_UNIT,)
