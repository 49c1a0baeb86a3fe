"""Skills, languages, and the users who have them; queues."""

from mockgc.resources.routing.languages import LANGUAGE
from mockgc.resources.routing.ratings import USER_LANGUAGE, USER_SKILL
from mockgc.resources.routing.skills import SKILL

RESOURCES = (SKILL, LANGUAGE, USER_SKILL, USER_LANGUAGE)
