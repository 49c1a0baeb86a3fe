"""Notification channels, what they subscribe to, and the topics there are; what a user is told of."""

from mockgc.resources.notifications.channels import CHANNEL
from mockgc.resources.notifications.user_notifications import USER_NOTIFICATION

RESOURCES = (CHANNEL, USER_NOTIFICATION)
