import re

import torch


def test_the_example_of_the_page_runs_and_gives_an_area_a_picture(repository):
    page = (repository / "docs" / "faithfulness.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    names = {}
    exec(example, names)  # noqa: S102
    assert names["areas"].shape == (4,)
    assert ((names["areas"] > 0) & (names["areas"] < 1)).all()
    assert names["areas"].dtype == torch.float64
