"""Idioms of SQLAlchemy, each unbound and bound, as `tenant_filter` judges them."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import SQLALCHEMY, SQLALCHEMY_ASKED, both_sides, judged, side_of

STATEMENTS = {
    "with_loader_criteria": (
        "return s.scalars(select(Order).options(with_loader_criteria(Order, Order.number == i))).all()",
        "return s.scalars(select(Order).options(with_loader_criteria(Order, Order.tenant_id == t))).all()",
    ),
    "query_get": ("return s.query(Order).get(i)", "return s.query(Order).filter_by(id=i, tenant_id=t).one_or_none()"),
    "session_get": (
        "return s.get(Order, i)",
        "return s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)).one()",
    ),
    "session_get_dict": ('return s.get(Order, {"id": i})', 'return s.get(Order, {"id": i, "tenant_id": t})'),
    "filter_by_kwargs": (
        'kwargs = {"id": i}\n    return s.query(Order).filter_by(**kwargs).all()',
        'kwargs = {"id": i, "tenant_id": t}\n    return s.query(Order).filter_by(**kwargs).all()',
    ),
    "kwargs_set": (
        'kwargs = {"id": i}\n    kwargs["number"] = i\n    return s.query(Order).filter_by(**kwargs).all()',
        'kwargs = {"id": i}\n    kwargs["tenant_id"] = t\n    return s.query(Order).filter_by(**kwargs).all()',
    ),
    "bulk_update": (
        's.query(Order).filter(Order.id == i).update({"number": "x"})',
        's.query(Order).filter(Order.id == i, Order.tenant_id == t).update({"number": "x"})',
    ),
    "bulk_update_sync": (
        's.execute(update(Order).where(Order.id == i).values(number="x").execution_options(synchronize_session=False))',
        's.execute(update(Order).where(Order.id == i).where(Order.tenant_id == t).values(number="x").execution_options(synchronize_session=False))',
    ),
    "bulk_update_returning": (
        'return s.scalars(update(Order).where(Order.id == i).values(number="x").returning(Order)).all()',
        'return s.scalars(update(Order).where(Order.id == i, Order.tenant_id == t).values(number="x").returning(Order)).all()',
    ),
    "delete_query": (
        "s.query(Order).filter(Order.id == i).delete()",
        "s.query(Order).filter(Order.id == i, Order.tenant_id == t).delete()",
    ),
    "delete_in_subquery": (
        "s.execute(delete(Item).where(Item.order_id.in_(select(Order.id).where(Order.number == i))))",
        "s.execute(delete(Item).where(Item.order_id.in_(select(Order.id).where(Order.tenant_id == t))))",
    ),
    "exists_corr": (
        "return s.scalars(select(Order).where(Order.tenant_id == t, select(Item.id).where(Item.number == Order.number).exists())).all()",
        "return s.scalars(select(Order).where(Order.tenant_id == t, select(Item.id).where(Item.order_id == Order.id).exists())).all()",
    ),
    "exists_query": (
        "return s.query(s.query(Order).filter(Order.number == i).exists()).scalar()",
        "return s.query(s.query(Order).filter(Order.number == i, Order.tenant_id == t).exists()).scalar()",
    ),
    "exists_fn": (
        "return s.scalar(select(exists().where(Order.number == i)))",
        "return s.scalar(select(exists().where(Order.number == i, Order.tenant_id == t)))",
    ),
    "union": (
        "a = select(Order.id).where(Order.tenant_id == t)\n    b = select(Item.id).where(Item.id == i)\n    return s.execute(union_all(a, b)).all()",
        "a = select(Order.id).where(Order.tenant_id == t)\n    b = select(Item.id).where(Item.tenant_id == t)\n    return s.execute(union_all(a, b)).all()",
    ),
    "union_method": (
        "a = select(Order.id).where(Order.tenant_id == t)\n    return s.execute(a.union_all(select(Item.id).where(Item.id == i))).all()",
        "a = select(Order.id).where(Order.tenant_id == t)\n    return s.execute(a.union_all(select(Item.id).where(Item.tenant_id == t))).all()",
    ),
    "text_bind": (
        'return s.execute(text("SELECT * FROM orders WHERE id = :i"), {"i": i}).all()',
        'return s.execute(text("SELECT * FROM orders WHERE id = :i AND tenant_id = :t"), {"i": i, "t": t}).all()',
    ),
    "text_bindparams": (
        'stmt = text("SELECT * FROM orders WHERE id = :i").bindparams(i=i)\n    return s.execute(stmt).all()',
        'stmt = text("SELECT * FROM orders WHERE id = :i AND tenant_id = :t").bindparams(i=i, t=t)\n    return s.execute(stmt).all()',
    ),
    "from_select": (
        "u = select(Order).where(Order.id == i)\n    return s.execute(select(Order).from_statement(u)).all()",
        "u = select(Order).where(Order.tenant_id == t)\n    return s.execute(select(Order).from_statement(u)).all()",
    ),
    "from_statement": (
        'return s.scalars(select(Order).from_statement(text("SELECT * FROM orders WHERE id = :i")), {"i": i}).all()',
        'return s.scalars(select(Order).from_statement(text("SELECT * FROM orders WHERE tenant_id = :t")), {"t": t}).all()',
    ),
    "where_text": (
        'return s.scalars(select(Order).where(text("id = 1"))).all()',
        'return s.scalars(select(Order).where(text("tenant_id = :t"))).all()',
    ),
    "table_c": (
        "o = Order.__table__\n    return s.execute(select(o.c.id).where(o.c.number == i)).all()",
        "o = Order.__table__\n    return s.execute(select(o.c.id).where(o.c.tenant_id == t)).all()",
    ),
    "func_count": (
        "return s.scalar(select(func.count()).select_from(Order))",
        "return s.scalar(select(func.count()).select_from(Order).where(Order.tenant_id == t))",
    ),
    "func_count_col": (
        "return s.scalar(select(func.count(Order.id)))",
        "return s.scalar(select(func.count(Order.id)).where(Order.tenant_id == t))",
    ),
    "scalar_subquery": (
        "sub = select(func.max(Item.id)).where(Item.number == i).scalar_subquery()\n    return s.scalars(select(Order).where(Order.tenant_id == t, Order.id == sub)).all()",
        "sub = select(func.max(Item.order_id)).where(Item.tenant_id == t).scalar_subquery()\n    return s.scalars(select(Order).where(Order.tenant_id == t, Order.id == sub)).all()",
    ),
    "alias_self_join": (
        "o = aliased(Order)\n    return s.execute(select(Order.id, o.id).join(o, o.number == Order.number).where(Order.tenant_id == t)).all()",
        "o = aliased(Order)\n    return s.execute(select(Order.id, o.id).join(o, and_(o.number == Order.number, o.tenant_id == Order.tenant_id)).where(Order.tenant_id == t)).all()",
    ),
    "alias_subq": (
        "sq = select(Order).where(Order.number == i).subquery()\n    o = aliased(Order, sq)\n    return s.scalars(select(o)).all()",
        "sq = select(Order).where(Order.tenant_id == t).subquery()\n    o = aliased(Order, sq)\n    return s.scalars(select(o)).all()",
    ),
    "outer_join": (
        "return s.execute(select(Order, Item).outerjoin(Item, Item.number == Order.number).where(Order.tenant_id == t)).all()",
        "return s.execute(select(Order, Item).outerjoin(Item, and_(Item.number == Order.number, Item.tenant_id == t)).where(Order.tenant_id == t)).all()",
    ),
    "tenant_in_on_of_outer": (
        "return s.execute(select(Order, Item).outerjoin(Item, and_(Item.order_id == Order.id, Order.tenant_id == t))).all()",
        "return s.execute(select(Order, Item).outerjoin(Item, Item.order_id == Order.id).where(Order.tenant_id == t)).all()",
    ),
    "insert_from_select": (
        's.execute(insert(Item).from_select(["id"], select(Order.id).where(Order.number == i)))',
        's.execute(insert(Item).from_select(["id"], select(Order.id).where(Order.tenant_id == t)))',
    ),
    "case": (
        "return s.execute(select(case((Order.tenant_id == t, 1), else_=0)).where(Order.id == i)).all()",
        "return s.execute(select(case((Order.number == i, 1), else_=0)).where(Order.tenant_id == t)).all()",
    ),
    "or_none": (
        "return s.scalars(select(Order).where(or_(Order.tenant_id == t, Order.tenant_id == None))).all()",
        "return s.scalars(select(Order).where(Order.tenant_id == t)).all()",
    ),
    "or_is_none": (
        "return s.scalars(select(Order).where(or_(Order.tenant_id == t, Order.tenant_id.is_(None)))).all()",
        "return s.scalars(select(Order).where(or_(Order.tenant_id == t))).all()",
    ),
    "pipe": (
        "return s.scalars(select(Order).where((Order.tenant_id == t) | (Order.id == i))).all()",
        "return s.scalars(select(Order).where((Order.tenant_id == t) & (Order.id == i))).all()",
    ),
    "python_and": (
        "return s.scalars(select(Order).where(Order.id == i and Order.number == t)).all()",
        "return s.scalars(select(Order).where(and_(Order.id == i, Order.tenant_id == t))).all()",
    ),
    "true_default": (
        "cond = Order.tenant_id == t if t else true()\n    return s.scalars(select(Order).where(cond)).all()",
        "cond = Order.tenant_id == t\n    return s.scalars(select(Order).where(cond)).all()",
    ),
    "ternary_filter": (
        "q = s.query(Order)\n    q = q.filter(Order.tenant_id == t) if t else q\n    return q.all()",
        "q = s.query(Order)\n    q = q.filter(Order.tenant_id == t) if t else q.filter(Order.tenant_id == i)\n    return q.all()",
    ),
    "limit_offset_loop": (
        "q = select(Order)\n    while True:\n        rows = s.execute(q.limit(10)).all()\n        if not rows:\n            break",
        "q = select(Order).where(Order.tenant_id == t)\n    while True:\n        rows = s.execute(q.limit(10)).all()\n        if not rows:\n            break",
    ),
    "tuple_in": (
        "return s.scalars(select(Order).where(tuple_(Order.id, Order.number).in_([(i, i)]))).all()",
        "return s.scalars(select(Order).where(tuple_(Order.tenant_id, Order.number).in_([(t, i)]))).all()",
    ),
    "filters_star_generator": (
        'fs = {"id": i}\n    return s.scalars(select(Order).where(*[getattr(Order, k) == v for k, v in fs.items()], Order.number == "x")).all() if False else s.scalars(select(Order).where(Order.id == i)).all()',
        "fs = [Order.id == i, Order.tenant_id == t]\n    return s.scalars(select(Order).where(and_(*fs))).all()",
    ),
    "async_for_stream": (
        "for o in s.stream_scalars(select(Order).where(Order.id == i)):\n        print(o)",
        "for o in s.stream_scalars(select(Order).where(Order.tenant_id == t)):\n        print(o)",
    ),
    "having": (
        "return s.execute(select(Order.number).group_by(Order.number).having(Order.number == i)).all()",
        "return s.execute(select(Order.number).where(Order.tenant_id == t).group_by(Order.number).having(func.count() > 1)).all()",
    ),
    "match": (
        "match i:\n        case 1:\n            q = select(Order).where(Order.tenant_id == t)\n        case _:\n            q = select(Order)\n    return s.scalars(q).all()",
        "match i:\n        case 1:\n            q = select(Order).where(Order.tenant_id == t)\n        case _:\n            q = select(Order).where(Order.tenant_id == t, Order.id == i)\n    return s.scalars(q).all()",
    ),
    "try": (
        "try:\n        return s.query(Order).filter(Order.id == i).one()\n    except Exception:\n        return None",
        "try:\n        return s.query(Order).filter(Order.id == i, Order.tenant_id == t).one()\n    except Exception:\n        return None",
    ),
    "walrus": (
        "if (o := s.scalars(select(Order).where(Order.id == i)).first()) is None:\n        raise LookupError\n    return o",
        "if (o := s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t)).first()) is None:\n        raise LookupError\n    return o",
    ),
    "join_alias_no_on": (
        "o = aliased(Order)\n    return s.execute(select(Item, o).join(o).where(o.number == i)).all()",
        "o = aliased(Order)\n    return s.execute(select(Item, o).join(o).where(o.tenant_id == t)).all()",
    ),
    "lateral": (
        "sub = select(Item).where(Item.number == Order.number).limit(1).lateral()\n    return s.execute(select(Order, sub).join(sub, true()).where(Order.tenant_id == t)).all()",
        "sub = select(Item).where(Item.order_id == Order.id).limit(1).lateral()\n    return s.execute(select(Order, sub).join(sub, true()).where(Order.tenant_id == t)).all()",
    ),
    "recursive_cte": (
        "base = select(Order.id).where(Order.number == i).cte(recursive=True)\n    return s.execute(select(base)).all()",
        "base = select(Order.id).where(Order.tenant_id == t).cte(recursive=True)\n    return s.execute(select(base)).all()",
    ),
    "count_over": (
        "return s.execute(select(Order, func.count().over()).where(Order.id == i)).all()",
        "return s.execute(select(Order, func.count().over()).where(Order.tenant_id == t)).all()",
    ),
    "correlate_exists": (
        "sub = exists().where(Item.order_id == Order.id, Item.number == i)\n    return s.scalars(select(Order).where(sub)).all()",
        "sub = exists().where(Item.order_id == Order.id, Item.number == i)\n    return s.scalars(select(Order).where(sub, Order.tenant_id == t)).all()",
    ),
    "any_": (
        "return s.scalars(select(Order).where(Order.id == any_([i]))).all()",
        "return s.scalars(select(Order).where(Order.id == any_([i]), Order.tenant_id == t)).all()",
    ),
    "refresh_merge": (
        "return s.get(Order, i, with_for_update=True)",
        "return s.scalars(select(Order).where(Order.id == i, Order.tenant_id == t).with_for_update()).one()",
    ),
    "bulk_delete_many": (
        "for k in i:\n        s.execute(delete(Order).where(Order.id == k))",
        "for k in i:\n        s.execute(delete(Order).where(Order.id == k, Order.tenant_id == t))",
    ),
    "kwargs_literal": (
        'return s.query(Order).filter_by(**{"id": i}).all()',
        'return s.query(Order).filter_by(**{"id": i, "tenant_id": t}).all()',
    ),
    "list_of_clauses_comp": (
        "ids = [1, 2]\n    return s.scalars(select(Order).where(or_(*[Order.id == k for k in ids]))).all()",
        "ids = [1, 2]\n    return s.scalars(select(Order).where(Order.tenant_id == t, or_(*[Order.id == k for k in ids]))).all()",
    ),
    "with_entities": (
        "return s.query(Order).with_entities(Order.id).filter(Order.id == i).all()",
        "return s.query(Order).with_entities(Order.id).filter(Order.tenant_id == t).all()",
    ),
    "select_entity_from_union": (
        "u = select(Order).where(Order.id == i).union(select(Order).where(Order.tenant_id == t)).subquery()\n    return s.execute(select(u)).all()",
        "u = select(Order).where(Order.tenant_id == t).union(select(Order).where(Order.tenant_id == t, Order.id == i)).subquery()\n    return s.execute(select(u)).all()",
    ),
    "kwargs_in_branch": (
        'kw = {"id": i}\n    if t:\n        kw["tenant_id"] = t\n    return s.query(Order).filter_by(**kw).all()',
        'kw = {"tenant_id": t}\n    if i:\n        kw["id"] = i\n    return s.query(Order).filter_by(**kw).all()',
    ),
}


@pytest.mark.parametrize(("body", "side"), both_sides(STATEMENTS))
def test_statements(tmp_path: Path, body: str, side: str) -> None:
    result = judged(tmp_path, SQLALCHEMY, SQLALCHEMY_ASKED + body + "\n")
    assert side_of(result) == side, result.findings
