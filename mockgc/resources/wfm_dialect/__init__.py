"""`/api/v2/wfm`: the paths of the complaint. Not in the vendor's published contract; see each rule's source."""

from mockgc.resources.wfm_dialect.groups import GROUP
from mockgc.resources.wfm_dialect.schedule_templates import SCHEDULE_TEMPLATE
from mockgc.resources.wfm_dialect.schedules import SCHEDULE
from mockgc.resources.wfm_dialect.users import USER

RESOURCES = (USER, SCHEDULE_TEMPLATE, GROUP, SCHEDULE)
"""In order of dependency."""

INTRODUCTION = (
    "The paths of the complaint, not in the vendor's published contract. `stated` rules are the complaint's or "
    "its accepted answer's, `decided` ones ours, chosen so that all stated facts hold at once."
)
