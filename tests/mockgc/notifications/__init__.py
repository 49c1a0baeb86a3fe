"""Notifications: the pure mapping and fold, the server in process, and as it is served."""
