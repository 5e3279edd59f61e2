"""The config as pydantic models: one file a family of components, ``workflow.Config`` the whole.

Values travel to jobs as canonical JSON in a rule's params, so this package is left out of the code digests:
what it can change is already in the params.
"""
