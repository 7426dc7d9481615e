"""Repositories, helpers and queries outside of functions, each unbound and bound, as `tenant_filter` judges them."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import MAPPED, SQLALCHEMY_HEAD, both_sides, judged, side_of

FILES = {
    "generic_repo": (
        "\nclass Repository:\n    model = None\n    def __init__(self, session, tenant_id):\n        self.session = session\n        self.tenant_id = tenant_id\n\n    def base(self):\n        return select(self.model)\n\n    def get(self, key):\n        return self.session.scalars(self.base().where(self.model.id == key)).first()\n\nclass Orders(Repository):\n    model = Order\n    def by_number(self, number):\n        return self.session.scalars(self.base().where(Order.number == number)).all()\n",
        "\nclass Repository:\n    model = None\n    def __init__(self, session, tenant_id):\n        self.session = session\n        self.tenant_id = tenant_id\n\n    def base(self):\n        return select(self.model).where(self.model.tenant_id == self.tenant_id)\n\n    def get(self, key):\n        return self.session.scalars(self.base().where(self.model.id == key)).first()\n\nclass Orders(Repository):\n    model = Order\n    def by_number(self, number):\n        return self.session.scalars(self.base().where(Order.number == number)).all()\n",
    ),
    "generic_repo_ctor": (
        "\nclass Repository:\n    def __init__(self, session, model, tenant_id):\n        self.session, self.model, self.tenant_id = session, model, tenant_id\n\n    def get(self, key):\n        return self.session.scalars(select(self.model).where(self.model.id == key)).first()\n\nclass Orders(Repository):\n    def __init__(self, session, tenant_id):\n        super().__init__(session, Order, tenant_id)\n",
        "\nclass Repository:\n    def __init__(self, session, model, tenant_id):\n        self.session, self.model, self.tenant_id = session, model, tenant_id\n\n    def get(self, key):\n        return self.session.scalars(select(self.model).where(self.model.id == key, self.model.tenant_id == self.tenant_id)).first()\n\nclass Orders(Repository):\n    def __init__(self, session, tenant_id):\n        super().__init__(session, Order, tenant_id)\n",
    ),
    "generic_repo_typed": (
        '\nfrom typing import Generic, TypeVar\nT = TypeVar("T", bound=Base)\nclass Repository(Generic[T]):\n    model: type[T]\n    async def get(self, session, key, tenant_id):\n        stmt = select(self.model).where(self.model.id == key)\n        print(tenant_id)\n        return (await session.execute(stmt)).scalar_one_or_none()\n\nclass OrderRepository(Repository[Order]):\n    model = Order\n\nasync def use(session, key, tenant_id):\n    return await OrderRepository().get(session, key, tenant_id)\n',
        '\nfrom typing import Generic, TypeVar\nT = TypeVar("T", bound=Base)\nclass Repository(Generic[T]):\n    model: type[T]\n    async def get(self, session, key, tenant_id):\n        stmt = select(self.model).where(self.model.id == key)\n        stmt = stmt.where(self.model.tenant_id == tenant_id)\n        return (await session.execute(stmt)).scalar_one_or_none()\n\nclass OrderRepository(Repository[Order]):\n    model = Order\n\nasync def use(session, key, tenant_id):\n    return await OrderRepository().get(session, key, tenant_id)\n',
    ),
    "depends": (
        "\ndef orders(s, i: int, user=Depends(get_current_user)):\n    return s.scalars(select(Order).where(Order.id == i)).all()\n",
        "\ndef orders(s, i: int, user=Depends(get_current_user)):\n    return s.scalars(select(Order).where(Order.id == i, Order.tenant_id == user.tenant_id)).all()\n",
    ),
    "helper_select": (
        "\ndef base(t):\n    return select(Order)\ndef visible(s, t, i):\n    return s.scalars(base(t).where(Order.id == i)).one()\n",
        "\ndef base(t):\n    return select(Order).where(Order.tenant_id == t)\ndef visible(s, t, i):\n    return s.scalars(base(t).where(Order.id == i)).one()\n",
    ),
    "scoped_method": (
        "\nclass Orders:\n    def __init__(self, s, tenant_id):\n        self.s = s\n        self.tenant_id = tenant_id\n    def _scoped(self, stmt):\n        return stmt\n    def one(self, i):\n        return self.s.scalars(self._scoped(select(Order).where(Order.id == i))).one()\n",
        "\nclass Orders:\n    def __init__(self, s, tenant_id):\n        self.s = s\n        self.tenant_id = tenant_id\n    def _scoped(self, stmt):\n        return stmt.where(Order.tenant_id == self.tenant_id)\n    def one(self, i):\n        return self.s.scalars(self._scoped(select(Order).where(Order.id == i))).one()\n",
    ),
    "scoped_model_helper": (
        "\ndef scoped(model, t):\n    return select(model)\ndef one(s, t, i):\n    return s.scalars(scoped(Order, t).where(Order.id == i)).one()\n",
        "\ndef scoped(model, t):\n    return select(model).where(model.tenant_id == t)\ndef one(s, t, i):\n    return s.scalars(scoped(Order, t).where(Order.id == i)).one()\n",
    ),
    "dynamic_getattr": (
        "\ndef find(s, name, value, t):\n    return s.scalars(select(Order).where(getattr(Order, name) == value)).all()\n",
        '\ndef find(s, name, value, t):\n    return s.scalars(select(Order).where(getattr(Order, "tenant_id") == t, getattr(Order, name) == value)).all()\n',
    ),
    "property_query": (
        "\nclass Orders:\n    @property\n    def query(self):\n        return select(Order)\n    def one(self, s, i):\n        return s.scalars(self.query.where(Order.id == i)).one()\n",
        "\nclass Orders:\n    @property\n    def query(self):\n        return select(Order).where(Order.tenant_id == self.tenant_id)\n    def one(self, s, i):\n        return s.scalars(self.query.where(Order.id == i)).one()\n",
    ),
    "attr_query": (
        "\nclass Orders:\n    def __init__(self, s, t):\n        self.query = s.query(Order)\n    def one(self, i):\n        return self.query.filter(Order.id == i).one()\n",
        "\nclass Orders:\n    def __init__(self, s, t):\n        self.query = s.query(Order).filter(Order.tenant_id == t)\n    def one(self, i):\n        return self.query.filter(Order.id == i).one()\n",
    ),
    "flask_query": (
        "\ndef one(i, t):\n    return Order.query.filter_by(id=i).first_or_404()\n",
        "\ndef one(i, t):\n    return Order.query.filter_by(id=i, tenant_id=t).first_or_404()\n",
    ),
    "flask_query_get": (
        "\ndef one(i, t):\n    return Order.query.get_or_404(i)\n",
        "\ndef one(i, t):\n    return Order.query.filter(Order.id == i, Order.tenant_id == t).first_or_404()\n",
    ),
    "flask_select": (
        "\ndef one(db, i, t):\n    return db.get_or_404(Order, i)\n",
        "\ndef one(db, i, t):\n    return db.first_or_404(db.select(Order).filter_by(id=i, tenant_id=t))\n",
    ),
    "module_level": (
        '\nORDERS = select(Order).where(Order.number != "")\ndef all_orders(s, t):\n    return s.scalars(ORDERS).all()\n',
        '\nORDERS = select(Order).where(Order.number != "")\ndef all_orders(s, t):\n    return s.scalars(ORDERS.where(Order.tenant_id == t)).all()\n',
    ),
    "module_level_run": (
        "\ndef session(): ...\nROWS = session().scalars(select(Order)).all()\n",
        '\ndef session(): ...\nROWS = session().scalars(select(Order).where(Order.tenant_id == "x")).all()\n',
    ),
    "lambda": (
        "\ndef orders(s, i, t):\n    load = lambda: s.scalars(select(Order).where(Order.id == i)).all()\n    return load()\n",
        "\ndef orders(s, i, t):\n    load = lambda: s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)).all()\n    return load()\n",
    ),
    "partial_dict": (
        '\nFILTERS = {"open": Order.number == "1"}\ndef orders(s, i, t):\n    return s.scalars(select(Order).where(FILTERS["open"])).all()\n',
        '\nFILTERS = {"open": Order.number == "1"}\ndef orders(s, i, t):\n    return s.scalars(select(Order).where(FILTERS["open"], Order.tenant_id == t)).all()\n',
    ),
    "hybrid_in_model_helper": (
        '\ndef only_open(q):\n    return q.where(Order.number == "1")\ndef orders(s, t):\n    q = select(Order)\n    for f in [only_open]:\n        q = f(q)\n    return s.scalars(q).all()\n',
        '\ndef only_open(q):\n    return q.where(Order.number == "1")\ndef orders(s, t):\n    q = select(Order).where(Order.tenant_id == t)\n    for f in [only_open]:\n        q = f(q)\n    return s.scalars(q).all()\n',
    ),
    "core_connection": (
        "\ndef orders(engine, i, t):\n    with engine.begin() as conn:\n        return conn.execute(select(Order.id).where(Order.id == i)).fetchall()\n",
        "\ndef orders(engine, i, t):\n    with engine.begin() as conn:\n        return conn.execute(select(Order.id).where(Order.id == i, Order.tenant_id == t)).fetchall()\n",
    ),
    "async_session": (
        "\nasync def orders(s, i, t):\n    async with s.begin():\n        result = await s.execute(select(Order).where(Order.id == i))\n    return result.scalars().all()\n",
        "\nasync def orders(s, i, t):\n    async with s.begin():\n        result = await s.execute(select(Order).where(Order.id == i, Order.tenant_id == t))\n    return result.scalars().all()\n",
    ),
    "sql_constant": (
        '\nONE = "SELECT id FROM orders WHERE id = :i"\ndef one(s, i, t):\n    return s.execute(text(ONE), {"i": i}).one()\n',
        '\nONE = "SELECT id FROM orders WHERE id = :i AND tenant_id = :t"\ndef one(s, i, t):\n    return s.execute(text(ONE), {"i": i, "t": t}).one()\n',
    ),
    "sql_in_class": (
        '\nclass Queries:\n    ONE = "SELECT id FROM orders WHERE id = :i"\n    def one(self, s, i, t):\n        return s.execute(text(self.ONE), {"i": i}).one()\n',
        '\nclass Queries:\n    ONE = "SELECT id FROM orders WHERE id = :i AND tenant_id = :t"\n    def one(self, s, i, t):\n        return s.execute(text(self.ONE), {"i": i, "t": t}).one()\n',
    ),
    "module_repository": (
        "\nclass Orders:\n    def one(self, s, stmt):\n        return s.scalars(stmt).one()\nORDERS = Orders()\ndef one(s, i, t):\n    return ORDERS.one(s, select(Order).where(Order.id == i))\n",
        "\nclass Orders:\n    def one(self, s, stmt):\n        return s.scalars(stmt).one()\nORDERS = Orders()\ndef one(s, i, t):\n    return ORDERS.one(s, select(Order).where(Order.id == i, Order.tenant_id == t))\n",
    ),
    "same_name_twice": (
        "\ndef one(s, i):\n    return s.scalars(select(Order).where(Order.id == i)).one()\ndef one(s, i, t):\n    return s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)).one()\n",
        "\ndef one(s, t):\n    return s.scalars(select(Order).where(Order.tenant_id == t)).first()\ndef one(s, i, t):\n    return s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)).one()\n",
    ),
    "super_call": (
        '\nclass Base_:\n    def stmt(self):\n        return select(Order)\nclass Orders(Base_):\n    def stmt(self):\n        return super().stmt().where(Order.number == "1")\n    def one(self, s):\n        return s.scalars(self.stmt()).one()\n',
        '\nclass Base_:\n    def stmt(self):\n        return select(Order).where(Order.tenant_id == self.tenant_id)\nclass Orders(Base_):\n    def stmt(self):\n        return super().stmt().where(Order.number == "1")\n    def one(self, s):\n        return s.scalars(self.stmt()).one()\n',
    ),
}


@pytest.mark.parametrize(("body", "side"), both_sides(FILES))
def test_queries_through_classes_and_helpers(tmp_path: Path, body: str, side: str) -> None:
    result = judged(tmp_path, MAPPED, SQLALCHEMY_HEAD + body + "\n")
    assert side_of(result) == side, result.findings
