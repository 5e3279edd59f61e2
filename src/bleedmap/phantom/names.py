"""What subjects of the phantom are called."""


def subject_name(index: int) -> str:
    """Public name of a subject and of its one scan."""
    return f"phantom-{index:03d}"
