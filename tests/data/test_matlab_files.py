"""MATLAB files: sizes before memory, HDF5, and what is no array of numbers."""

import struct
import zlib

import numpy as np
import pytest
from scipy.io import savemat

from negotiation.data.published.matlab_files import read_mat
from negotiation.errors import DataError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "DATA.mat"


@pytest.mark.parametrize("compressed", [True, False])
def test_arrays_by_name(path, compressed):
    held = {"A": np.arange(6.0).reshape(2, 3), "long_name": np.eye(40), "n": np.array([[3]])}
    savemat(path, {**held, "cells": np.array(["x", "yy"], dtype=object)}, do_compression=compressed)
    found = read_mat(path, ("A", "long_name", "n"))
    assert set(found) == {"A", "long_name", "n"}
    for name, values in found.items():
        np.testing.assert_array_equal(values, held[name])
    with pytest.raises(DataError, match="B: missing variable; seen A, cells, long_name, n"):
        read_mat(path, ("B",))
    with pytest.raises(DataError, match="cells: not an array of real numbers"):
        read_mat(path, ("cells",))


def test_what_unpacks_to_too_much_is_refused(path):
    savemat(path, {"A": np.eye(3)}, do_compression=True)
    header = path.read_bytes()[:128]
    side = 20_000
    inside = struct.pack("<IIIIIIiiIIII", 6, 8, 6, 0, 5, 8, side, side, 1, 1, 65, 0)
    size = len(inside) + 8 + 8 * side * side
    packer = zlib.compressobj(9)
    packed = packer.compress(struct.pack("<II", 14, size) + inside)
    zeros = bytes(1_000_000)
    for _ in range(300):
        packed += packer.compress(zeros)
    packed += packer.flush()
    path.write_bytes(header + struct.pack("<II", 15, len(packed)) + packed)
    assert path.stat().st_size < 400_000
    with pytest.raises(DataError, match="too large once unpacked"):
        read_mat(path, ("A",))


def test_dimensions_beyond_the_file_are_refused(path):
    savemat(path, {"A": np.eye(3)}, do_compression=False)
    content = bytearray(path.read_bytes())
    content[128 + 8 + 16 + 8 : 128 + 8 + 16 + 16] = struct.pack("<ii", 1 << 20, 1 << 20)
    path.write_bytes(bytes(content))
    with pytest.raises(DataError, match="A: too many numbers"):
        read_mat(path, ("A",))


def test_matlab_73_is_hdf5(path):
    path.write_bytes(b"MATLAB 7.3 MAT-file".ljust(512) + b"\x89HDF\r\n\x1a\n" + bytes(100))
    try:
        import h5py  # noqa: F401  # which of two answers is right depends on it
    except ImportError:
        with pytest.raises(DataError, match=r"MATLAB 7.3.*h5py is not installed.*'-v7'"):
            read_mat(path, ("A",))
    else:
        with pytest.raises(DataError, match="not a .mat file that can be read"):
            read_mat(path, ("A",))


def test_matlab_73_arrays(path):
    h5py = pytest.importorskip("h5py")
    table = np.arange(6.0).reshape(2, 3)
    with h5py.File(path, "w") as file:
        file["A"] = table.T
        file.create_group("G")
    np.testing.assert_array_equal(read_mat(path, ("A",))["A"], table)
    with pytest.raises(DataError, match="B: missing variable; seen A, G"):
        read_mat(path, ("B",))
    with pytest.raises(DataError, match="G: not an array"):
        read_mat(path, ("G",))
