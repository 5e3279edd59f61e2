"""Every loss is that of the whole batch, however many processes share it."""

import pytest
import torch

from tests.losses.members import LOSSES
from tests.losses.parts import ALL, UNEVEN, value_and_gradient, write


@pytest.fixture(scope="module")
def found(processes, tmp_path_factory):
    """By loss and case, value and gradient of each of two processes."""
    folder = tmp_path_factory.mktemp("parts")
    process = processes.Process(target=write, args=(folder,))
    process.start()
    process.join()
    assert process.exitcode == 0
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(2)]


@pytest.mark.parametrize("case", [ALL, UNEVEN])
@pytest.mark.parametrize("name", LOSSES)
def test_two_processes_have_the_loss_and_the_gradient_of_one_with_the_whole_batch(name, case, found):
    value, gradient = value_and_gradient(LOSSES[name], case)
    for rank in range(2):
        value_there, gradient_there = found[rank][name, case]
        torch.testing.assert_close(value_there, value)
        torch.testing.assert_close(gradient_there, gradient[rank::2])
