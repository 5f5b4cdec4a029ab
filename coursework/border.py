"""What may cross the border between the grader and the sandbox: plain values, written as JSON.

Both sides import this file. It builds nothing but numbers, text, lists, dicts and arrays of
numbers: no object, no class and no code can come out of a message.
"""

import base64
import json
import math
import os
import select
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np

MESSAGE_BYTES = 8_000_000
ITEMS = 200_000  # separate values in an answer; an array counts as one
DTYPES = {
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "float16",
    "float32",
    "float64",
}
HEADER = struct.Struct(">I")


class BorderError(Exception):
    """A message or value that may not cross, or a side that does not answer."""


class SilenceError(BorderError):
    """No message within the time."""


class EndedError(BorderError):
    """The other side has closed the connection."""


class Name:
    """Stands for an object of the notebook, or an expression, which the worker looks up."""

    def __init__(self, name: str) -> None:
        self.name = name


def to_plain(value: object) -> object:
    """A value as what JSON can hold.

    Args:
        value: None, bool, int, float, str, a `Name`, a NumPy or PyTorch array of numbers, or
            lists, tuples and dicts of these.

    Raises:
        BorderError: for anything else.
    """
    if isinstance(value, (np.ndarray, np.generic)):
        return _array("array", value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Name):
        return {"name": value.name}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {"dict": [[str(key), to_plain(item)] for key, item in value.items()]}
    if type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach"):
        return _array("tensor", value.detach().cpu().numpy())
    if value is ...:
        raise BorderError("`...`: nothing is filled in yet")
    raise BorderError(f"a value of type {type(value).__name__}, where numbers are expected")


def _array(kind: str, array: np.ndarray | np.generic) -> dict:
    array = np.asarray(array)
    if array.dtype.name not in DTYPES:
        raise BorderError(f"an array of {array.dtype.name}, where numbers are expected")
    data = base64.b64encode(array.tobytes()).decode("ascii")
    return {kind: array.dtype.name, "shape": list(array.shape), "data": data}


def from_plain(
    plain: Any,
    tensor: Callable[[np.ndarray], Any] = lambda array: array,
    look_up: Callable[[str], Any] | None = None,
) -> Any:
    """The value that `to_plain` wrote.

    Args:
        plain: what the JSON held; it may be forged.
        tensor: what makes a tensor of an array; without it a tensor arrives as an array.
        look_up: finds what a `Name` stands for; without it names are refused.

    Raises:
        BorderError: for anything that `to_plain` does not write.
    """
    if plain is None or isinstance(plain, (bool, int, float, str)):
        return plain
    if isinstance(plain, list):
        return [from_plain(item, tensor, look_up) for item in plain]
    try:
        if plain.keys() == {"dict"}:
            return {str(key): from_plain(item, tensor, look_up) for key, item in plain["dict"]}
        if plain.keys() == {"name"} and look_up is not None:
            return look_up(plain["name"])
        if plain.keys() == {"array", "shape", "data"}:
            return _from_array(plain["array"], plain)
        if plain.keys() == {"tensor", "shape", "data"}:
            return tensor(_from_array(plain["tensor"], plain))
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BorderError("a value that cannot be read") from error
    raise BorderError("a value that cannot be read")


def _from_array(dtype: str, plain: dict) -> np.ndarray:
    if dtype not in DTYPES:
        raise BorderError("an array of no known kind")
    shape = plain["shape"]
    if len(shape) > 8 or not all(type(size) is int and 0 <= size < 1 << 31 for size in shape):
        raise BorderError("an array of an impossible shape")
    data = base64.b64decode(plain["data"], validate=True)
    if math.prod(shape) * np.dtype(dtype).itemsize != len(data):
        raise BorderError("an array of another size than its shape")
    return np.frombuffer(data, dtype).reshape(shape).copy()


def write_message(descriptor: int, message: object, seconds: float | None = None) -> None:
    """Write a message, within so many seconds if the other side may not be reading."""
    data = json.dumps(message).encode("utf-8")
    if len(data) > MESSAGE_BYTES:
        raise BorderError(f"more than {MESSAGE_BYTES // 1_000_000} MB")
    deadline = None if seconds is None else time.monotonic() + seconds
    rest = memoryview(HEADER.pack(len(data)) + data)
    while rest:
        _wait(descriptor, deadline, to_write=True)
        try:
            rest = rest[os.write(descriptor, rest[:4096]) :]
        except BrokenPipeError:
            raise EndedError("the connection is closed") from None


def read_message(descriptor: int, seconds: float | None = None, items: int | None = None) -> Any:
    """Read a message, within so many seconds and never more than `MESSAGE_BYTES`.

    Args:
        items: how many separate values it may hold; counted before any of them is made, since a
            value takes up to sixty times the memory of its two bytes in a message.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    (size,) = HEADER.unpack(_read(descriptor, HEADER.size, deadline))
    if size > MESSAGE_BYTES:
        raise BorderError(f"more than {MESSAGE_BYTES // 1_000_000} MB")
    data = _read(descriptor, size, deadline)
    if items is not None and sum(map(data.count, (b",", b"[", b"{"))) > items:
        raise BorderError(f"more than {items} separate values")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BorderError("a message that is not JSON") from error


def _read(descriptor: int, size: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < size:
        _wait(descriptor, deadline, to_write=False)
        piece = os.read(descriptor, min(size - len(data), 1 << 16))
        if not piece:
            raise EndedError("the connection is closed")
        data += piece
    return bytes(data)


def _wait(descriptor: int, deadline: float | None, to_write: bool) -> None:
    if deadline is None:
        return
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT if to_write else select.POLLIN)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(1000 * left):
        raise SilenceError("no answer")
