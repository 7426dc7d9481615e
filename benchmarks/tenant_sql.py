"""What judging a statement costs: the first time, and again.

python -m benchmarks.tenant_sql
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from pytest_agentgates.tenant_sql import ForeignKey, SqlCheck, TenantTables

TABLES = TenantTables({"orders": "tenant_id", "items": "tenant_id"}, (ForeignKey("items", "order_id", "orders"),))
STATEMENTS = (
    "SELECT * FROM orders WHERE tenant_id = %s AND id = %s",
    """SELECT orders.id, orders.tenant_id, orders.status, orders.total
    FROM orders JOIN items ON items.order_id = orders.id
    WHERE orders.tenant_id = %(t)s AND orders.status = %(s)s ORDER BY orders.created_at DESC LIMIT %(n)s""",
    "UPDATE orders SET status = %s, total = %s WHERE id = %s AND tenant_id = %s",
    "INSERT INTO items (id, tenant_id, order_id) VALUES (%s, %s, %s) RETURNING id",
)
FIRST_RUNS = 400
REPEATED_RUNS = 200_000


def main() -> None:
    """Print medians in microseconds."""
    check = SqlCheck(TABLES, "postgres")
    for sql in STATEMENTS:
        check.check(sql)
        texts = [f"{sql} -- {number}" for number in range(FIRST_RUNS)]
        first = statistics.median(timed(lambda text=text: check.check(text)) for text in texts)  # type: ignore[misc] # bound in the loop
        start = time.perf_counter()
        for _ in range(REPEATED_RUNS):
            check.check(sql)
        again = (time.perf_counter() - start) / REPEATED_RUNS
        print(f"first {first * 1e6:7.0f} us, again {again * 1e6:5.2f} us: {sql[:70]}")


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
