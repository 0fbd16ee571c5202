"""`column IN (some ids)` as one parameter, however many ids there are.

An IN with a parameter for each id is another statement for every length: it is parsed and planned anew each time, and
ends at the most parameters a statement may have (32,766 on SQLite, 65,535 on PostgreSQL).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, Boolean, Dialect, Integer, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


def among(column: ColumnElement[Any], ids: Iterable[int | None]) -> ColumnElement[bool]:
    """Whether an integer column is one of some ids; of none, never. None is no id."""
    known = [one for one in ids if one is not None]
    return _Among(column, bindparam("ids", known, type_=_Ids(), unique=True))


class _Ids(TypeDecorator[Any]):
    """Integers as one value: an array on PostgreSQL, JSON on SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = ARRAY(Integer) if dialect.name == "postgresql" else String()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> _Among:
        # Other boolean functions get "= 1" on SQLite, behind which no index is used.
        return self


@compiles(_Among)
def _as_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = element.clauses
    each = compiler.process(ids, **options)
    return f"{compiler.process(column, **options)} IN (SELECT value FROM json_each({each}))"  # noqa: S608 no value in it


@compiles(_Among, "postgresql")
def _as_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = element.clauses
    return f"{compiler.process(column, **options)} = ANY({compiler.process(ids, **options)})"
