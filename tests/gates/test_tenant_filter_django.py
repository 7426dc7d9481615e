"""Idioms of Django and its REST framework, each unbound and bound, as `tenant_filter` judges them."""

# ruff: noqa: E501 - each shape is one line of source
from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.tenant_project import DJANGO, both_sides, judged, side_of

HEAD = """
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.shortcuts import get_list_or_404, get_object_or_404
from rest_framework import generics, serializers, viewsets
from models import Item, Order, Tenant

"""
ASKED = """def asked(request, t, i):
    """
LOOK_UPS = {
    "q_or": (
        "return list(Order.objects.filter(Q(tenant=t) | Q(pk=i)))",
        "return list(Order.objects.filter(Q(tenant_id=t) | Q(tenant_id=t, pk=i)))",
    ),
    "q_var": (
        "q = Q(pk=i)\n    return list(Order.objects.filter(q))",
        "q = Q(pk=i)\n    q &= Q(tenant_id=t)\n    return list(Order.objects.filter(q))",
    ),
    "exclude": (
        "return list(Order.objects.exclude(tenant_id=t))",
        "return list(Order.objects.filter(tenant_id=t).exclude(pk=i))",
    ),
    "annotate": (
        'return list(Order.objects.annotate(n=Count("items")).filter(n__gt=1))',
        'return list(Order.objects.filter(tenant_id=t).annotate(n=Count("items")))',
    ),
    "subquery": (
        'sub = Item.objects.filter(pk=i).values("order_id")\n    return list(Order.objects.filter(tenant_id=t, pk__in=Subquery(sub)))',
        'sub = Item.objects.filter(order=OuterRef("pk")).values("id")[:1]\n    return list(Order.objects.filter(tenant_id=t).annotate(x=Subquery(sub)))',
    ),
    "subquery_bind": (
        'return list(Item.objects.filter(order__in=Subquery(Order.objects.filter(user_id=i).values("id"))))',
        'return list(Item.objects.filter(order__in=Subquery(Order.objects.filter(tenant_id=t).values("id"))))',
    ),
    "exists": (
        'return list(Order.objects.filter(Exists(Item.objects.filter(order=OuterRef("pk")))))',
        'return list(Order.objects.filter(Exists(Item.objects.filter(order=OuterRef("pk"))), tenant_id=t))',
    ),
    "prefetch": (
        'return list(Order.objects.filter(pk=i).prefetch_related("items"))',
        'return list(Order.objects.filter(tenant_id=t).prefetch_related(Prefetch("items", queryset=Item.objects.filter(pk=i))))',
    ),
    "select_related": (
        'return Order.objects.select_related("tenant").get(pk=i)',
        'return Order.objects.select_related("tenant").get(pk=i, tenant_id=t)',
    ),
    "related": (
        "order = Order.objects.get(pk=i)\n    return list(order.items.all())",
        "order = Order.objects.get(pk=i, tenant_id=t)\n    return list(order.items.all())",
    ),
    "set_related": (
        "return list(Tenant.objects.get(pk=t).order_set.filter(pk=i)) + list(Order.objects.filter(pk=i))",
        "return list(Tenant.objects.get(pk=t).order_set.filter(pk=i))",
    ),
    "user_tenant": (
        "return list(Order.objects.filter(user=request.user))",
        "return list(Order.objects.filter(tenant=request.user.tenant, user=request.user))",
    ),
    "update": (
        "Order.objects.filter(pk=i).update(user_id=1)",
        "Order.objects.filter(pk=i, tenant_id=t).update(user_id=1)",
    ),
    "delete": ("Order.objects.filter(pk=i).delete()", "Order.objects.filter(pk=i, tenant_id=t).delete()"),
    "get_or_create": (
        "return Order.objects.get_or_create(user_id=i)",
        "return Order.objects.get_or_create(user_id=i, tenant_id=t)",
    ),
    "update_or_create": (
        'return Order.objects.update_or_create(user_id=i, defaults={"tenant_id": t})',
        'return Order.objects.update_or_create(user_id=i, tenant_id=t, defaults={"user_id": i})',
    ),
    "values_list": (
        'return list(Order.objects.values_list("id", flat=True))',
        'return list(Order.objects.filter(tenant_id=t).values_list("id", flat=True))',
    ),
    "in_bulk": ("return Order.objects.in_bulk([i])", "return Order.objects.filter(tenant_id=t).in_bulk([i])"),
    "count": ("return Order.objects.count()", "return Order.objects.filter(tenant_id=t).count()"),
    "raw": (
        'return list(Order.objects.raw("SELECT * FROM order WHERE id = %s", [i]))',
        'return list(Order.objects.raw("SELECT * FROM order WHERE tenant_id = %s", [t]))',
    ),
    "union": (
        "a = Order.objects.filter(tenant_id=t)\n    return list(a.union(Order.objects.filter(pk=i)))",
        "a = Order.objects.filter(tenant_id=t)\n    return list(a.union(Order.objects.filter(tenant_id=t, pk=i)))",
    ),
    "or_querysets": (
        "return list(Order.objects.filter(tenant_id=t) | Order.objects.filter(pk=i))",
        "return list(Order.objects.filter(tenant_id=t) | Order.objects.filter(pk=i, tenant_id=t))",
    ),
    "kwargs": (
        'kw = {"pk": i}\n    return Order.objects.get(**kw)',
        'kw = {"pk": i}\n    kw["tenant_id"] = t\n    return Order.objects.get(**kw)',
    ),
    "dict_filter": (
        "f = dict(pk=i)\n    return list(Order.objects.filter(**f))",
        "f = dict(pk=i, tenant_id=t)\n    return list(Order.objects.filter(**f))",
    ),
    "base_manager": (
        "return list(Order._base_manager.filter(pk=i))",
        "return list(Order._base_manager.filter(pk=i, tenant_id=t))",
    ),
    "async": ("return Order.objects.aget(pk=i)", "return Order.objects.aget(pk=i, tenant_id=t)"),
    "cond_filter": (
        "qs = Order.objects.all()\n    if t:\n        qs = qs.filter(tenant_id=t)\n    return list(qs)",
        "qs = Order.objects.all()\n    qs = qs.filter(tenant_id=t)\n    return list(qs)",
    ),
    "f_expr": (
        'return list(Item.objects.filter(order__tenant=F("tenant")))',
        'return list(Item.objects.filter(order__tenant=F("tenant"), tenant_id=t))',
    ),
    "tenant_slug_in": (
        "return list(Order.objects.filter(tenant__slug__icontains=t))",
        "return list(Order.objects.filter(tenant__slug=t))",
    ),
    "kwargs_in_branch": (
        'kw = {"pk": i}\n    if t:\n        kw["tenant_id"] = t\n    return Order.objects.get(**kw)',
        'kw = {"pk": i, "tenant_id": t}\n    if i:\n        kw["user_id"] = i\n    return Order.objects.get(**kw)',
    ),
}
CLASSES = {
    "drf_class_queryset": (
        "\nclass OrderView(viewsets.ModelViewSet):\n    queryset = Order.objects.all()\n",
        "\nclass OrderView(viewsets.ModelViewSet):\n    queryset = Order.objects.all()\n    def get_queryset(self):\n        return super().get_queryset().filter(tenant=self.request.user.tenant)\n",
    ),
    "drf_self_queryset": (
        "\nclass OrderView(viewsets.ModelViewSet):\n    queryset = Order.objects.all()\n    def get_queryset(self):\n        return self.queryset.filter(pk=1)\n",
        "\nclass OrderView(viewsets.ModelViewSet):\n    queryset = Order.objects.all()\n    def get_queryset(self):\n        return self.queryset.filter(tenant=self.request.user.tenant)\n",
    ),
    "drf_get_queryset": (
        "\nclass OrderView(viewsets.ModelViewSet):\n    def get_queryset(self):\n        return Order.objects.filter(user=self.request.user)\n",
        "\nclass OrderView(viewsets.ModelViewSet):\n    def get_queryset(self):\n        return Order.objects.filter(tenant=self.request.user.tenant)\n",
    ),
    "drf_pk_field": (
        "\nclass ItemSerializer(serializers.ModelSerializer):\n    order = serializers.PrimaryKeyRelatedField(queryset=Order.objects.all())\n",
        "\nclass ItemSerializer(serializers.ModelSerializer):\n    order = serializers.PrimaryKeyRelatedField(queryset=Order.objects.none())\n",
    ),
    "django_listview": (
        "\nfrom django.views.generic import ListView\nclass OrderList(ListView):\n    model = Order\n",
        "\nfrom django.views.generic import ListView\nclass OrderList(ListView):\n    model = Order\n    def get_queryset(self):\n        return Order.objects.filter(tenant=self.request.user.tenant)\n",
    ),
    "form_field": (
        "\nfrom django import forms\nclass ItemForm(forms.Form):\n    order = forms.ModelChoiceField(queryset=Order.objects.all())\n",
        "\nfrom django import forms\nclass ItemForm(forms.Form):\n    order = forms.ModelChoiceField(queryset=Order.objects.none())\n",
    ),
    "module_qs": (
        "\nORDERS = Order.objects.all()\ndef orders(request):\n    return list(ORDERS)\n",
        "\nORDERS = Order.objects.all()\ndef orders(request, t):\n    return list(ORDERS.filter(tenant_id=t))\n",
    ),
    "generic_mixin": (
        "\nclass ScopedMixin:\n    def get_queryset(self):\n        return super().get_queryset().filter(pk__gt=0)\nclass OrderView(ScopedMixin, viewsets.ModelViewSet):\n    queryset = Order.objects.all()\n",
        "\nclass ScopedMixin:\n    def get_queryset(self):\n        return super().get_queryset().filter(tenant=self.request.user.tenant)\nclass OrderView(ScopedMixin, viewsets.ModelViewSet):\n    queryset = Order.objects.all()\n",
    ),
    "cursor": (
        '\nfrom django.db import connection\ndef orders(i, t):\n    with connection.cursor() as c:\n        c.execute("SELECT id FROM order WHERE id = %s", [i])\n        return c.fetchall()\n',
        '\nfrom django.db import connection\ndef orders(i, t):\n    with connection.cursor() as c:\n        c.execute("SELECT id FROM order WHERE id = %s AND tenant_id = %s", [i, t])\n        return c.fetchall()\n',
    ),
    "queryset_method": (
        "\ndef orders(t, i):\n    return Order.objects.for_tenant(t).get(pk=i) if False else Order.objects.recent().get(pk=i)\n",
        "\ndef orders(t, i):\n    return Order.objects.filter(tenant_id=t).get(pk=i)\n",
    ),
    "model_form": (
        '\nfrom django import forms\nclass ItemForm(forms.ModelForm):\n    class Meta:\n        model = Item\n        fields = ["order"]\n',
        '\nfrom django import forms\nclass ItemForm(forms.ModelForm):\n    def __init__(self, tenant, **kwargs):\n        super().__init__(**kwargs)\n        self.fields["order"].queryset = Order.objects.filter(tenant=tenant)\n    class Meta:\n        model = Item\n        fields = ["order"]\n',
    ),
    "model_form_all": (
        '\nfrom django import forms\nclass ItemForm(forms.ModelForm):\n    class Meta:\n        model = Item\n        fields = "__all__"\n',
        '\nfrom django import forms\nclass OrderForm(forms.ModelForm):\n    class Meta:\n        model = Order\n        fields = ["user"]\n',
    ),
    "drf_validated": (
        '\nclass ItemSerializer(serializers.ModelSerializer):\n    order = serializers.PrimaryKeyRelatedField(queryset=Order.objects.all())\n    def validate(self, attrs):\n        if attrs["name"] == "":\n            raise ValueError\n        return attrs\n',
        "\nclass ItemSerializer(serializers.ModelSerializer):\n    order = serializers.PrimaryKeyRelatedField(queryset=Order.objects.none())\n    def validate(self, attrs):\n        return attrs\n",
    ),
}


@pytest.mark.parametrize(("body", "side"), both_sides(LOOK_UPS))
def test_look_ups(tmp_path: Path, body: str, side: str) -> None:
    result = judged(tmp_path, DJANGO, HEAD + ASKED + body + "\n")
    assert side_of(result) == side, result.findings


@pytest.mark.parametrize(("body", "side"), both_sides(CLASSES))
def test_classes_and_modules(tmp_path: Path, body: str, side: str) -> None:
    result = judged(tmp_path, DJANGO, HEAD + body + "\n")
    assert side_of(result) == side, result.findings
