"""Workforce management as published: `/api/v2/workforcemanagement`."""

from mockgc.resources.workforcemanagement.activity_codes import ACTIVITY_CODE
from mockgc.resources.workforcemanagement.adherence_explanations import ADHERENCE_EXPLANATION
from mockgc.resources.workforcemanagement.business_unit_settings import BUSINESS_UNIT_SETTINGS
from mockgc.resources.workforcemanagement.business_units import BUSINESS_UNIT
from mockgc.resources.workforcemanagement.management_units import MANAGEMENT_UNIT
from mockgc.resources.workforcemanagement.planning_groups import PLANNING_GROUP
from mockgc.resources.workforcemanagement.scheduling import SCHEDULING
from mockgc.resources.workforcemanagement.service_goal_templates import SERVICE_GOAL_TEMPLATE
from mockgc.resources.workforcemanagement.staffing_groups import STAFFING_GROUP
from mockgc.resources.workforcemanagement.unavailable_times import AVAILABILITY_SETTINGS, UNAVAILABLE_TIME
from mockgc.resources.workforcemanagement.work_plan_assignment import AGENT
from mockgc.resources.workforcemanagement.work_plan_rotations import WORK_PLAN_ROTATION
from mockgc.resources.workforcemanagement.work_plans import WORK_PLAN

RESOURCES = (
    BUSINESS_UNIT,
    ACTIVITY_CODE,
    MANAGEMENT_UNIT,
    AGENT,
    WORK_PLAN,
    WORK_PLAN_ROTATION,
    SERVICE_GOAL_TEMPLATE,
    PLANNING_GROUP,
    STAFFING_GROUP,
    *SCHEDULING,
    *BUSINESS_UNIT_SETTINGS,
    ADHERENCE_EXPLANATION,
    UNAVAILABLE_TIME,
    AVAILABILITY_SETTINGS,
)
