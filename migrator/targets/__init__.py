"""Targets: `session` sends requests under one token and one budget, `wfm_dialect` speaks `/api/v2/wfm` over it."""
