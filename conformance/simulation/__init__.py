"""
The drawn wire: unmodified programs against a WSGI application in one process, under virtual time and a plan.

It takes a WSGI application and async callables and knows neither; who composes them decides what is tested::

    wire = Wire(app, plan, budget=Budget(faults=3, crashes=1), head=commit_count)
    ends = wire.run(main)          # main makes processes with wire.process(name, disk) and awaits process.run(program)

`plan` is the schedule as a value, `wire` the scheduler and the faults, `process` and `disk` what a program sees.
"""

from conformance.simulation.disk import Disk
from conformance.simulation.flight import Flight
from conformance.simulation.plan import ACTS, CRASHES, FAULTS, Act, choice, describe, plans
from conformance.simulation.process import End, Process
from conformance.simulation.wire import Budget, Sometimes, Stuck, Wire

__all__ = [
    "ACTS",
    "CRASHES",
    "FAULTS",
    "Act",
    "Budget",
    "Disk",
    "End",
    "Flight",
    "Process",
    "Sometimes",
    "Stuck",
    "Wire",
    "choice",
    "describe",
    "plans",
]
