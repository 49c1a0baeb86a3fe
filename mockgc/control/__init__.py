"""`/_mockgc`: what a real service does not have. Never under `/api/v2`."""
