"""The smallest body that a request's handler can read, made from the shape that it declares."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
from litestar.handlers import HTTPRouteHandler


def smallest_body(handler: HTTPRouteHandler) -> Any:
    """The smallest that its shape allows."""
    data = handler.parsed_data_field
    if data is None:
        return None
    shape = get_args(data.raw)[0] if get_args(data.raw) else data.annotation
    return _like(msgspec.inspect.type_info(shape))


def _like(shape: Any) -> Any:
    match shape:
        case msgspec.inspect.StructType():
            return {f.encode_name: _like(f.type) for f in shape.fields if f.required}
        case msgspec.inspect.LiteralType():
            return shape.values[0]
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            return 1
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.ListType():
            return []
        case msgspec.inspect.StrType():
            return "x"
        case _:
            return {}
