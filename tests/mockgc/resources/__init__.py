"""
Behaviour of the emulator's resources, over HTTP.

A published operation is at level `behaviour` because a test shows it. The test says so:

    @pytest.mark.shows("postTeams", "getTeam")
    def test_a_team_is_read_as_it_was_made(call: Caller) -> None: ...

The name is a promise: the test fails by an assertion when that operation loses its rule. `test_mutants` tries it, in
process, with each of these in turn:

- where it writes, it answers as before and keeps nothing: some test has to read the state by another operation, or at
  the address of a download or upload, before it sends the same one again;
- where it writes nothing, it answers with an example of the contract, made from nothing: some test has to assert
  what it answers;
- one of its refusals, declared or seen in the marked tests, is no refusal any more: some test has to assert it.

Some marked test has to notice each of them, each marked test has to notice one, and no refusal is given that the
operation does not declare. So name an operation only where the test is about it, not where it only prepares something;
what a fixture asserts does not count. An assertion is `assert`, the status that `Caller` expects, or `(one,) = found`;
a `KeyError` is none. Write `call(..., expect=409)["code"]`.

A marked test takes fixtures of its module, without teardown, and parametrised values, which may carry the mark
themselves (`pytest.param(..., marks=pytest.mark.shows(...))`). It speaks through a `Caller` that it makes without
arguments, and draws nothing with Hypothesis.

`python -m tests.mockgc.contract.test_coverage` copies the markers to the coverage page and to `mockgc coverage`.
"""
