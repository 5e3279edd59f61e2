import threading
import time

import numpy as np
import pytest
import torch

from bleedmap.errors import ScanError
from bleedmap.slices.each_scan import alone, each_scan, host_rows, to_device
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.row_writer import RowWriter

SCANS = [(f"s{number}", slice(number, number + 1)) for number in range(9)]
BOTH = pytest.mark.parametrize("at_once", [0, 3])


@BOTH
def test_results_come_in_the_order_of_the_scans_without_those_refused(at_once):
    refused = Refusals("to try it")
    with refused.catch("s1"):
        raise ScanError("bad", "one thing", "another", "do so")

    def work(name, rows, turn):
        time.sleep(0.01 * (9 - rows.start))  # the first ones take longest
        if name == "s5":
            raise ScanError("odd", "one thing", "another", "do so")
        return name

    assert each_scan(work, SCANS, refused, "trying", at_once) == ["s0", "s2", "s3", "s4", "s6", "s7", "s8"]
    assert list(refused.table()["scan"]) == ["s1", "s5"]
    assert list(refused.table()["code"]) == ["bad", "odd"]


@BOTH
def test_a_fault_of_the_program_ends_it(at_once):
    def work(name, rows, turn):
        raise TypeError(name)

    with pytest.raises(TypeError):
        each_scan(work, SCANS, Refusals("to try it"), "trying", at_once)


def test_scans_are_worked_on_side_by_side_but_a_network_is_asked_by_one_at_a_time():
    both, asking, most = threading.Barrier(2, timeout=20), [], []

    def work(name, rows, turn):
        both.wait()  # no scan goes on alone
        with turn():
            asking.append(name)
            most.append(len(asking))
            time.sleep(0.01)
            asking.remove(name)

    each_scan(work, SCANS[:8], Refusals("to try it"), "trying", 2)
    assert most == [1] * 8


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_what_a_gpu_was_asked_for_has_arrived_at_the_end_of_the_turn():
    device = torch.device("cuda")
    for value in range(20):
        kept, asked = host_rows((2000, 2000), torch.float32, device), to_device(np.full((2000, 2000), value), device)
        with alone():
            for _ in range(20):
                asked = asked.double() * 1.0
            kept.copy_(asked, non_blocking=True)
        assert (kept.numpy() == value).all()


def test_rows_written_by_several_threads_at_once_are_all_there(tmp_path):
    writer = RowWriter(0, (8, 8), "int16", tmp_path / "waiting")
    writer.append(np.zeros((400, 8, 8)))

    def work(name, rows, turn):
        for row in range(rows.start, 400, len(SCANS)):
            writer[row] = row + 1

    each_scan(work, SCANS, Refusals("to try it"), "writing", 4)
    assert len(writer.members("a")) == 400
    writer[7] = 0  # a row may be taken back
    assert ("a", "c", "7", "0", "0") not in writer.members("a")
    writer.close()
