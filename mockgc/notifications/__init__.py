"""
Notifications: from the commit log to the WebSocket.

    commit rows -> events.py (topic, eventBody) -> feed.py (who gets what) -> server.py (to connections)
                                                                           -> control/notifications.py (listed)

Nothing is stored for a notification: what is delivered follows from the log and from the channels' own rows in it, so
every worker over the same store delivers what another one committed.
"""
