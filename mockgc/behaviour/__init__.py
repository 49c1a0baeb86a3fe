"""
What a real service does besides its data: faults, quotas, lag and delay, scripted and seeded.

    fields.py       checked fields of what people write;   instants.py  exact moments
    effects.py      the vocabulary: what can be done to a request
    faults.py       rules: which requests, what, how often
    quotas.py       windows of time and how many requests they take
    consistency.py  a view of an organisation as it was
    versions.py     another actor's edit;   partial.py  rows that are refused
    latency.py      how an answer travels, and who may wait
    conduct.py      all of it as one setting of an organisation, and where the counts are
    profiles.py     named sets in a readable file

Everything but the store's slots is pure; `wire.conduct` and `wire.deliveries` carry it out, `control.behaviour` sets
it.
"""
