from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bleedmap.config.base import Spec


class Plain(Spec):
    FAMILY: ClassVar[str] = "toys"
    RESOLVED: ClassVar[tuple[str, ...]] = ("plain",)
    method: Literal["plain"] = "plain"
    size: int = 1


class Wrapper(Spec):
    FAMILY: ClassVar[str] = "toys"
    RESOLVED: ClassVar[tuple[str, ...]] = ("wrapped",)
    method: Literal["wrapper"] = "wrapper"
    of: "AnyToy"


class Several(Spec):
    FAMILY: ClassVar[str] = "toys"
    method: Literal["several"] = "several"
    several: tuple["AnyToy", ...]
    named: dict[str, "AnyToy"] = Field({})


AnyToy = Annotated[Plain | Wrapper | Several, Field(discriminator="method")]


class Pooling(Spec):
    FAMILY: ClassVar[str] = "nets.heads"
    TAG: ClassVar[str] = "pooling"
    pooling: Literal["mean"] = "mean"


class Net(Spec):
    head: Pooling = Pooling()


def test_a_component_names_its_module():
    assert Plain().modules() == ["bleedmap.toys.plain"]
    assert Pooling().modules() == ["bleedmap.nets.heads.mean"]


def test_a_wrapper_names_the_modules_of_what_is_inside_however_deep():
    inner = Wrapper(of=Wrapper(of=Plain()))
    assert inner.modules() == ["bleedmap.toys.wrapper", "bleedmap.toys.plain"]
    assert Several(several=(inner,)).modules() == [
        "bleedmap.toys.several",
        "bleedmap.toys.plain",
        "bleedmap.toys.wrapper",
    ]
    assert Several(several=(), named={"a": Plain()}).modules() == ["bleedmap.toys.several", "bleedmap.toys.plain"]


def test_what_is_no_component_names_those_inside_alone():
    assert Net().modules() == ["bleedmap.nets.heads.mean"]


def test_what_is_resolved_inside_is_resolved():
    assert Wrapper(of=Plain()).resolutions() == ["plain", "wrapped"]
