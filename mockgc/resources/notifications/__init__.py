"""Notification channels, what they subscribe to, and the topics there are: `/api/v2/notifications`."""

from mockgc.resources.notifications.channels import CHANNEL

RESOURCES = (CHANNEL,)
