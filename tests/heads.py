"""Simulated heads that several tests show: each is made once and cannot be changed."""

from functools import cache

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.subject import PhantomSubject, make_subject


@cache
def made_head(spec: PhantomSpec, index: int) -> PhantomSubject:
    """A subject of the phantom; a test that would write into it fails."""
    subject = make_subject(spec, index)
    for array in (subject.hu, subject.truth, subject.brain):
        array.flags.writeable = False
    return subject
