"""Skills, languages and queues."""

from mockgc.resources.routing.skills import SKILL

RESOURCES = (SKILL,)
