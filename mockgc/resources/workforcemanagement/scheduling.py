"""The kinds of week schedules, their uploads and time off, in the order in which they refer to each other."""

from mockgc.resources.operations import OPERATION
from mockgc.resources.workforcemanagement.downloads import DOWNLOAD
from mockgc.resources.workforcemanagement.older_agent_schedules import AGENT_SCHEDULES
from mockgc.resources.workforcemanagement.schedule_uploads import SCHEDULE
from mockgc.resources.workforcemanagement.shift_trade_states import SHIFT_TRADE
from mockgc.resources.workforcemanagement.short_term_forecasts import SHORT_TERM_FORECAST
from mockgc.resources.workforcemanagement.time_off_balances import TIME_OFF
from mockgc.resources.workforcemanagement.time_off_in_business_units import (
    BUSINESS_UNIT_TIME_OFF_LIMIT,
    BUSINESS_UNIT_TIME_OFF_PLAN,
)
from mockgc.resources.workforcemanagement.time_off_limits import TIME_OFF_LIMIT
from mockgc.resources.workforcemanagement.time_off_plans import TIME_OFF_PLAN
from mockgc.resources.workforcemanagement.uploads import UPLOAD

SCHEDULING = (
    UPLOAD,
    DOWNLOAD,
    OPERATION,
    SCHEDULE,
    AGENT_SCHEDULES,
    SHORT_TERM_FORECAST,
    SHIFT_TRADE,
    TIME_OFF,
    TIME_OFF_LIMIT,
    TIME_OFF_PLAN,
    BUSINESS_UNIT_TIME_OFF_LIMIT,
    BUSINESS_UNIT_TIME_OFF_PLAN,
)
