"""The signs by which causes of failing tests are known: a table to add to, no code."""

from __future__ import annotations

# Signs of each cause: words of one line, all of them where `&` joins several. The first sign that is
# found decides, so what is particular stands before what is general.
Table = tuple[tuple[str, tuple[str, ...]], ...]

BACKEND: Table = (
    (
        "orm_mapping_error",
        (
            "UnmappedClassError",
            "UnmappedInstanceError",
            "UnmappedColumnError",
            "NoForeignKeysError",
            "AmbiguousForeignKeysError",
            "NoReferencedTableError",
            "NoInspectionAvailable",
            "DetachedInstanceError",
            "MappedAnnotationError",
            "InvalidRequestError & mapper",
            "InvalidRequestError & has no property",
            "ArgumentError & apper",
            "Could not determine join condition",
            "FieldError & Cannot resolve keyword",
            "MissingGreenlet",
            "FlushError",
            "StaleDataError",
            "is already defined for this MetaData instance",
            "FROM clause entities & have a property",
            "ArgumentError & Column expression, FROM clause",
        ),
    ),
    (
        "database_error",
        (
            "OperationalError",
            "IntegrityError",
            "ProgrammingError",
            "DatabaseError",
            "sqlalchemy.exc.InternalError",
            "sqlite3.InterfaceError",
            "psycopg",
            "asyncpg.exceptions",
            "UNIQUE constraint failed",
            "no such table",
            "InterfaceError",
            "PendingRollbackError",
            "ResourceClosedError",
            "UnboundExecutionError",
            "ObjectNotExecutableError",
            "StatementError",
            "QueuePool limit",
            "A value is required for bind parameter",
            "duplicate key value violates",
            "relation & does not exist",
            "password authentication failed",
            "deadlock detected",
            "alembic & CommandError",
            "ConnectionRefusedError & 5432",
            "Connection refused & 5432",
        ),
    ),
    (
        "dependency_injection_error",
        (
            "dependency_injector",
            "MissingDependencyError",
            "UnsatisfiedRequirement",
            "UnresolvableType",
            "ServiceNotFoundError",
            "Invalid args for response field & Depends",
            "Invalid args for response field & Session'>",
            "Invalid args for response field & Repository'>",
            "Invalid args for response field & Service'>",
            "Invalid args for response field & UseCase'>",
            "Invalid args for response field & Port'>",
            "Invalid args for response field & Gateway'>",
            "'Depends' object",
            "not registered & ontainer",
            "__init__() missing & required & repository'",
            "__init__() missing & required & repo'",
            "__init__() missing & required & service'",
            "__init__() missing & required & session'",
            "__init__() missing & required & gateway'",
            "__init__() missing & required & publisher'",
        ),
    ),
    (
        "use_case_missing",
        (
            "NotImplementedError",
            "No module named & use_case",
            "No module named & usecase",
            "cannot import name & UseCase'",
            "cannot import name & use_case",
            "has no attribute & use_case",
            "has no attribute & UseCase'",
            "has no attribute & Service' object",
            "has no attribute & Handler' object",
        ),
    ),
    (
        "interface_mismatch",
        (
            "Can't instantiate abstract class",
            "has no attribute & Repository' object",
            "has no attribute & Repo' object",
            "has no attribute & Adapter' object",
            "has no attribute & Port' object",
            "has no attribute & Gateway' object",
            "unexpected keyword argument",
            "required positional argument",
            "required keyword-only argument",
            "positional argument & were given",
            "positional argument & was given",
        ),
    ),
    (
        "api_contract_mismatch",
        (
            "ResponseValidationError",
            "RequestValidationError",
            "validation error & for & Response",
            "validation error & for & Request",
            "validation error & for & DTO",
            "validation error & for & Dto",
            "validation error & for & Schema",
            "HTTPStatusError",
            "openapi",
            "OpenAPI",
        ),
    ),
    (
        "import_error",
        (
            "ModuleNotFoundError",
            "ImportError",
            "NoSuchModuleError",
            "No module named",
            "cannot import name",
        ),
    ),
)

TIMEOUTS: Table = (
    (
        "timeout",
        (
            "TimeoutError",
            "ran out of time",
            "TimeoutExpired",
            "Failed: Timeout",
            "ReadTimeout",
            "ConnectTimeout",
            "Exceeded timeout",
            "est timed out in",
            "Test timeout of",
        ),
    ),
)

# What an assertion compares is the test's own text, so only what pytest and FastAPI add to it says more.
ASSERTED: Table = (("api_contract_mismatch", ("where & .status_code", "Cannot use & for path param")),)
ASSERTIONS: Table = (("assertion_error", ("AssertionError", "Failed: DID NOT RAISE", "expect(")),)
