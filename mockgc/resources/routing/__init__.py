"""Skills, languages, and the users who have them; queues and their members."""

from mockgc.resources.routing.languages import LANGUAGE
from mockgc.resources.routing.queue_members import QUEUE_MEMBER
from mockgc.resources.routing.queues import QUEUE
from mockgc.resources.routing.ratings import USER_LANGUAGE, USER_SKILL
from mockgc.resources.routing.skills import SKILL

RESOURCES = (SKILL, LANGUAGE, USER_SKILL, USER_LANGUAGE, QUEUE, QUEUE_MEMBER)
