"""Filters and pipelines of MongoDB, each unbound and bound, as `tenant_filter` judges them."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentgates.gates.tenant_filter import TenantFilter
from tests.gates.tenant_project import both_sides, judged, side_of

HEAD = """from elsewhere import db

def asked(t, i):
    """
FILTERS = {
    "lookup": (
        'return db.notes.aggregate([{"$match": {"tenant_id": t}}, {"$lookup": {"from": "notes", "localField": "number", "foreignField": "number", "as": "x"}}])',
        'return db.notes.aggregate([{"$match": {"tenant_id": t}}, {"$lookup": {"from": "notes", "let": {"n": "$number"}, "pipeline": [{"$match": {"tenant_id": t, "$expr": {"$eq": ["$number", "$$n"]}}}], "as": "x"}}])',
    ),
    "lookup_from_shared": (
        'return db.names.aggregate([{"$lookup": {"from": "notes", "localField": "n", "foreignField": "n", "as": "x"}}])',
        'return db.names.aggregate([{"$lookup": {"from": "notes", "pipeline": [{"$match": {"tenant_id": t}}], "as": "x"}}])',
    ),
    "union_with": (
        'return db.notes.aggregate([{"$match": {"tenant_id": t}}, {"$unionWith": "notes"}])',
        'return db.notes.aggregate([{"$match": {"tenant_id": t}}, {"$unionWith": {"coll": "notes", "pipeline": [{"$match": {"tenant_id": t}}]}}])',
    ),
    "lookup_by_tenant": (
        'return db.notes.aggregate([{"$match": {"tenant_id": t}}, {"$graphLookup": {"from": "notes", "startWith": "$a", "connectFromField": "a", "connectToField": "b", "as": "x"}}])',
        'return db.notes.aggregate([{"$match": {"tenant_id": t}}, {"$graphLookup": {"from": "notes", "startWith": "$a", "connectFromField": "a", "connectToField": "b", "as": "x", "restrictSearchWithMatch": {"tenant_id": t}}}])',
    ),
    "facet": (
        'return db.notes.aggregate([{"$facet": {"a": [{"$match": {"tenant_id": t}}]}}])',
        'return db.notes.aggregate([{"$match": {"tenant_id": t}}, {"$facet": {"a": [{"$limit": 3}]}}])',
    ),
    "pipeline_var": (
        'stages = [{"$sort": {"a": 1}}]\n    stages.append({"$limit": 3})\n    return db.notes.aggregate(stages)',
        'stages = [{"$match": {"tenant_id": t}}]\n    stages.append({"$limit": 3})\n    return db.notes.aggregate(stages)',
    ),
    "filter_var": (
        'q = {"_id": i}\n    q["number"] = 2\n    return db.notes.find(q)',
        'q = {"_id": i}\n    q["tenant_id"] = t\n    return db.notes.find(q)',
    ),
    "filter_spread": (
        'base = {"tenant": t}\n    return db.notes.find({**base, "_id": i})',
        'base = {"tenant_id": t}\n    return db.notes.find({**base, "_id": i})',
    ),
    "or": (
        'return db.notes.find({"$or": [{"tenant_id": t}, {"_id": i}]})',
        'return db.notes.find({"$or": [{"tenant_id": t, "a": 1}, {"tenant_id": t, "_id": i}]})',
    ),
    "cond": (
        'q = {"_id": i}\n    if t:\n        q["tenant_id"] = t\n    return db.notes.find(q)',
        'q = {"_id": i, "tenant_id": t}\n    return db.notes.find(q)',
    ),
    "get_collection": (
        'return db.get_collection("notes").find({"_id": i})',
        'return db.get_collection("notes").find({"_id": i, "tenant_id": t})',
    ),
    "bulk_write": (
        'from pymongo import UpdateOne\n    db.notes.bulk_write([UpdateOne({"_id": i}, {"$set": {"a": 1}})])',
        'from pymongo import UpdateOne\n    db.notes.bulk_write([UpdateOne({"_id": i, "tenant_id": t}, {"$set": {"a": 1}})])',
    ),
    "estimated": ("return db.notes.estimated_document_count()", 'return db.notes.count_documents({"tenant_id": t})'),
    "exists_null": (
        'return db.notes.find({"tenant_id": {"$exists": True}})',
        'return db.notes.find({"tenant_id": {"$in": [t]}})',
    ),
}


@pytest.mark.parametrize(("body", "side"), both_sides(FILTERS))
def test_filters_and_pipelines(tmp_path: Path, body: str, side: str) -> None:
    result = judged(tmp_path, "", HEAD + body + "\n", TenantFilter(owned={"notes": "tenant_id"}))
    assert side_of(result) == side, result.findings
