"""A hand-written package in the style of the official SDK: two operations, three models, one version."""

from __future__ import annotations

from pathlib import Path

CLIENT = "        header_params['purecloud-sdk'] = '269.0.0'\n"

MODELS = """
from .fine import Fine
from .loan import Loan
from .unused import Unused
"""

FINE = """
class Fine(object):
    def __init__(self) -> None:
        self.swagger_types = {
            'amount': 'float',
            'days': 'int',
            'loan': 'Loan',
            'paid_on': 'date'
        }

        self.attribute_map = {
            'amount': 'amount',
            'days': 'days',
            'loan': 'loan',
            'paid_on': 'paidOn'
        }

    @days.setter
    def days(self, days: int) -> None:
        allowed_values = ["7", "14"]
"""

LOAN = """
class Loan(object):
    def __init__(self) -> None:
        self.swagger_types = {
            'state': 'str',
            'reader': 'str',
            'marks': 'dict(str, list[int])'
        }

        self.attribute_map = {
            'state': 'state',
            'reader': 'reader',
            'marks': 'marks'
        }

    @state.setter
    def state(self, state: str) -> None:
        allowed_values = ["Open", "Lost"]
        if state.lower() not in map(str.lower, allowed_values):
            self._state = "outdated_sdk_version"
"""

UNUSED = "class Unused(object):\n    raise RuntimeError('read, never run')\n"

API = """
class LoansApi(object):
    def get_desk_loans(self, desk_id: str, **kwargs) -> 'LoanListing':
        \"\"\"
        List loans

        :param str desk_id: Which desk. (required)
        :param list[str] colour: Of the cover.
        :return: Loan
        \"\"\"
        resource_path = '/api/v2/desks/{deskId}/loans'.replace('{format}', 'json')
        path_params['deskId'] = params['desk_id']
        query_params['colour'] = params['colour']
        response = self.api_client.call_api(resource_path, 'GET',
                                            response_type='Loan')
        return response

    @deprecated("old")
    def post_desk_fines(self, desk_id: str, body: 'Fine', **kwargs) -> 'Fine':
        \"\"\"
        Fine a reader
Some docstrings stand too far left.

        :param str desk_id: Which desk. (required)
        :param Fine body: body (required)
        :return: Fine
        \"\"\"
        resource_path = '/api/v2/desks/{deskId}/fines'.replace('{format}', 'json')
        path_params['deskId'] = params['desk_id']
        body_params = params['body']
        header_params['Accept'] = self.api_client.\\
            select_header_accept(['application/json'])
        response = self.api_client.call_api(resource_path, 'POST',
                                            response_type='Fine')
        return response
"""


def write_sdk(folder: Path) -> Path:
    """Write the package into an empty folder."""
    (folder / "apis").mkdir(parents=True)
    (folder / "models").mkdir()
    files = {
        "api_client.py": CLIENT, "apis/loans_api.py": API, "models/__init__.py": MODELS, "models/fine.py": FINE,
        "models/loan.py": LOAN, "models/unused.py": UNUSED,
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder
