"""The only mutable state: entities, clients, tokens, counters, clock, switches, baselines, commit log and journal."""
