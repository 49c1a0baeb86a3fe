"""
Behaviour of the emulator's resources, over HTTP.

A published operation is at level `behaviour` because a test shows it. The test says so:

    @pytest.mark.shows("postTeams", "getTeam")
    def test_a_team_is_read_as_it_was_made(call: Caller) -> None: ...

The name is a promise: the test fails by an assertion when that operation loses its rule, when it forgets what it was
told, makes up what it answers, or lets pass what it declares as a refusal. Name an operation only where the test
asserts a refusal of it, what it answers about stored state, or its effect as another operation reads it; not where it
only prepares something. A marked test takes fixtures of its module and parametrised values (which may carry the mark
themselves: `pytest.param(..., marks=pytest.mark.shows(...))`), speaks through `Caller`, and draws nothing with
Hypothesis.
"""
