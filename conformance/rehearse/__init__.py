"""
`conformance rehearse`: a migration run, run again, run twice at once, broken and killed, and then judged.

Data passes one way: `subject` (what is run) -> `trials` (run it behind a gate, keep what happened) -> `judge` (pure:
evidence -> invariants) -> `conformance.report` (terminal and JSON). `story` puts them in order.
"""
